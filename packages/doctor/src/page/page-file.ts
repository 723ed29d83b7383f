/**
 * What a page is told about each of its files: a build inserts it at the beginning of the file, as JSON.
 *
 *     source ──earlier steps of the build──▶ code ──entry checks──▶ code with checks ──later steps──▶ what the page runs
 *                                             │
 *                                             └─ the sites and functions, whose places are those in the source
 *
 * The build knows the source of each site. A frame of a stack trace is a position in what the page runs, and is traced
 * back in the page, through the source map of the script.
 */
import type { Site } from '../instrument/file-table.js';

/** The options of the doctor that concern pages. */
export interface PageSettings {
  /** Also shows what did no harm. */
  readonly all: boolean;
  /** Reports reads in no flow with the origin of their code. */
  readonly emptyReads: boolean;
  /** Where findings are sent as JSON: a path on the server of the page. Undefined if there is no such server. */
  readonly reportPath?: string | undefined;
  /** The last two folders of the paths of packages that belong to Throughline. Their code is left out of stacks. */
  readonly ownFolders: readonly string[];
}

/** A site, and its place in the source. */
export interface PageSite extends Site {
  /** The URL of the source. */
  readonly file: string;
  /** Both begin with 1. */
  readonly line: number;
  readonly column: number;
  /** The text of the line; undefined if the line is too long to be shown, as in a minified file. */
  readonly code: string | undefined;
}

export interface PageFile {
  /** The URL of the file, as findings show it: absolute, or relative to the page. */
  readonly url: string;
  /** What all builds and copies of the same file have in common. */
  readonly origin: string;
  /** The number of the first site. */
  readonly firstSite: number;
  readonly sites: readonly PageSite[];
  /** Where each function begins and ends in the source: lines and columns that begin with 1. For empty reads only. */
  readonly functions: readonly (readonly [line: number, column: number, endLine: number, endColumn: number])[];
  readonly settings: PageSettings;
}

/** The global function that a file calls with this. */
export const FILE = '__tdFile';

/** The specifier of the module that runs in the page. */
export const PAGE_SPECIFIER = '@throughline/doctor/page';
