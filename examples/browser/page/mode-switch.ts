/** The switch: chooses the mode that is shown large, and shows the counts of all three. */
import type { ClickLanes } from './click-lanes.js';
import type { Mode } from './modes.js';

export class ModeSwitch {
  readonly #element: HTMLElement;
  readonly #choose: (mode: Mode) => void;

  constructor(element: HTMLElement, choose: (mode: Mode) => void) {
    this.#element = element;
    this.#choose = choose;
  }

  /** Gives what writes the counts anew. */
  add(mode: Mode, thumbnail: HTMLElement, isChosen: boolean): (counts: ClickLanes['counts']) => void {
    const choice = document.createElement('label');
    const input = document.createElement('input');
    input.type = 'radio';
    input.name = 'mode';
    input.value = mode.name;
    input.checked = isChosen;
    input.addEventListener('change', () => this.#choose(mode));
    const title = part('title', mode.title);
    const mixedUp = part('mixed-up good', '0');
    const steps = part('steps', '0');
    const counts = part('counts', mixedUp, ' mixed up ', part('of', 'of ', steps, ' steps'));
    choice.append(input, part('words', title, counts), thumbnail);
    this.#element.append(choice);
    return (now) => {
      mixedUp.textContent = now.mixedUp.toLocaleString('en');
      mixedUp.className = `mixed-up ${now.mixedUp === 0 ? 'good' : 'bad'}`;
      steps.textContent = now.steps.toLocaleString('en');
    };
  }
}

function part(className: string, ...content: (HTMLElement | string)[]): HTMLElement {
  const span = document.createElement('span');
  span.className = className;
  span.append(...content);
  return span;
}
