/** Which values the inspector does not show. */
import type { Held } from '../runtime/scope.js';
import { previewOf } from './value-preview.js';

/**
 * Determines what is shown instead of a value.
 * @param storage the name of the storage
 * @param value the value
 * @returns `true` to hide the value, a text to show instead of it, or `false` to show its preview
 */
export type Redact = (storage: string, value: unknown) => boolean | string;

const HIDDEN = 'redacted';

let redactByFunction: Redact | undefined;
let hiddenNames: ReadonlySet<string> = new Set();

export function redactWith(redact: Redact | undefined): void {
  redactByFunction = redact;
}

/** @param names names of storages, separated by commas; `*` stands for all */
export function redactNames(names: string): void {
  hiddenNames = new Set(names.split(',').map((name) => name.trim()));
}

/** The preview of the value of a storage, unless it is hidden. */
export function shownValue(storage: string, held: Held): string {
  if (hiddenNames.has('*') || hiddenNames.has(storage)) return HIDDEN;
  const value: unknown = 'primitive' in held ? held.primitive : held.deref();
  if (value === undefined) return 'collected';
  if (redactByFunction !== undefined) {
    let redacted: boolean | string;
    try {
      redacted = redactByFunction(storage, value);
    } catch {
      // A function that fails must not reveal what it was to hide.
      return HIDDEN;
    }
    if (typeof redacted === 'string') return previewOf(redacted);
    if (redacted !== false) return HIDDEN;
  }
  return previewOf(value);
}
