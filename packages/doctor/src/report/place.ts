/**
 * Places in the original sources. Positions in stack traces and sites are mapped back through the insertions of the
 * doctor and through the source map of the file.
 *
 *     stack trace ──insertions──▶ loaded file ──its source map──▶ source
 */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import { absoluteMap, findMap } from '../instrument/add-source-map.js';
import { originalOffset, type Position, positionOf } from '../instrument/file-table.js';
import { functionOf, siteOf, tableOfFile } from '../runtime/file-tables.js';
import type { Frame } from '../runtime/stack.js';

/** A place in a source. */
export interface Place extends Position {
  /** The path of the source, or its URL if it is not a file. */
  readonly file: string;
  /** The text of the line; undefined if the source cannot be read. */
  readonly code: string | undefined;
}

interface Source {
  readonly lines: readonly string[] | undefined;
  /** Traces positions to the sources that the file was generated from. */
  readonly map: SourceMap | undefined;
  readonly contents: ReadonlyMap<string, string>;
}

const sources = new Map<string, Source>();
/** The lines of the sources in which places were found. */
const linesByFile = new Map<string, readonly string[]>();

/** Returns the lines of the source of a place; undefined if it cannot be read. */
export function linesOf(file: string): readonly string[] | undefined {
  return linesByFile.get(file);
}

/** Returns undefined for a frame without a file. */
export function placeOfFrame(frame: Frame | undefined): Place | undefined {
  if (frame?.file === undefined) return undefined;
  const { file, line, column } = frame;
  const table = tableOfFile(file);
  const position = table === undefined ? { line, column } : positionOf(table, originalOffset(table, { line, column }));
  return placeIn(table?.url ?? file, position);
}

/** Whether a frame is at the top level of a module. */
export function isAtModuleLevel(frame: Frame): boolean {
  return functionOf(frame) === undefined;
}

export function placeOfSite(number: number): Place | undefined {
  const known = siteOf(number);
  return known === undefined ? undefined : placeIn(known.table.url, positionOf(known.table, known.site.start));
}

/** Returns the place in the file that Node has loaded, or in the source from which it was generated. */
function placeIn(url: string, position: Position): Place {
  const source = readSource(url);
  const entry = source.map?.findEntry(position.line - 1, position.column - 1);
  if (entry !== undefined && 'originalSource' in entry && entry.originalSource !== undefined) {
    const { originalSource, originalLine, originalColumn } = entry;
    const text = source.contents.get(originalSource);
    const lines = text === undefined ? readSource(originalSource).lines : text.split(/\r\n|[\n\r]/);
    const file = pathOf(originalSource);
    if (lines !== undefined) linesByFile.set(file, lines);
    return {
      file,
      line: originalLine + 1,
      column: originalColumn + 1,
      code: lines?.[originalLine],
    };
  }
  const file = pathOf(url);
  if (source.lines !== undefined) linesByFile.set(file, source.lines);
  return { file, ...position, code: source.lines?.[position.line - 1] };
}

function readSource(url: string): Source {
  let source = sources.get(url);
  if (source === undefined) {
    source = parseSource(url);
    sources.set(url, source);
  }
  return source;
}

function parseSource(url: string): Source {
  let code: string;
  try {
    code = readFileSync(pathOf(url), 'utf8');
  } catch {
    return { lines: undefined, map: undefined, contents: new Map() };
  }
  const lines = code.split(/\r\n|[\n\r\u2028\u2029]/);
  const comment = tableOfFile(url)?.mapComment;
  // What another loader has compiled differs from the file, and has its own map.
  const found = findMap(comment ?? code, url);
  if (found === undefined) return { lines, map: undefined, contents: new Map() };
  try {
    const json = absoluteMap(found);
    const contents = (json.sources as string[]).flatMap((name, i): [string, string][] => {
      const content = json.sourcesContent?.[i];
      return typeof content === 'string' ? [[name, content]] : [];
    });
    return { lines, map: new SourceMap(json), contents: new Map(contents) };
  } catch {
    return { lines, map: undefined, contents: new Map() };
  }
}

/** The path of a file, or the URL of anything else. */
export function pathOf(url: string): string {
  if (!url.startsWith('file:')) return url;
  try {
    return fileURLToPath(url.replace(/[?#].*$/, ''));
  } catch {
    // A source map can name a file of another host, or one whose name contains a slash.
    return url;
  }
}
