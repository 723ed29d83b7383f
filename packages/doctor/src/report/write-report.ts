/** Collects what was found and prints it. Loaded when there is something to report, because programs start faster without. */
import type { DoctorOptions } from '../options.js';
import { collectReport } from './collect-report.js';
import { formatReport } from './format-report.js';
import { writeHtmlReport } from './html-report.js';
import type { Report } from './report.js';
import { STDERR, STDOUT, writeAll } from './standard-streams.js';

export { collectReport };

export function printReport(report: Report, { format, html }: Pick<DoctorOptions, 'format' | 'html'>): void {
  // Workflow commands are read from stdout.
  writeAll(format === 'text' ? STDERR : STDOUT, formatReport(report, format));
  if (html !== undefined) writeHtmlReport(html, report);
}
