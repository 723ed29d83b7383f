/**
 * Files that are transformed are often made from others already and say so in a comment, with a source map. The map that
 * is handed on then has to lead to the first of them all: each place in the transformed file is looked up in our map, and
 * what is found there in theirs.
 */
import { readFileSync } from 'node:fs';
import { SourceMap as Lookup, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';
import { SourceMap } from 'magic-string';
import type { TransformResult } from './transform.js';

const COMMENT = /\/\/[#@] sourceMappingURL=([^\s'"`]+)[ \t]*$/gm;
const INLINE = /^data:application\/json[^,]*?(;base64)?,/;

type Segment = [number, number, number, number] | [number, number, number, number, number];

export interface Mapped {
  /** Without the comment that names the map of before. */
  readonly code: string;
  /** Its sources are URLs. */
  readonly map: SourceMap;
}

/**
 * @param code the file as it was before it was transformed
 * @param url where that file is
 */
export function traceBack(code: string, url: string, result: TransformResult): Mapped {
  const comment = [...code.matchAll(COMMENT)].at(-1);
  const payload = comment?.[1] === undefined ? undefined : readPayload(comment[1], url);
  if (comment === undefined || payload === undefined) {
    const [content = null] = result.map.sourcesContent ?? [];
    const { names, mappings } = result.map;
    return { code: result.code, map: new SourceMap({ names, mappings, sources: [url], sourcesContent: [content] }) };
  }
  const at = result.code.lastIndexOf(comment[0]);
  return {
    code: result.code.slice(0, at) + result.code.slice(at + comment[0].length),
    map: chain(result.map.mappings, payload.map, payload.base),
  };
}

interface Payload {
  readonly map: SourceMapPayload;
  /** What its sources are relative to. */
  readonly base: string;
}

/** @returns undefined where there is no such map, or none that can be read: Node and browsers do without it, too */
function readPayload(named: string, url: string): Payload | undefined {
  try {
    const inline = INLINE.exec(named);
    if (inline !== null) {
      const data = named.slice(inline[0].length);
      const text = inline[1] === undefined ? decodeURIComponent(data) : Buffer.from(data, 'base64').toString();
      return { map: payloadOf(text), base: url };
    }
    const base = new URL(named, url);
    if (base.protocol !== 'file:') return undefined;
    return { map: payloadOf(readFileSync(fileURLToPath(base), 'utf8')), base: base.href };
  } catch {
    return undefined;
  }
}

function payloadOf(text: string): SourceMapPayload {
  const map: SourceMapPayload = JSON.parse(text.replace(/^\)\]\}'[^\n]*\n/, ''));
  if (typeof map.mappings !== 'string' || !Array.isArray(map.sources)) throw new TypeError('not a source map');
  return map;
}

function chain(mappings: string, before: SourceMapPayload, base: string): SourceMap {
  const lookup = new Lookup(before);
  const sources = new Indices();
  const names = new Indices();
  const lines = decode(mappings).map((segments) => {
    const traced: Segment[] = [];
    for (const [column, , line, inLine] of segments) {
      const entry = lookup.findEntry(line, inLine);
      // What is found may stand before, on another line: then this place was made by a tool and comes from nowhere.
      if (!('originalSource' in entry) || entry.originalSource === undefined || entry.generatedLine !== line) continue;
      const { originalSource, originalLine, originalColumn } = entry;
      // Not in the types.
      const { name } = entry as { readonly name?: string };
      const source = sources.of(originalSource);
      traced.push(
        name === undefined
          ? [column, source, originalLine, originalColumn]
          : [column, source, originalLine, originalColumn, names.of(name)],
      );
    }
    return traced;
  });
  const contents = new Map(before.sources.map((source, i) => [source, before.sourcesContent?.[i] ?? null]));
  return new SourceMap({
    sources: sources.values.map((source) => resolve((before.sourceRoot ?? '') + source, base)),
    sourcesContent: sources.values.map((source) => contents.get(source) ?? null),
    names: names.values,
    mappings: lines,
  });
}

function resolve(source: string, base: string): string {
  return URL.canParse(source, base) ? new URL(source, base).href : source;
}

class Indices {
  readonly values: string[] = [];
  readonly #at = new Map<string, number>();

  of(value: string): number {
    let at = this.#at.get(value);
    if (at === undefined) {
      at = this.values.push(value) - 1;
      this.#at.set(value, at);
    }
    return at;
  }
}

const DIGITS = new Map(
  [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].map((digit, i) => [digit, i]),
);

/** Numbers are written as differences to the one before, in base 64 with five bits a digit, the sign in the lowest. */
function decode(mappings: string): Segment[][] {
  let source = 0;
  let line = 0;
  let column = 0;
  return mappings.split(';').map((row) => {
    let generated = 0;
    const segments: Segment[] = [];
    for (const text of row === '' ? [] : row.split(',')) {
      const [byColumn = 0, bySource, byLine = 0, byOriginalColumn = 0] = numbersIn(text);
      generated += byColumn;
      if (bySource === undefined) continue;
      source += bySource;
      line += byLine;
      column += byOriginalColumn;
      segments.push([generated, source, line, column]);
    }
    return segments;
  });
}

function numbersIn(text: string): number[] {
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
