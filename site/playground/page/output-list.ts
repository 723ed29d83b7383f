/** The lines that a program prints, and the errors that it does not catch. */
import type { ProgramPlace } from '../compile/program-error.js';
import type { OutputLevel } from '../run/messages.js';
import { element } from './elements.js';

export class OutputList {
  readonly element = element('div', { class: 'tp-output', role: 'log', 'aria-label': 'Output', tabindex: '0' });
  readonly #onSelect: (place: ProgramPlace) => void;

  /** @param onSelect receives the place of an error that the user has selected */
  constructor(onSelect: (place: ProgramPlace) => void) {
    this.#onSelect = onSelect;
  }

  clear(): void {
    this.element.replaceChildren();
  }

  add(level: OutputLevel, text: string): void {
    this.#append(element('p', { class: `tp-${level}` }, text));
  }

  addFailure(text: string, place: ProgramPlace | undefined): void {
    const item = element('p', { class: 'tp-error' }, text);
    if (place !== undefined) {
      const link = element('button', { type: 'button', class: 'tp-place' }, `line ${place.line}`);
      link.addEventListener('click', () => this.#onSelect(place));
      item.append(' ', link);
    }
    this.#append(item);
  }

  #append(item: HTMLElement): void {
    this.element.append(item);
    this.element.scrollTop = this.element.scrollHeight;
  }
}
