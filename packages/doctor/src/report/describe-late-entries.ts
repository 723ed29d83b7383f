/** Describes findings of kind 3: a value that was entered where its reader cannot see it. */
import type { LateEntries } from '../runtime/late-entries.js';
import { isFileFrame } from '../runtime/stack.js';
import type { Finding } from './finding.js';
import { innermostPlace, nameOf, withNotes } from './finding-places.js';
import { placeOfFrame } from './place.js';

export function describeLateEntries(entries: LateEntries): Finding[] {
  if (entries.isSeen || entries.missedCount === 0) return [];
  const name = nameOf(entries.storage);
  const awaiter = entries.stack.find((frame) => frame.isAsync && isFileFrame(frame));
  return [
    {
      kind: 'late entry',
      severity: 'missing',
      storage: name,
      message: `\`${name}\` was entered after an await, where the caller does not see it`,
      count: entries.missedCount,
      places: withNotes([
        [innermostPlace(entries.stack), 'the value was entered here, after an await'],
        [placeOfFrame(awaiter), 'this function awaits it, and continues without the value'],
        [innermostPlace(entries.missedAt), 'where it was read'],
      ]),
      remedy: {
        text: `return the value, and enter it in the function that awaits: ${name}.enterWith(await …), or ${name}.run(value, …)`,
        code: null,
      },
    },
  ];
}
