/**
 * The source map of an instrumented file. Files that were themselves generated name a source map in a comment; positions
 * are then traced through both maps.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import remapping from '@jridgewell/remapping';
import type { SourceMap } from 'magic-string';

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
 * @param code the code before
 */
export function addSourceMap(file: { code: string; createMap(): SourceMap }, code: string, url: string): string {
  const map = file.createMap();
  const previous = findMap(code, url);
  if (previous === undefined) return `${file.code}\n//# sourceMappingURL=${map.toUrl()}`;
  try {
    const traced = remapping([JSON.parse(map.toString()), absoluteMap(previous)], () => null);
    const start = file.code.lastIndexOf(previous.comment);
    const rest = file.code.slice(0, start) + file.code.slice(start + previous.comment.length);
    const data = Buffer.from(traced.toString()).toString('base64');
    return `${rest}\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${data}`;
  } catch {
    // A map that cannot be read is ignored, as Node does.
    return `${file.code}\n//# sourceMappingURL=${map.toUrl()}`;
  }
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
