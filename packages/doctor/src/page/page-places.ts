/** In place of report/place.ts in a page: places in the sources of its scripts. */
import type { Position } from '../instrument/file-table.js';
import type { Frame } from '../runtime/stack-frame.js';
import { absoluteUrl, allPageFiles, isOwn, siteOf } from './page-files.js';
import { linesOf, sourceOf, tracePosition } from './script-sources.js';

export interface Place extends Position {
  /** The URL of the source. */
  readonly file: string;
  /** The text of the line; undefined if the source cannot be read. */
  readonly code: string | undefined;
}

/** Returns undefined for a frame without a file, and for one in code of Throughline. */
export function placeOfFrame(frame: Frame | undefined): Place | undefined {
  if (frame?.file === undefined) return undefined;
  const { file, line, column } = frame;
  const source = sourceOf(file);
  const place = (source && tracePosition(source, line, column)) ?? {
    file,
    line,
    column,
    code: linesOf(source?.text)?.[line - 1],
  };
  return isOwn(place.file) || isOwn(file) ? undefined : place;
}

export function placeOfSite(number: number): Place | undefined {
  const known = siteOf(number);
  if (known === undefined) return undefined;
  const { file, line, column, code } = known.site;
  return { file: absoluteUrl(file), line, column, code };
}

/** Whether a frame is outside of all functions of its file. */
export function isAtModuleLevel(frame: Frame): boolean {
  const place = placeOfFrame(frame);
  const file = [...allPageFiles()].find(({ url }) => absoluteUrl(url) === absoluteUrl(place?.file ?? ''));
  if (place === undefined || file === undefined) return false;
  return !file.functions.some(([line, column, endLine, endColumn]) => {
    const isAfterStart = place.line > line || (place.line === line && place.column >= column);
    return isAfterStart && (place.line < endLine || (place.line === endLine && place.column < endColumn));
  });
}
