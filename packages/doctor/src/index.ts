import { checkOptionNames } from './options.js';
import { collectFindings } from './report/collect-findings.js';
import type { Finding } from './report/finding.js';

export { dumpFlows, type FlowInspector, type InspectOptions, inspectFlows } from './inspector/inspect-flows.js';
export type { Redact } from './inspector/redaction.js';
export type { Finding, FindingKind, FindingPlace, LineEdit, Remedy, Severity } from './report/finding.js';
export { formatFindings } from './report/text-report.js';

/** The options of `findings()`. */
export interface FindingsOptions {
  /** Also returns what did no harm: shared functions, and functions that read nothing. Default: `false`. */
  readonly all?: boolean | undefined;
}

/**
 * Returns what was found in this process and thread until now, worst first. Without `@throughline/doctor/register`, which
 * must be loaded before the program, nothing is found.
 * @param options `all` also returns what did no harm
 * @returns the findings
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown
 * @example
 * import { findings } from '@throughline/doctor';
 *
 * console.log(findings()); // []
 */
export function findings(options: FindingsOptions = {}): Finding[] {
  checkOptionNames('findings()', options, { all: true });
  const { all = false } = options;
  return collectFindings(all);
}
