/** What the doctor has found in the program. */
import type { ProgramPlace } from '../compile/program-error.js';
import type { ShownFinding } from '../run/messages.js';
import { element } from './elements.js';
import { withCode } from './text-with-code.js';

export class FindingList {
  readonly element = element('ul', { class: 'tp-findings' });
  readonly #onSelect: (place: ProgramPlace) => void;

  /** @param onSelect receives a place that the user has selected */
  constructor(onSelect: (place: ProgramPlace) => void) {
    this.#onSelect = onSelect;
  }

  /** @param program which contains the lines of the places */
  show(findings: readonly ShownFinding[], program: string): void {
    const lines = program.split(/\r\n|[\n\r\u2028\u2029]/);
    this.element.replaceChildren(...findings.map((finding) => this.#createFinding(finding, lines)));
  }

  #createFinding({ kind, message, count, places, remedy }: ShownFinding, lines: readonly string[]): HTMLElement {
    const times = count > 1 ? `, ${count.toLocaleString('en')} times` : '';
    return element(
      'li',
      {},
      element('p', { class: 'tp-message' }, element('strong', {}, `${kind}: `), ...withCode(`${message}${times}`)),
      element(
        'ol',
        {},
        ...places.map((place) => {
          const button = element('button', { type: 'button', class: 'tp-place' }, `line ${place.line}`);
          button.addEventListener('click', () => this.#onSelect(place));
          return element(
            'li',
            {},
            button,
            ' ',
            element('code', {}, lines[place.line - 1]?.trim() ?? ''),
            ` ${place.note}`,
          );
        }),
      ),
      element(
        'p',
        {},
        element('strong', {}, 'Remedy: '),
        ...withCode(remedy.text),
        ...(remedy.code === null ? [] : [element('code', { class: 'tp-remedy' }, remedy.code.trim())]),
      ),
    );
  }
}
