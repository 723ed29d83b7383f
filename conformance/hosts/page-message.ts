import type { CaseOutcome } from './run-cases.js';

/** The message that the host in a page sends to its server after each case. */
export interface PageMessage extends CaseOutcome {
  /** The position of the case in the list of all cases of all chapters. */
  readonly index: number;
}
