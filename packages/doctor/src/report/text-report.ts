/** Formats the report as text for a terminal. */
import type { Finding, FindingPlace, Severity } from './finding.js';
import type { Report } from './report.js';
import { shortPath } from './short-path.js';

export const TITLES: Readonly<Record<Severity, string>> = {
  another: "another's value",
  missing: 'missing value',
  empty: 'empty read',
  held: 'outlived frame',
  untransformed: 'untransformed code',
  shared: 'shared function',
  unread: 'lost call',
  kept: 'kept frame',
};

/** Longer lines are cut, around the position. */
const CODE_WIDTH = 80;

/** Returns the findings, and the files that were not checked. */
export function formatText({ findings, unchecked }: Report): string {
  const files = unchecked.map(({ file, reason }) => `  ${shortPath(file)}: ${reason}\n`).join('');
  const count = unchecked.length === 1 ? '1 file was' : `${unchecked.length} files were`;
  const notes = files === '' ? '' : `throughline-doctor: ${count} not checked\n${files}`;
  return [formatFindings(findings), notes].filter(Boolean).join('\n');
}

/**
 * Returns the findings as text, the way a compiler prints its errors.
 * @param findings what `findings()` returned
 * @returns the text, which ends with a line break; empty without findings
 * @example
 * import { findings, formatFindings } from '@throughline/doctor';
 *
 * console.log(JSON.stringify(formatFindings(findings()))); // ""
 */
export function formatFindings(findings: readonly Finding[]): string {
  if (findings.length === 0) return '';
  const count = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
  return `throughline-doctor: ${count}\n\n${findings.map(formatFinding).join('\n')}`;
}

/** Whether a text is a severity that a report has a title for. */
export function isSeverity(value: unknown): value is Severity {
  return typeof value === 'string' && Object.hasOwn(TITLES, value);
}

/** Returns one finding as text. */
export function formatFinding(finding: Finding): string {
  const { places, remedy } = finding;
  const titles = places.map(({ file, line, column }) => `${shortPath(file)}:${line}:${column}`);
  const others = (remedy.otherLines ?? []).map(({ file, line, code }) => [`${shortPath(file)}:${line}`, code] as const);
  const all = [...titles, ...others.map(([title]) => title), 'remedy'];
  const width = Math.max(...all.map(({ length }) => length)) + 2;
  const rows = places.flatMap((place, index) => {
    const { code, marker } = excerpt(place);
    return [`  ${(titles[index] ?? '').padEnd(width)}${code}`, `  ${''.padEnd(width)}${marker} ${place.note}`];
  });
  rows.push(`  ${'remedy'.padEnd(width)}${remedy.code === null ? remedy.text : remedy.code.trim()}`);
  for (const [title, code] of others) rows.push(`  ${title.padEnd(width)}${code.split('\n')[0]?.trim()}`);
  if (remedy.code !== null) rows.push(`  ${''.padEnd(width)}${remedy.text}`);
  return `${TITLES[finding.severity]}: ${finding.message}, ${times(finding.count)}\n${rows.join('\n')}\n`;
}

export function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function excerpt({ code, column }: FindingPlace): { code: string; marker: string } {
  if (code === null) return { code: '', marker: '^' };
  const indent = code.length - code.trimStart().length;
  const at = Math.max(column - 1, indent);
  const isCut = at - indent > CODE_WIDTH - 20;
  const from = isCut ? at - 20 : indent;
  const end = from + CODE_WIDTH;
  const shown = `${isCut ? '…' : ''}${code.slice(from, end).trimEnd()}${code.length > end ? '…' : ''}`;
  return { code: shown, marker: `${' '.repeat(at - from + (isCut ? 1 : 0))}^` };
}
