/**
 * One mode: its entry in the mode switch with the counts and a thumbnail, and a waterfall of the latest checkout of each
 * user, which is shown while the mode is selected.
 */

import { FlowIframe } from '../../modes/flow-iframe.js';
import type { ClickMessage, FlowMessage } from '../flow/messages.js';
import type { Mode } from './modes.js';
import { Thumbnail } from './thumbnail.js';
import { Trace, type TraceView } from './trace.js';
import { users } from './users.js';
import { Waterfall } from './waterfall.js';

/** What happens in a mode. */
export interface ModeListener {
  onSelect(view: ModeView): void;
  onFailure(view: ModeView, reason: string): void;
  onDone(): void;
}

interface Checkout {
  readonly trace: Trace;
  readonly waterfall: Waterfall;
  readonly views: readonly TraceView[];
}

export class ModeView {
  readonly mode: Mode;
  /** The entry in the mode switch. */
  readonly entry = document.createElement('label');
  /** The waterfalls: a column for each user. */
  readonly columns = document.createElement('div');
  readonly #input = document.createElement('input');
  readonly #wrong = span('wrong-parents good', '0');
  readonly #total = span('spans', '0');
  readonly #thumbnail = new Thumbnail();
  readonly #cards: HTMLElement[];
  readonly #checkouts = new Map<number, Checkout>();
  readonly #iframe: FlowIframe<ClickMessage, FlowMessage>;
  readonly #listener: ModeListener;
  readonly #counts = { spans: 0, wrong: 0 };

  constructor(mode: Mode, listener: ModeListener) {
    this.mode = mode;
    this.#listener = listener;
    this.#iframe = new FlowIframe<ClickMessage, FlowMessage>(mode, (message) => this.#receive(message));
    this.#input.type = 'radio';
    this.#input.name = 'mode';
    this.#input.value = mode.name;
    this.#input.addEventListener('change', () => listener.onSelect(this));
    const words = span('words', span('title', mode.title), span('count', this.#wrong, ' wrong parents'));
    words.append(span('count', this.#total, ' spans'));
    this.entry.append(this.#input, words, this.#thumbnail.element);
    this.columns.className = 'columns';
    this.#cards = users.map(({ className, title }) => createCard(className, title));
    this.columns.append(...this.#cards);
  }

  /** Resolves when the mode is ready for clicks. */
  open(): Promise<void> {
    return this.#iframe.open();
  }

  setSelected(isSelected: boolean): void {
    this.#input.checked = isSelected;
    this.columns.hidden = !isSelected;
  }

  /** Starts a checkout, whose waterfall replaces that of the user's last one. */
  click(userIndex: number, message: ClickMessage): void {
    const waterfall = new Waterfall();
    this.#cards[userIndex]?.querySelector('ol')?.replaceWith(waterfall.element);
    // The thumbnail shows the checkouts of the first user only: those of both would overlap.
    const views = userIndex === 0 ? [waterfall, this.#thumbnail] : [waterfall];
    this.#checkouts.set(message.flowId, { trace: new Trace(), waterfall, views });
    this.#iframe.click(message);
  }

  #receive(message: FlowMessage): void {
    const checkout = this.#checkouts.get(message.flowId);
    if (checkout === undefined) return;
    const { trace, waterfall, views } = checkout;
    if (message.kind === 'start') this.#count(trace.add(message).missingParent !== undefined);
    else if (message.kind === 'end') trace.end(message.spanId, message.endTime);
    else {
      this.#checkouts.delete(message.flowId);
      waterfall.element.classList.add('done');
      if (message.kind === 'done') this.#listener.onDone();
      else this.#listener.onFailure(this, message.reason);
    }
    for (const view of views) view.draw(trace.spans);
  }

  #count(isWrong: boolean): void {
    this.#counts.spans++;
    if (isWrong) this.#counts.wrong++;
    this.#total.textContent = this.#counts.spans.toLocaleString('en');
    this.#wrong.textContent = this.#counts.wrong.toLocaleString('en');
    this.#wrong.className = `wrong-parents ${this.#counts.wrong === 0 ? 'good' : 'bad'}`;
  }
}

function createCard(className: string, title: string): HTMLElement {
  const card = document.createElement('section');
  card.className = `card ${className}`;
  card.ariaLabel = title;
  const heading = document.createElement('h2');
  heading.textContent = title;
  card.append(heading, document.createElement('ol'));
  return card;
}

function span(className: string, ...content: (HTMLElement | string)[]): HTMLElement {
  const element = document.createElement('span');
  element.className = className;
  element.append(...content);
  return element;
}
