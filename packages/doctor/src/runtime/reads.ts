/** Passes every read of a storage by the application to the checks of all kinds of findings. */
import { currentScope } from './current-scope.js';
import { noteReadWithoutValue } from './empty-reads.js';
import { noteReadOfEntry } from './late-entries.js';
import { hasMarks, noteRead } from './lost-calls.js';
import { noteCurrent, type Storage } from './scope.js';
import { noteReadWithValue } from './shared-work.js';
import { noteReadOfTwin } from './twin-storages.js';

export function noteReadOf(storage: Storage, value: unknown): void {
  const now = currentScope();
  if (now !== undefined) noteCurrent(now);
  if (hasMarks && now !== undefined) noteRead(storage, value, now);
  noteReadOfEntry(storage, now);
  if (value !== undefined) noteReadWithValue(storage, now);
  else if (!noteReadOfTwin(storage, now)) noteReadWithoutValue(storage, now);
}
