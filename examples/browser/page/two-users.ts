/**
 * The picture of two users: for each mode, an iframe in which the flows run, and a table and a thumbnail of what they
 * read. This page shows it, and so does the start page of the site.
 */
import { FlowIframe } from '../../modes/flow-iframe.js';
import type { ClickMessage, FlowMessage } from '../flow/messages.js';
import { AutoClicker } from './auto-clicker.js';
import { ClickLanes, type User, users } from './click-lanes.js';
import { LaneTable } from './lane-table.js';
import { LaneThumbnail } from './lane-thumbnail.js';
import { ModeSwitch } from './mode-switch.js';
import { type Mode, modes } from './modes.js';

/** How often `placeOrder()` calls `pause()`. */
const PAUSES_PER_FLOW = 9;

/** The elements of a page that the picture fills and listens to. */
export interface TwoUsersElements {
  readonly modes: HTMLElement;
  readonly lanes: HTMLElement;
  readonly explanation: HTMLElement;
  readonly status: HTMLElement;
  readonly play: HTMLElement;
  readonly clicks: Readonly<Record<User, HTMLElement>>;
}

export interface TwoUsersOptions {
  /** The path of the folder with the builds of the flows, with a slash at its end. Default: that of the page. */
  readonly folder?: string;
  /** What a visitor can do if a build does not load or a flow fails. */
  readonly advice: string;
  readonly initialMode?: Mode['name'] | undefined;
  readonly onSelect?: (mode: Mode) => void;
  /** Whether users click until the picture is paused. Otherwise each user clicks once. Default: `true`. */
  readonly playsByItself?: boolean;
}

interface ModeView {
  readonly mode: Mode;
  readonly table: LaneTable;
  readonly lanes: ClickLanes;
  readonly iframe: FlowIframe<ClickMessage, FlowMessage>;
}

export class TwoUsers {
  readonly #elements: TwoUsersElements;
  readonly #options: TwoUsersOptions;
  readonly #modeSwitch: ModeSwitch;
  readonly #modeViews: readonly ModeView[];
  readonly #autoClicker = new AutoClicker((user) => this.#click(user));
  readonly #clickCounts: Record<User, number> = { 'user 1': 0, 'user 2': 0 };
  #nextFlowId = 0;

  constructor(elements: TwoUsersElements, options: TwoUsersOptions) {
    this.#elements = elements;
    this.#options = options;
    const initialMode = modes.find(({ name }) => name === options.initialMode) ?? modes[0];
    this.#modeSwitch = new ModeSwitch(elements.modes, (mode) => this.#select(mode));
    this.#modeViews = modes.map((mode) => this.#createModeView(mode, mode === initialMode));
    if (initialMode !== undefined) this.#select(initialMode);
  }

  /** Loads the builds, and then begins to click. A failure is shown on the page. */
  async start(): Promise<void> {
    try {
      await Promise.all(this.#modeViews.map(({ iframe }) => iframe.open()));
    } catch (error) {
      this.#showStatus(error instanceof Error ? error.message : String(error));
      return;
    }
    for (const user of users) {
      this.#elements.clicks[user].addEventListener('click', () => {
        // The automatic clicks end with the visitor's first click.
        this.#setPlaying(false);
        this.#click(user);
      });
    }
    this.#elements.play.addEventListener('click', () => this.#setPlaying(!this.#autoClicker.isPlaying));
    const { playsByItself = true } = this.#options;
    this.#setPlaying(playsByItself);
    if (!playsByItself) for (const user of users) this.#click(user);
  }

  /** Ends the clicks and removes the iframes, and with them every running flow. */
  close(): void {
    this.#autoClicker.pause();
    for (const { iframe } of this.#modeViews) iframe.close();
  }

  /** Starts the same flow in all modes. */
  #click(user: User): void {
    const flowId = this.#nextFlowId++;
    const previousClicks = this.#clickCounts[user]++;
    const pauses = Array.from({ length: PAUSES_PER_FLOW }, () => 100 + Math.random() * 350);
    for (const { lanes, iframe } of this.#modeViews) {
      lanes.begin(flowId, user, previousClicks);
      iframe.click({ flowId, user, pauses });
    }
  }

  #createModeView(mode: Mode, isSelected: boolean): ModeView {
    const table = new LaneTable(`${mode.title}: the user that each step read`);
    const thumbnail = new LaneThumbnail();
    const lanes = new ClickLanes([table, thumbnail]);
    const updateCounts = this.#modeSwitch.add(mode, thumbnail.element, isSelected);
    const { folder = '', advice } = this.#options;
    const onMessage = (message: FlowMessage) => {
      if (message.kind === 'failure') {
        this.#showStatus(`${mode.title}: a step failed with "${message.reason}". ${advice}`);
      } else if (message.kind === 'end') {
        // The flow fetched from the server, so the server responds again if it failed to before.
        this.#showStatus('');
      }
      lanes.handleMessage(message);
      updateCounts(lanes.counts);
    };
    const iframe = new FlowIframe<ClickMessage, FlowMessage>(mode, onMessage, { folder, advice });
    this.#elements.lanes.append(table.element);
    return { mode, table, lanes, iframe };
  }

  #select(selected: Mode): void {
    for (const { mode, table } of this.#modeViews) table.element.hidden = mode !== selected;
    this.#elements.explanation.textContent = selected.explanation;
    this.#options.onSelect?.(selected);
  }

  #setPlaying(isPlaying: boolean): void {
    if (isPlaying) this.#autoClicker.play();
    else this.#autoClicker.pause();
    this.#elements.play.textContent = isPlaying ? 'Pause' : 'Play';
  }

  #showStatus(text: string): void {
    const { status } = this.#elements;
    if (status.textContent !== text) status.textContent = text;
  }
}
