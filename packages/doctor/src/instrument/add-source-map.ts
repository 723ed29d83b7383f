/**
 * Adds a source map to an instrumented file. If the file was generated and names a source map in a comment, positions
 * are traced through both maps.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { FileTable } from './file-table.js';
import { createMappings } from './mappings.js';

// Loaded when they are needed: most programs run without source maps, and start faster without these packages.
const require = createRequire(import.meta.url);
const codec = (): typeof import('@jridgewell/sourcemap-codec') => require('@jridgewell/sourcemap-codec');
const remap = (): typeof import('@jridgewell/remapping').default => {
  const loaded = require('@jridgewell/remapping');
  return loaded.default ?? loaded;
};

const COMMENT = /\/\/[#@] sourceMappingURL=([^\s'"`]+)[ \t]*$/gm;
const INLINE = /^data:application\/json[^,]*?(;base64)?,/;

/** A source map that was found for a file. */
export interface FoundMap {
  readonly json: string;
  /** What its sources are relative to. */
  readonly baseUrl: string;
  /** The comment that names it. */
  readonly comment: string;
}

/**
 * Returns the code of an instrumented file with a comment that contains its source map.
 * @param instrumented the code with the insertions
 * @param code the code before
 */
export function addSourceMap(instrumented: string, table: FileTable, code: string): string {
  const { url } = table;
  const mappings = createMappings(code, table);
  const map = { version: 3, sources: [url], sourcesContent: [code], names: [] } as const;
  const previous = findMap(code, url);
  if (previous !== undefined) {
    try {
      const traced = remap()([{ ...map, mappings } as never, absoluteMap(previous)], () => null);
      const start = instrumented.lastIndexOf(previous.comment);
      const rest = instrumented.slice(0, start) + instrumented.slice(start + previous.comment.length);
      return rest + commentFor(traced.toString());
    } catch {
      // A map that cannot be read is ignored, as Node does.
    }
  }
  return instrumented + commentFor(JSON.stringify({ ...map, mappings: codec().encode(mappings) }));
}

function commentFor(json: string): string {
  const data = Buffer.from(json).toString('base64');
  return `\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${data}`;
}

/** Returns the comment with which a file names its source map. */
export function mapCommentOf(code: string): string | undefined {
  return [...code.matchAll(COMMENT)].at(-1)?.[0];
}

/** Returns the source map that a file names; undefined if there is none, or if it is missing. */
export function findMap(code: string, url: string): FoundMap | undefined {
  const comment = [...code.matchAll(COMMENT)].at(-1);
  const target = comment?.[1];
  if (comment === undefined || target === undefined) return undefined;
  try {
    const inline = INLINE.exec(target);
    if (inline !== null) {
      const data = target.slice(inline[0].length);
      const json = inline[1] === undefined ? decodeURIComponent(data) : Buffer.from(data, 'base64').toString();
      return { json, baseUrl: url, comment: comment[0] };
    }
    const mapUrl = new URL(target, url);
    if (mapUrl.protocol !== 'file:') return undefined;
    return { json: readFileSync(fileURLToPath(mapUrl), 'utf8'), baseUrl: mapUrl.href, comment: comment[0] };
  } catch {
    return undefined;
  }
}

/** Returns a map whose sources are URLs. */
export function absoluteMap({ json, baseUrl }: FoundMap) {
  // A first line with this prefix prevents the JSON from being run as a script.
  const map = JSON.parse(json.replace(/^\)\]\}'[^\n]*\n/, ''));
  const root: string = map.sourceRoot ? `${map.sourceRoot}`.replace(/\/?$/, '/') : '';
  const sources = (map.sources as (string | null)[]).map((source) =>
    source !== null && URL.canParse(root + source, baseUrl) ? new URL(root + source, baseUrl).href : source,
  );
  const { sourceRoot, ...rest } = map;
  return { ...rest, sources };
}
