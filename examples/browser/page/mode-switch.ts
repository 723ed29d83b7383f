/** The mode switch: selects the mode whose table is shown, and shows the counts and thumbnails of all three. */
import type { ClickLanes } from './click-lanes.js';
import type { Mode } from './modes.js';

export class ModeSwitch {
  readonly #element: HTMLElement;
  readonly #onSelect: (mode: Mode) => void;

  constructor(element: HTMLElement, onSelect: (mode: Mode) => void) {
    this.#element = element;
    this.#onSelect = onSelect;
  }

  /** @returns a function that updates the counts of this mode */
  add(mode: Mode, thumbnail: HTMLElement, isSelected: boolean): (counts: ClickLanes['counts']) => void {
    const label = document.createElement('label');
    const input = document.createElement('input');
    input.type = 'radio';
    input.name = 'mode';
    input.value = mode.name;
    input.checked = isSelected;
    input.addEventListener('change', () => this.#onSelect(mode));
    const title = span('title', mode.title);
    const mixedUp = span('mixed-up good', '0');
    const steps = span('steps', '0');
    const counts = [span('count', mixedUp, ' mixed up'), span('count', steps, ' steps')];
    label.append(input, span('words', title, ...counts), thumbnail);
    this.#element.append(label);
    return (updated) => {
      mixedUp.textContent = updated.mixedUp.toLocaleString('en');
      mixedUp.className = `mixed-up ${updated.mixedUp === 0 ? 'good' : 'bad'}`;
      steps.textContent = updated.steps.toLocaleString('en');
    };
  }
}

function span(className: string, ...content: (HTMLElement | string)[]): HTMLElement {
  const element = document.createElement('span');
  element.className = className;
  element.append(...content);
  return element;
}
