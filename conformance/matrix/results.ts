/** The results of all cases in all columns. */
import type { CaseResult } from '../hosts/run-cases.js';
import type { ImplementationName } from '../implementations.js';
import type { Section } from './columns.js';

export interface ColumnResults {
  readonly title: string;
  readonly section: Section;
  /** The version of the runtime or the browser. */
  readonly version: string;
  readonly results: ReadonlyMap<ImplementationName, readonly CaseResult[]>;
}

/** The results of each column, by the column's key in `columns`. */
export type Matrix = ReadonlyMap<string, ColumnResults>;
