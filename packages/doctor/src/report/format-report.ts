/** Formats the report as text, JSON or annotations. */
import type { Format } from '../options.js';
import type { Finding } from './finding.js';
import { formatAnnotations } from './github-annotations.js';
import { formatFindings } from './text-report.js';

export function formatReport(findings: readonly Finding[], format: Format): string {
  if (format === 'json') return `${JSON.stringify({ findings }, undefined, 2)}\n`;
  return format === 'github' ? formatAnnotations(findings) : formatFindings(findings);
}
