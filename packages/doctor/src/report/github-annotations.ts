/**
 * Formats the report as annotations of a GitHub workflow, one per line.
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
import type { Finding } from './finding.js';
import type { Report, UncheckedFile } from './report.js';
import { shortPath } from './short-path.js';
import { times } from './text-report.js';

export function formatAnnotations({ findings, unchecked }: Report): string {
  return [...findings.map(annotation), ...unchecked.map(uncheckedAnnotation)].join('');
}

function uncheckedAnnotation({ file, reason }: UncheckedFile): string {
  return `::notice file=${property(shortPath(file))},title=throughline-doctor::${data(`This file was not checked: ${reason}`)}\n`;
}

function annotation({ severity, message, places, count, remedy }: Finding): string {
  const [place] = places;
  const level = severity === 'another' ? 'error' : severity === 'missing' ? 'warning' : 'notice';
  const where =
    place === undefined ? '' : ` file=${property(shortPath(place.file))},line=${place.line},col=${place.column},`;
  const others = places.map(({ file, line, column, note }) => `${shortPath(file)}:${line}:${column} ${note}`);
  const fix = remedy.code === null ? remedy.text : `${remedy.text}: ${remedy.code.trim()}`;
  const text = [`${message}, ${times(count)}`, ...others, `remedy: ${fix}`].join('\n');
  return `::${level}${where === '' ? ' ' : where}title=throughline-doctor::${data(text)}\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
