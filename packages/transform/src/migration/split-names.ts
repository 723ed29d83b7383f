/**
 * Splits a list of names between two modules: `import { a, b } from 'x'` becomes `import { a } from 'y'` and
 * `import { b } from 'x'`. Everything else between the braces, such as comments, stays where it was.
 */
import { styleOf } from './code-style.js';
import type { Change } from './migration.js';
import type { ModuleSite, NamedEntry } from './module-sites.js';

/**
 * @param entries all entries of the list
 * @param isMoved whether an entry moves to the new module; it must be true for at least one entry, but not for all
 */
export function splitNames(
  change: Change,
  site: ModuleSite,
  list: { readonly start: number; readonly end: number },
  entries: readonly NamedEntry[],
  isMoved: (entry: NamedEntry) => boolean,
  specifier: string,
): void {
  const { file, source, statement = site.node } = site;
  const { code } = file;
  const { quote, separator } = styleOf(site);
  // The text up to the opening brace and from the closing one, without what is between the braces.
  const openingEnd = indexInCode(file, '{', list.start) + 1;
  const opening = code.slice(statement.start, openingEnd).trimEnd();
  const closing = indexInCode(file, '}', entries.at(-1)?.node.end ?? openingEnd);
  const isSpaced = /\s/.test(code[openingEnd] ?? '');
  const space = isSpaced ? ' ' : '';
  const moved = entries.filter(isMoved).map(({ node }) => file.textOf(node));
  const rest = code.slice(closing, source.start) + quote + specifier + quote + code.slice(source.end, statement.end);
  change.replace(
    file,
    { start: statement.start, end: statement.start },
    `${opening}${space}${moved.join(', ')}${space}${rest}${separator}`,
  );
  removeEntries(change, site, entries, isMoved);
}

/** The next index of a character that is not in a comment. */
function indexInCode(file: ModuleSite['file'], character: string, from: number): number {
  const index = file.code.indexOf(character, from);
  const comment = file.comments.find(({ start, end }) => start <= index && index < end);
  return comment === undefined ? index : indexInCode(file, character, comment.end);
}

function removeEntries(
  change: Change,
  { file }: ModuleSite,
  entries: readonly NamedEntry[],
  isMoved: (entry: NamedEntry) => boolean,
): void {
  const { code, comments } = file;
  const lastKept = entries.findLastIndex((entry) => !isMoved(entry));
  const keptEnd = entries[lastKept]?.node.end ?? 0;
  const listEnd = entries.at(-1)?.node.end ?? 0;
  const hasTail = lastKept < entries.length - 1 && endOfComma(comments, code, listEnd) === undefined;
  // Entries at the end, without a comma after them: the comma before them goes too, unless a comment is among them.
  const isTailWhole = hasTail && !file.hasCommentBetween(keptEnd, listEnd);
  if (isTailWhole) change.replace(file, { start: keptEnd, end: listEnd }, '');
  for (const [index, entry] of entries.entries()) {
    if (!isMoved(entry) || (isTailWhole && index > lastKept)) continue;
    const { start, end } = entry.node;
    const commaEnd = endOfComma(comments, code, end) ?? end;
    if (file.hasCommentBetween(end, commaEnd)) {
      change.replace(file, { start, end }, '');
      change.replace(file, { start: commaEnd - 1, end: commaEnd }, '');
    } else {
      change.replace(file, withLine(code, start, commaEnd), '');
    }
  }
}

type Comments = readonly { readonly start: number; readonly end: number }[];

/** @returns the position after the comma that follows an entry, or undefined if the list ends there */
function endOfComma(comments: Comments, code: string, from: number): number | undefined {
  for (let index = from; index < code.length; index++) {
    const comment = comments.find(({ start }) => start === index);
    if (comment !== undefined) index = comment.end - 1;
    else if (code[index] === ',') return index + 1;
    else if (!/\s/.test(code[index] ?? '')) return undefined;
  }
  return undefined;
}

/** Adds the rest of the line to a range if the line would be blank, and otherwise the spaces after the range. */
function withLine(code: string, start: number, end: number): { start: number; end: number } {
  let lineStart = start;
  while (/[ \t]/.test(code[lineStart - 1] ?? '')) lineStart--;
  let lineEnd = end;
  while (/[ \t]/.test(code[lineEnd] ?? '')) lineEnd++;
  const isAtLineStart = /[\r\n]/.test(code[lineStart - 1] ?? '');
  const lineBreak = /^(?:\r\n|\n|\r)/.exec(code.slice(lineEnd, lineEnd + 2))?.[0];
  if (isAtLineStart && lineBreak !== undefined) return { start: lineStart, end: lineEnd + lineBreak.length };
  return lineBreak === undefined ? { start, end: lineEnd } : { start, end };
}
