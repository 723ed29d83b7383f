/** What writes and reads five values and a trace in a process. */
export interface PropagationSubject {
  /** Calls a function in a flow that has these values, and an active span. */
  runWith(values: FiveValues, fn: () => void): void;
  /** Writes the values and the trace of the current flow. */
  inject(carrier: Record<string, string>): void;
  /** Reads what a carrier has. */
  extract(carrier: Record<string, string>): void;
  /** Reads what a carrier has, and calls a function that reads the five values. */
  receive(carrier: Record<string, string>): readonly unknown[];
}

/** In the order of `NAMES`. */
export type FiveValues = readonly [string, string, string, string, string];

export const NAMES = ['tenant', 'user', 'locale', 'plan', 'region'] as const;

/** The number of sets of values, of which each operation takes another. */
const SET_COUNT = 64;

const sets = Array.from({ length: SET_COUNT }, (_, index): FiveValues => {
  const digits = String(index).padStart(2, '0');
  return [
    `tenant-${digits}`,
    `0f8c12d4-31bb-4c52-9f0e-7c21ab90fe${digits}`,
    `fr-${digits}`,
    `Large, ${digits} seats`,
    `eu-${digits}`,
  ];
});

/** Returns five values, which are others for each of 64 consecutive numbers. */
export function valuesOf(index: number): FiveValues {
  // The index is in range.
  return sets[index % SET_COUNT] as FiveValues;
}
