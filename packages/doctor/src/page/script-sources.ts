/**
 * The scripts of a page as the browser has loaded them, and their source maps. Places are asked for synchronously: a
 * script that is not known yet is remembered, and loaded before the places are asked for again.
 */
import {
  AnyMap,
  LEAST_UPPER_BOUND,
  originalPositionFor,
  sourceContentFor,
  type TraceMap,
} from '@jridgewell/trace-mapping';
import { blankLiterals } from './code-text.js';
import { IS_IN_PAGE } from './page-globals.js';

const COMMENT = /\/\/[#@] sourceMappingURL=([^\s'"`]+)[ \t]*$/gm;

/** A script that was loaded. */
export interface ScriptSource {
  /** Undefined if it cannot be read, such as one of another server that does not allow it. */
  readonly text: string | undefined;
  readonly map: TraceMap | undefined;
}

export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The text of the line. */
  readonly code: string | undefined;
}

const UNREADABLE: ScriptSource = { text: undefined, map: undefined };

const sources = new Map<string, ScriptSource>();
const wanted = new Set<string>();

// The application may replace it, or count its calls.
const { fetch } = globalThis;

/** Returns undefined if the script has not been loaded yet. */
export function sourceOf(url: string): ScriptSource | undefined {
  const known = sources.get(url);
  if (known === undefined) wanted.add(url);
  return known;
}

/** Loads what was asked for, and returns whether there was anything to load. */
export async function loadWantedSources(): Promise<boolean> {
  const urls = [...wanted];
  wanted.clear();
  await Promise.all(urls.map(async (url) => sources.set(url, await loadSource(url))));
  return urls.length > 0;
}

const blankedTexts = new WeakMap<ScriptSource, string>();

/**
 * Returns the text of a script without the contents of its literals; undefined if it has no text. It is made once, because
 * a script can have millions of characters, and is described again every second while the page is active.
 */
export function blankedTextOf(source: ScriptSource): string | undefined {
  const known = blankedTexts.get(source);
  if (known !== undefined || source.text === undefined) return known;
  const blanked = blankLiterals(source.text);
  blankedTexts.set(source, blanked);
  return blanked;
}

/** Traces a position to the source; undefined if no source map knows it. */
export function tracePosition({ map }: ScriptSource, line: number, column: number): SourcePosition | undefined {
  if (map === undefined) return undefined;
  const at = { line, column: column - 1 };
  const before = originalPositionFor(map, at);
  // Of an `await` at the start of a line, a compiler may map only the operand.
  const position = before.source === null ? originalPositionFor(map, { ...at, bias: LEAST_UPPER_BOUND }) : before;
  const { source, line: originalLine, column: originalColumn } = position;
  if (source === null) return undefined;
  const content = sourceContentFor(map, source) ?? sourceOf(source)?.text;
  return { file: source, line: originalLine, column: originalColumn + 1, code: linesOf(content)?.[originalLine - 1] };
}

export function linesOf(text: string | undefined): readonly string[] | undefined {
  return text?.split(/\r\n|[\n\r\u2028\u2029]/);
}

async function loadSource(url: string): Promise<ScriptSource> {
  if (!IS_IN_PAGE || !/^(?:https?|blob|data):/.test(url)) return UNREADABLE;
  const text = await load(url);
  const comment = text === undefined ? undefined : [...text.matchAll(COMMENT)].at(-1)?.[1];
  if (comment === undefined || !URL.canParse(comment, url)) return { text, map: undefined };
  const mapUrl = new URL(comment, url).href;
  const json = await load(mapUrl);
  try {
    return {
      text,
      map:
        json === undefined
          ? undefined
          : new AnyMap(json.replace(/^\)\]\}'[^\n]*\n/, ''), comment.startsWith('data:') ? url : mapUrl),
    };
  } catch {
    // It is not a source map.
    return { text, map: undefined };
  }
}

async function load(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url);
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}
