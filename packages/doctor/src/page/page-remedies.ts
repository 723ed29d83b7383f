/**
 * In place of report/remedies.ts in a page, which contains no parser: what changes within one line is shown as a line, and
 * everything else is described.
 */
import type { Remedy } from '../report/finding.js';
import { absoluteUrl, siteAt } from './page-files.js';
import type { Place } from './page-places.js';

/**
 * Binds the function at a place.
 * @param isVariable whether the function reads a variable of `AsyncContext`
 */
export function remedyForFunction(place: Place | undefined, isVariable: boolean, name: string | undefined): Remedy {
  const [bind, from] = isVariable
    ? ['AsyncContext.Snapshot.wrap', "AsyncContext of 'throughline'"]
    : ['AsyncLocalStorage.bind', "AsyncLocalStorage of 'node:async_hooks'"];
  const described = name ?? 'the function';
  const text = `hand on ${bind}(${described}) instead of ${described}`;
  const site = place && siteAt(({ file, line, column }) => isAt(place, absoluteUrl(file), line, column));
  if (place?.code === undefined || site?.form !== 'expression') return { text, code: null };
  const { code } = place;
  const start = place.column - 1;
  const end = start + site.end - site.start;
  const fn = code.slice(start, end);
  // A function that ends in another line gets its closing parenthesis there.
  if (end > code.length || !isBalanced(fn)) return { text, code: null };
  // Whether the file has imported the class is not known here.
  return {
    text: `bind the function to its flow, with ${from}`,
    code: `${code.slice(0, start)}${bind}(${fn})${code.slice(end)}`,
  };
}

/** Makes the copies of a module share the storage that each of them creates. */
export function remedyForTwins(
  read: Place | undefined,
  holder: Place | undefined,
  origin: string,
  text: string,
): Remedy {
  const code = read && sharedCreation(read, origin);
  if (code === undefined || read === undefined) return { text, code: null };
  if (holder === undefined || isAt(read, holder.file, holder.line, holder.column)) return { text, code };
  const other = sharedCreation(holder, origin);
  if (other === undefined) return { text, code: null };
  return { text, code, otherLines: [{ file: holder.file, line: holder.line, code: other }] };
}

/** The function that enters the value and the one that awaits it would both have to be parsed. */
export function remedyForLateEntry(_entry: Place | undefined, _awaiting: Place | undefined, text: string): Remedy {
  return { text, code: null };
}

function sharedCreation({ code = '', column }: Place, origin: string): string | undefined {
  const [creation] = /^new\s[^;]*/.exec(code.slice(column - 1)) ?? [];
  if (creation === undefined || !isBalanced(creation)) return undefined;
  const key = `'${origin.replaceAll("'", '')}'`;
  const shared = `(globalThis[Symbol.for(${key})] ??= ${creation})`;
  return code.slice(0, column - 1) + shared + code.slice(column - 1 + creation.length);
}

function isAt(place: Place, file: string, line: number, column: number): boolean {
  return place.file === file && place.line === line && place.column === column;
}

function isBalanced(code: string): boolean {
  const count = (pattern: RegExp) => code.match(pattern)?.length ?? 0;
  return count(/[({[]/g) === count(/[)}\]]/g);
}
