/** Counts what the flows of a page read, by whether it was their own value. */
import type { AsyncLocalStorage } from 'throughline';

export interface Readings {
  right: number;
  /** The number of readings without a value, by what was read. */
  readonly missing: Record<string, number>;
  /** The number of readings with the value of another flow, or with any value in the root, by what was read. */
  readonly wrong: Record<string, number>;
}

/** Reads the storage and counts the reading. `expected` is undefined in the root. */
export type Check = (what: string, expected: number | undefined) => void;

/** @returns the counts, which `check` updates */
export function countReadings(storage: AsyncLocalStorage<number>): {
  readonly readings: Readings;
  readonly check: Check;
} {
  const readings: Readings = { right: 0, missing: {}, wrong: {} };
  const check: Check = (what, expected) => {
    const value = storage.getStore();
    if (value === expected) {
      readings.right++;
      return;
    }
    const counts = value === undefined ? readings.missing : readings.wrong;
    counts[what] = (counts[what] ?? 0) + 1;
  };
  return { readings, check };
}
