/** The findings of the process. */
import type { Finding } from '../../report/finding.js';
import type { Snapshot } from '../snapshot.js';
import { element, find, setText } from './elements.js';
import { countText } from './texts.js';

const details = find('findings', HTMLDetailsElement);
const title = find('findings-title', HTMLElement);
const list = find('findings-list', HTMLOListElement);

let shown = '';

export function showFindings({ findings }: Snapshot): void {
  details.hidden = findings.length === 0;
  setText(title, countText(findings.length, 'finding', 'findings'));
  const text = JSON.stringify(findings);
  if (text === shown) return;
  shown = text;
  list.replaceChildren(...findings.map((finding) => element('li', {}, ...findingContent(finding))));
}

/** What happened, where, and the remedy. */
export function findingContent({ message, count, places, remedy }: Finding): HTMLElement[] {
  const times = count === 1 ? 'once' : countText(count, 'time', 'times');
  return [
    element('p', { class: 'finding' }, `${message}, ${times}`),
    element(
      'ul',
      { class: 'places' },
      ...places.map(({ file, line, column, code, note }) =>
        element(
          'li',
          {},
          element('span', { class: 'place' }, `${file}:${line}:${column}`),
          ...(code === null ? [] : [element('code', {}, code.trim())]),
          element('span', { class: 'note' }, note),
        ),
      ),
      element(
        'li',
        {},
        element('span', { class: 'place' }, 'remedy'),
        ...(remedy.code === null ? [] : [element('code', {}, remedy.code.trim())]),
        element('span', { class: 'note' }, remedy.text),
      ),
    ),
  ];
}
