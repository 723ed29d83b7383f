/** Formats the report as text, JSON or annotations. */
import type { Format } from '../options.js';
import { formatAnnotations } from './github-annotations.js';
import type { Report } from './report.js';
import { formatText } from './text-report.js';

export function formatReport(report: Report, format: Format): string {
  if (format === 'json') return `${JSON.stringify(report, undefined, 2)}\n`;
  return format === 'github' ? formatAnnotations(report) : formatText(report);
}
