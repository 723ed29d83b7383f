/**
 * The report as a page: one file that loads nothing, with the code around each place.
 *
 * Its text comes from the program, so it is escaped everywhere, and the page runs no script but its own.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Finding, FindingPlace, Severity } from './finding.js';
import { SCRIPT, STYLE } from './html-style.js';
import type { Report, UncheckedFile } from './report.js';
import { shortPath } from './short-path.js';
import { TITLES, times } from './text-report.js';

/** Lines that are shown before and after that of a place. */
const CONTEXT = 2;
/** Longer lines are cut, as those of minified files. */
const MAXIMUM_WIDTH = 240;
/** What is marked: the word at the position, or its first character. */
const SPOT = /^(?:[\w$#]{1,40}|.)/u;

export function writeHtmlReport(file: string, report: Report): void {
  writeFileSync(file, formatHtml(report));
}

export function formatHtml({ findings, unchecked }: Report): string {
  // Not imported: the module takes longer to load than all of the doctor, and is needed for the page only.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const hash = createHash('sha256').update(SCRIPT).digest('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const title = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title} – throughline-doctor</title>
<style>${STYLE}</style>
<header>
<p class="tool">throughline-doctor</p>
<h1>${findings.length === 0 ? 'No findings' : title}</h1>
${summary(findings)}
</header>
<main>
${findings.map(article).join('\n')}
${uncheckedFiles(unchecked)}
</main>
<p class="said" role="status"></p>
<script>${SCRIPT}</script>
</html>
`;
}

/** A table of contents, for more than one finding. */
function summary(findings: readonly Finding[]): string {
  if (findings.length < 2) return '';
  const items = findings.map(({ severity, message, places: [place] }, index) => {
    const where = place === undefined ? '' : `<span class="where">${escapeHtml(positionOf(place))}</span>`;
    return `<li class="${severity}"><a href="#finding-${index + 1}">${withCode(message)}</a>${where}</li>`;
  });
  return `<nav aria-label="Findings"><ol>${items.join('')}</ol></nav>`;
}

function article({ severity, message, count, places, remedy }: Finding, index: number): string {
  const id = `finding-${index + 1}`;
  return `<article id="${id}" class="${severity}" aria-labelledby="${id}-title" tabindex="-1">
<p class="severity"><span class="title">${TITLES[severity]}</span><span class="count">${times(count)}</span></p>
<h2 id="${id}-title">${withCode(message)}</h2>
<ol class="places">${places.map((place, at) => placeItem(place, severity, `${id}-${at + 1}`)).join('')}</ol>
${remedyBlock(remedy)}
</article>`;
}

function placeItem(place: FindingPlace, severity: Severity, id: string): string {
  const position = escapeHtml(positionOf(place));
  const note = `<span class="title">${escapeHtml(place.note)}</span> <span class="where">${position}</span>`;
  return `<li class="${severity}"><p class="note" id="${id}">${note}</p>${excerpt(place, id)}</li>`;
}

/** The lines are focusable, because a line that is too long for the page is scrolled with the keyboard too. */
function excerpt(place: FindingPlace, id: string): string {
  const { code, line } = place;
  if (code === null) return '';
  const lines = linesAround(place);
  const width = String(line + CONTEXT).length;
  const rows = lines.map(({ number, text }) => {
    const isSpot = number === line;
    const content = isSpot ? marked(text, place.column - 1) : escapeHtml(cut(text, 0));
    return `<span class="line${isSpot ? ' spot' : ''}"><span class="number">${String(number).padStart(width)}</span>${content}\n</span>`;
  });
  return `<pre tabindex="0" role="group" aria-labelledby="${id}"><code>${rows.join('')}</code></pre>`;
}

/** The line of a place, and those around it if the file still has this line. */
function linesAround({ file, line, code }: FindingPlace): { number: number; text: string }[] {
  const own = { number: line, text: code ?? '' };
  let lines: string[];
  try {
    lines = readFileSync(file, 'utf8').split(/\r\n|[\n\r\u2028\u2029]/);
  } catch {
    // It is not a file, or exists only in a source map.
    return [own];
  }
  if (lines[line - 1] !== code) return [own];
  const first = Math.max(1, line - CONTEXT);
  return lines
    .slice(first - 1, line + CONTEXT)
    .map((text, index) => ({ number: first + index, text }))
    .filter(({ number, text }) => number <= line || text !== '' || number < lines.length);
}

function marked(text: string, column: number): string {
  const from = Math.max(0, column - MAXIMUM_WIDTH / 2);
  const spot = SPOT.exec(text.slice(column))?.[0] ?? '';
  const before =
    text.length <= MAXIMUM_WIDTH ? text.slice(0, column) : `${from > 0 ? '…' : ''}${text.slice(from, column)}`;
  const after = text.length <= MAXIMUM_WIDTH ? text.slice(column + spot.length) : cut(text, column + spot.length);
  return `${escapeHtml(before)}<mark>${escapeHtml(spot)}</mark>${escapeHtml(after)}`;
}

function cut(text: string, from: number): string {
  const end = from + MAXIMUM_WIDTH / 2;
  return text.length - from <= MAXIMUM_WIDTH ? text.slice(from) : `${text.slice(from, end)}…`;
}

function remedyBlock({ text, code }: Finding['remedy']): string {
  const line = code === null ? '' : `<pre tabindex="0"><code>${escapeHtml(code.trim())}</code></pre>`;
  const copy = code === null ? '' : `<button type="button" hidden data-copy="${escapeHtml(code.trim())}">Copy</button>`;
  return `<div class="remedy"><p><b>Remedy</b> ${escapeHtml(text)}${copy}</p>${line}</div>`;
}

function uncheckedFiles(files: readonly UncheckedFile[]): string {
  if (files.length === 0) return '';
  const items = files.map(
    ({ file, reason }) => `<li><span class="where">${escapeHtml(shortPath(file))}</span> ${escapeHtml(reason)}</li>`,
  );
  return `<section class="unchecked"><h2>Files that were not checked</h2><ul>${items.join('')}</ul></section>`;
}

function positionOf({ file, line, column }: FindingPlace): string {
  return `${shortPath(file)}:${line}:${column}`;
}

/** Escapes a message, in which the names of storages are in backquotes. */
function withCode(message: string): string {
  return escapeHtml(message).replace(/`([^`]+)`/g, '<code>$1</code>');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
