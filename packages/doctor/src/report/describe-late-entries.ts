/** Describes findings of kind 3: a value that was entered where its reader cannot see it. */
import { functionOf } from '../runtime/file-tables.js';
import type { LateEntries } from '../runtime/late-entries.js';
import { type Frame, isFileFrame } from '../runtime/stack.js';
import type { Finding } from './finding.js';
import { innermostPlace, withNotes } from './finding-places.js';
import { placeOfFrame } from './place.js';
import { remedyForLateEntry } from './remedies.js';

export function describeLateEntries(entries: LateEntries): Finding[] {
  if (entries.isSeen || entries.missedCount === 0) return [];
  const { name } = entries.storage;
  const frames = entries.stack.filter(isFileFrame);
  const awaiter = frames.find(({ isAsync }) => isAsync);
  const entry = innermostPlace(entries.stack);
  const awaiting = placeOfFrame(awaiter);
  // Functions between the entry and the function that misses the value would have to return it too.
  const isDirect = frames[1] === awaiter && entries.missedAt?.some((frame) => isInSameFunction(frame, awaiter));
  return [
    {
      kind: 'late entry',
      severity: 'missing',
      storage: name,
      message:
        awaiting === undefined
          ? `\`${name}\` was entered where the code that reads it does not see it`
          : `\`${name}\` was entered after an await, where the caller does not see it`,
      count: entries.missedCount,
      places: withNotes([
        [entry, awaiting === undefined ? 'the value was entered here' : 'the value was entered here, after an await'],
        [awaiting, 'this function awaits it, and continues without the value'],
        [innermostPlace(entries.missedAt), 'where it was read'],
      ]),
      remedy: remedyForLateEntry(
        entry,
        isDirect ? awaiting : undefined,
        awaiting === undefined
          ? `call what reads the value from here: ${name}.run(value, …); or enter it before the first await`
          : `return the value, and enter it in the function that awaits: ${name}.enterWith(await …), or ${name}.run(value, …)`,
      ),
    },
  ];
}

function isInSameFunction(frame: Frame, other: Frame | undefined): boolean {
  const name = functionOf(frame);
  return name !== undefined && other !== undefined && name === functionOf(other);
}
