/** What is reported of a thread, of a process with its threads, or of all processes of a program. */
import { type Finding, mergeFindings } from './finding.js';

/** A file that was loaded, and whose functions are not checked. */
export interface UncheckedFile {
  /** Its path, or its URL if it is not a file. */
  readonly file: string;
  /** Continues the sentence `… was not checked: `. */
  readonly reason: string;
}

export interface Report {
  readonly findings: readonly Finding[];
  readonly unchecked: readonly UncheckedFile[];
}

/** Adds up the reports of several processes or threads. */
export function mergeReports(reports: readonly Report[]): Report {
  const unchecked = new Map(reports.flatMap((report) => report.unchecked).map((file) => [file.file, file]));
  return {
    findings: mergeFindings(reports.flatMap(({ findings }) => findings)),
    unchecked: [...unchecked.values()].sort((a, b) => (a.file < b.file ? -1 : 1)),
  };
}
