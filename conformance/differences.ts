/**
 * What the cases say that a runtime does otherwise, each with the reason: the footnotes of the table. A case that fails
 * and is not in this list fails the matrix, and so does an entry that no case needs.
 */
import type { ImplementationName } from './implementations.js';

export interface Difference {
  readonly implementation: ImplementationName;
  /** Keys of `runtimes`. */
  readonly runtimes: readonly string[];
  /** Names of cases. */
  readonly cases: readonly string[];
  readonly reason: string;
}

export const differences: readonly Difference[] = [];
