/** The form with the filters. */
import type { Snapshot } from '../snapshot.js';
import { WAIT_KINDS } from '../wait-kinds.js';
import { element, find } from './elements.js';

/** Milliseconds without a keystroke after which a text is searched. */
const TYPING_PAUSE = 250;

export class FilterForm {
  readonly #form = find('filters', HTMLFormElement);
  readonly #storages = this.#select('storage');
  #shownStorages = '';

  /** @param onChange is called when another filter was chosen */
  constructor(onChange: () => void) {
    this.#select('waits').append(...WAIT_KINDS.map((kind) => element('option', { value: kind }, kind)));
    let timer: ReturnType<typeof setTimeout> | undefined;
    this.#form.addEventListener('input', ({ target }) => {
      clearTimeout(timer);
      timer = setTimeout(onChange, target instanceof HTMLInputElement ? TYPING_PAUSE : 0);
    });
    this.#form.addEventListener('submit', (event) => event.preventDefault());
    // The fields still have their values when the event arrives.
    this.#form.addEventListener('reset', () => setTimeout(onChange));
  }

  /** The filter as parameters of a URL, without those that are not used. */
  get parameters(): URLSearchParams {
    const parameters = new URLSearchParams();
    for (const [name, value] of new FormData(this.#form)) {
      if (typeof value === 'string' && value !== '') parameters.set(name, value);
    }
    return parameters;
  }

  /** Offers the storages of the process. */
  show({ storages }: Snapshot): void {
    const text = JSON.stringify(storages);
    if (text === this.#shownStorages) return;
    this.#shownStorages = text;
    const { value } = this.#storages;
    const options = storages.map((name) => element('option', { value: name }, name));
    this.#storages.replaceChildren(element('option', { value: '' }, 'all'), ...options);
    this.#storages.value = storages.includes(value) ? value : '';
  }

  #select(name: string): HTMLSelectElement {
    const field = this.#form.elements.namedItem(name);
    if (!(field instanceof HTMLSelectElement)) throw new Error(`The form has no field ${name}.`);
    return field;
  }
}
