/** In place of runtime/file-tables.ts in a page: what the files of the page have stated about themselves. */

import { isFileFrame } from '../runtime/stack.js';
import type { Frame } from '../runtime/stack-frame.js';
import type { PageFile, PageSettings, PageSite } from './page-file.js';
import { capture } from './page-frames.js';
import { page } from './page-globals.js';

/** No line of a script is longer, in UTF-16 code units: V8 has no longer strings. */
const LONGEST_LINE = 2 ** 30;

const files = new Map<string, PageFile>();
/** The URLs of the scripts that contain such files. */
const scripts = new Set<string>();

let settings: PageSettings = { all: false, emptyReads: false, ownFolders: [] };
let onSettings: (settings: PageSettings) => void = () => undefined;

/** Called at the beginning of each file that the build has reached. */
export function addPageFile(file: PageFile): void {
  const isFirst = files.size === 0;
  // A file that was edited while the page shows it takes the place of its earlier version.
  files.set(file.url, file);
  const [frame] = capture(addPageFile, 1).frames;
  if (frame?.file !== undefined) scripts.add(frame.file);
  if (!isFirst) return;
  settings = file.settings;
  onSettings(settings);
}

/**
 * Returns the complete URL of a source. A build states paths on the server of its scripts, which need not be that of the
 * page: the page can come from the server of the application, and its scripts from a development server.
 */
export function absoluteUrl(url: string): string {
  const [base = page.location.href] = scripts;
  return URL.canParse(url, base) ? new URL(url, base).href : url;
}

/** Passes the settings on when the first file states them. All files state the same ones. */
export function whenSettingsAreKnown(listener: (settings: PageSettings) => void): void {
  onSettings = listener;
}

export function settingsOfPage(): PageSettings {
  return settings;
}

/** Whether a script was built with the doctor and the transform. */
export function isReached(script: string): boolean {
  return scripts.has(script);
}

/** Whether a source belongs to Throughline or to the doctor. */
export function isOwn(url: string): boolean {
  const path = url.replaceAll('\\', '/');
  // Vite bundles a dependency into a file that is named after it.
  if (/\/deps\/(?:throughline|@throughline_(?:doctor|transform)_\w+)(?:_\w+)?\.js/.test(path)) return true;
  return settings.ownFolders.some((folder) => path.includes(`/${folder}/`));
}

/** Whether a frame is in a script that the build has not reached. */
export function isForeign(frame: Frame): boolean {
  const { file = '' } = frame;
  return isFileFrame(frame) && !isReached(file) && !isOwn(file);
}

export function allPageFiles(): IterableIterator<PageFile> {
  return files.values();
}

/** Returns the site with a number, and its file. */
export function siteOf(number: number): { readonly table: PageFile; readonly site: PageSite } | undefined {
  for (const table of files.values()) {
    const site = table.sites[number - table.firstSite];
    if (site !== undefined) return { table, site };
  }
  return undefined;
}

/** Returns the first site that a condition is true of. */
export function siteAt(isMeant: (site: PageSite) => boolean): PageSite | undefined {
  for (const { sites } of files.values()) {
    const site = sites.find(isMeant);
    if (site !== undefined) return site;
  }
  return undefined;
}

/** Identifies the function of a frame by its name. Undefined if it has none, as at the top level of a module. */
export function functionOf({ file, name }: Frame): string | undefined {
  return file === undefined || name === undefined ? undefined : `${file} ${name}`;
}

/** Orders the places of a script, as offsets do. Undefined for a frame without a file. */
export function offsetOf({ file, line, column }: Frame): number | undefined {
  return file === undefined ? undefined : line * LONGEST_LINE + column;
}
