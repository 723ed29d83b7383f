/**
 * Source maps of files that were themselves generated from others, and that name their own source map in a comment. The
 * map of the transformed file then has to lead to the original sources: each position is traced through our map and
 * then through theirs.
 *
 *     transformed file ──our map──▶ generated file ──its map──▶ original source
 *                      ─────────────────traced map────────────▶
 */
import { readFileSync } from 'node:fs';
import { SourceMap as MapLookup, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';
import { SourceMap } from 'magic-string';
import type { TransformResult } from './transform.js';

const COMMENT = /\/\/[#@] sourceMappingURL=([^\s'"`]+)[ \t]*$/gm;
const INLINE = /^data:application\/json[^,]*?(;base64)?,/;

/** Column, source, line and column in the source, and name. */
type Segment = [number, number, number, number] | [number, number, number, number, number];

export interface TracedResult {
  /** Without the comment that names the previous map. */
  readonly code: string;
  /** Its sources are URLs. */
  readonly map: SourceMap;
}

/**
 * @param code the file before the transform
 * @param url the URL of that file
 */
export function traceToOriginals(code: string, url: string, result: TransformResult): TracedResult {
  const comment = [...code.matchAll(COMMENT)].at(-1);
  const previous = comment?.[1] === undefined ? undefined : readMap(comment[1], url);
  if (comment === undefined || previous === undefined) {
    const [content = null] = result.map.sourcesContent ?? [];
    const { names, mappings } = result.map;
    return { code: result.code, map: new SourceMap({ names, mappings, sources: [url], sourcesContent: [content] }) };
  }
  const start = result.code.lastIndexOf(comment[0]);
  return {
    code: result.code.slice(0, start) + result.code.slice(start + comment[0].length),
    map: traceMappings(result.map.mappings, previous.payload, previous.baseUrl),
  };
}

interface PreviousMap {
  readonly payload: SourceMapPayload;
  /** What its sources are relative to. */
  readonly baseUrl: string;
}

/** @returns undefined if the map is missing or cannot be read. Node and browsers ignore such a map as well. */
function readMap(mapUrl: string, fileUrl: string): PreviousMap | undefined {
  try {
    const inline = INLINE.exec(mapUrl);
    if (inline !== null) {
      const data = mapUrl.slice(inline[0].length);
      const text = inline[1] === undefined ? decodeURIComponent(data) : Buffer.from(data, 'base64').toString();
      return { payload: parseMap(text), baseUrl: fileUrl };
    }
    const url = new URL(mapUrl, fileUrl);
    if (url.protocol !== 'file:') return undefined;
    return { payload: parseMap(readFileSync(fileURLToPath(url), 'utf8')), baseUrl: url.href };
  } catch {
    return undefined;
  }
}

function parseMap(text: string): SourceMapPayload {
  // A first line with this prefix keeps the JSON from being run as a script. The specification has it removed.
  const map: SourceMapPayload = JSON.parse(text.replace(/^\)\]\}'[^\n]*\n/, ''));
  if (typeof map.mappings !== 'string' || !Array.isArray(map.sources)) throw new TypeError('not a source map');
  return map;
}

function traceMappings(mappings: string, previous: SourceMapPayload, baseUrl: string): SourceMap {
  const lookup = new MapLookup(previous);
  const sources = new IndexedValues();
  const names = new IndexedValues();
  const lines = decodeMappings(mappings).map((segments) => {
    const traced: Segment[] = [];
    for (const [column, , previousLine, previousColumn] of segments) {
      const entry = lookup.findEntry(previousLine, previousColumn);
      // The nearest entry may be on an earlier line. Then a tool has generated this position, and it has no original.
      const hasOriginal =
        'originalSource' in entry && entry.originalSource !== undefined && entry.generatedLine === previousLine;
      if (!hasOriginal) continue;
      const { originalSource, originalLine, originalColumn } = entry;
      // Not in Node's types.
      const { name } = entry as { readonly name?: string };
      const source = sources.indexOf(originalSource);
      traced.push(
        name === undefined
          ? [column, source, originalLine, originalColumn]
          : [column, source, originalLine, originalColumn, names.indexOf(name)],
      );
    }
    return traced;
  });
  const contents = new Map(previous.sources.map((source, i) => [source, previous.sourcesContent?.[i] ?? null]));
  return new SourceMap({
    sources: sources.values.map((source) => resolveUrl((previous.sourceRoot ?? '') + source, baseUrl)),
    sourcesContent: sources.values.map((source) => contents.get(source) ?? null),
    names: names.values,
    mappings: lines,
  });
}

function resolveUrl(url: string, baseUrl: string): string {
  return URL.canParse(url, baseUrl) ? new URL(url, baseUrl).href : url;
}

/** Distinct values in the order of their first use. */
class IndexedValues {
  readonly values: string[] = [];
  readonly #indices = new Map<string, number>();

  /** Adds the value if it is new. */
  indexOf(value: string): number {
    let index = this.#indices.get(value);
    if (index === undefined) {
      index = this.values.push(value) - 1;
      this.#indices.set(value, index);
    }
    return index;
  }
}

const DIGITS = new Map(
  [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].map((digit, i) => [digit, i]),
);

/**
 * Decodes `mappings`. Every number is the difference to the one before it in the same field.
 * @see https://tc39.es/ecma426/
 */
function decodeMappings(mappings: string): Segment[][] {
  let source = 0;
  let originalLine = 0;
  let originalColumn = 0;
  return mappings.split(';').map((row) => {
    let column = 0;
    const segments: Segment[] = [];
    for (const text of row === '' ? [] : row.split(',')) {
      const [columnDelta = 0, sourceDelta, lineDelta = 0, originalColumnDelta = 0] = decodeNumbers(text);
      column += columnDelta;
      if (sourceDelta === undefined) continue;
      source += sourceDelta;
      originalLine += lineDelta;
      originalColumn += originalColumnDelta;
      segments.push([column, source, originalLine, originalColumn]);
    }
    return segments;
  });
}

/** Base 64 with five bits of a number in each digit, least significant first, and the sign in the lowest bit. */
function decodeNumbers(text: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const char of text) {
    const digit = DIGITS.get(char) ?? 0;
    value += (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    numbers.push(value & 1 ? -(value >>> 1) : value >>> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}
