/** Passes every read of a storage by the application to the checks of all kinds of findings. */
import { currentScope } from './current-scope.js';
import { noteReadWithoutValue } from './empty-reads.js';
import { noteReadOfEntry } from './late-entries.js';
import { hasMarks, noteRead } from './lost-calls.js';
import { noteCurrent, type Scope, type Storage } from './scope.js';
import { noteReadOfTwin } from './twin-storages.js';

export type ReadObserver = (storage: Storage, value: unknown, now: Scope | undefined) => void;

const observers: ReadObserver[] = [];

/** Adds a check that is made on demand, or in one runtime only. */
export function observeReads(observer: ReadObserver): void {
  observers.push(observer);
}

export function noteReadOf(storage: Storage, value: unknown): void {
  const now = currentScope();
  if (now !== undefined) noteCurrent(now);
  if (hasMarks && now !== undefined) noteRead(storage, value, now);
  noteReadOfEntry(storage, now);
  if (value === undefined && !noteReadOfTwin(storage, now)) noteReadWithoutValue(storage, now);
  for (const observer of observers) observer(storage, value, now);
}
