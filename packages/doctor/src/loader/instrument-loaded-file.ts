/** Instruments a file that Node loads. Node's loader states the kind of the file, which is called its format. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { addSourceMap } from '../instrument/add-source-map.js';
import type { FileTable } from '../instrument/file-table.js';
import { RESERVED_PREFIX, WATCH } from '../instrument/inserted-text.js';
import {
  type InstrumentedFile,
  type InstrumentOptions,
  instrument,
  MAXIMUM_LENGTH,
  type Skipped,
} from '../instrument/instrument.js';
import type { SkippedFile } from '../runtime/skipped-files.js';

const SOURCE_TYPES: ReadonlyMap<string, 'module' | 'commonjs' | 'ambiguous'> = new Map([
  ['module', 'module'],
  ['module-typescript', 'module'],
  ['commonjs', 'commonjs'],
  ['commonjs-typescript', 'commonjs'],
  ['typescript', 'ambiguous'],
]);

/** With --experimental-transform-types, Node creates a source map itself, from the code that it gets here. */
const IS_MAPPED_BY_NODE = String(process.features.typescript) === 'transform';

/** Why the functions of a file are not checked. A file with nothing to check has no reason. */
const REASONS: Readonly<Partial<Record<Skipped, string>>> = {
  'syntax error': 'its syntax was not understood',
  'reserved name': `it contains names that begin with ${RESERVED_PREFIX}`,
  'too deep': 'its code is nested too deeply',
  'too large': `it is longer than ${MAXIMUM_LENGTH / 1e6} million characters`,
};

/** The folder in which Node's test runner records coverage. */
const RUNS_TEST_COVERAGE = /[\\/]node-coverage-\w+$/.test(process.env.NODE_V8_COVERAGE ?? '');

const OWN_FOLDER = fileURLToPath(new URL('..', import.meta.url));

/** `generated`: only the files that were generated from others, and have one already. */
export type SourceMaps = 'all' | 'generated' | 'none';

export interface LoaderState {
  /** Whether the functions of packages in node_modules are checked too. */
  readonly dependencies: boolean;
  /** Checks all functions, for the tests of transparency. */
  readonly isForced: boolean;
  /** Which instrumented files get a source map: for coverage, all of them. */
  readonly sourceMaps: () => SourceMaps;
  readonly addTable: (table: FileTable) => void;
  readonly addSkippedFile: (file: SkippedFile) => void;
  /** What was parsed and left as it is, by URL: the hooks see CommonJS modules before the method that compiles them. */
  readonly unchanged: Map<string, string>;
  /** The number of the next site. */
  nextSite: number;
}

/** Whether a file is being instrumented: what is loaded meanwhile is a package that the doctor itself needs. */
let isInstrumenting = false;

/**
 * @param format null or undefined if Node determines by trial whether the file is CommonJS
 * @param columnOffset what is added to the columns of the first line in stack traces
 * @returns the code; undefined if the file is not changed
 */
export function instrumentLoadedFile(
  source: string | NodeJS.ArrayBufferView | ArrayBuffer,
  url: string,
  format: string | null | undefined,
  state: LoaderState,
  columnOffset = 0,
): string | undefined {
  if (!url.startsWith('file:') || isInstrumenting) return undefined;
  const path = fileURLToPath(url.replace(/[?#].*$/, ''));
  const sourceType = format == null ? ambiguousUnlessData(path) : SOURCE_TYPES.get(format);
  if (sourceType === undefined || isOwnFile(path)) return undefined;
  const checksFunctions = state.dependencies || !/[\\/]node_modules[\\/]/.test(path);
  if (!checksFunctions && !isThroughlineModule(path) && !mayCreateStorage(source)) return undefined;
  const code = typeof source === 'string' ? source : new TextDecoder().decode(source);
  if (isThroughlineModule(path)) return `${code}\n;${WATCH}(exports);`;
  if (state.unchanged.get(url) === code) {
    state.unchanged.delete(url);
    return undefined;
  }
  const isTypeScript = format == null ? /\.[cm]?ts$/.test(path) : format.endsWith('typescript');
  // Node's test runner counts lines by positions in the code that runs, unless it reads source maps.
  if (checksFunctions && RUNS_TEST_COVERAGE && !Reflect.get(process, 'sourceMapsEnabled')) {
    state.addSkippedFile({ url, reason: 'the coverage of node --test would be wrong without --enable-source-maps' });
    return undefined;
  }
  const options = {
    url,
    lang: isTypeScript ? 'ts' : 'js',
    checksFunctions,
    firstSite: state.nextSite,
    isForced: state.isForced,
    columnOffset,
  } as const;
  isInstrumenting = true;
  try {
    const file = instrumentAs(sourceType, code, options);
    if (typeof file === 'string') {
      const reason = REASONS[file];
      if (reason !== undefined) state.addSkippedFile({ url, reason });
      if (sourceType !== 'module') state.unchanged.set(url, code);
      return undefined;
    }
    state.nextSite += file.table.sites.length;
    const sourceMaps = isTypeScript && IS_MAPPED_BY_NODE ? 'none' : state.sourceMaps();
    const isMapped = sourceMaps === 'all' || (sourceMaps === 'generated' && file.table.mapComment !== undefined);
    state.addTable(isMapped ? { ...file.table, isMapped } : file.table);
    return isMapped ? addSourceMap(file.code, file.table, code) : file.code;
  } finally {
    isInstrumenting = false;
  }
}

/** Searches the bytes of a file, because most packages are not decoded then. */
function mayCreateStorage(source: string | NodeJS.ArrayBufferView | ArrayBuffer): boolean {
  const text =
    typeof source === 'string'
      ? source
      : ArrayBuffer.isView(source)
        ? Buffer.from(source.buffer, source.byteOffset, source.byteLength)
        : Buffer.from(source);
  return text.includes('AsyncLocalStorage') || text.includes('AsyncContext');
}

function instrumentAs(
  sourceType: 'module' | 'commonjs' | 'ambiguous',
  code: string,
  options: Omit<InstrumentOptions, 'sourceType'>,
): InstrumentedFile | Skipped {
  // A file that starts with #! parses as if the line were a comment.
  const file = instrument(code, { ...options, sourceType: sourceType === 'ambiguous' ? 'commonjs' : sourceType });
  return file === 'syntax error' && sourceType === 'ambiguous'
    ? instrument(code, { ...options, sourceType: 'module' })
    : file;
}

function ambiguousUnlessData(path: string): 'ambiguous' | undefined {
  return /\.(?:json|node|wasm)$/.test(path) ? undefined : 'ambiguous';
}

function isOwnFile(path: string): boolean {
  return path.startsWith(OWN_FOLDER) && !/\.test\.js$/.test(path);
}

/** The modules of `throughline` for Node, of any copy of it. */
function isThroughlineModule(path: string): boolean {
  if (!/[\\/]lib[\\/]node[\\/][^\\/]+\.cjs$/.test(path)) return false;
  try {
    return JSON.parse(readFileSync(join(dirname(path), '../../package.json'), 'utf8')).name === 'throughline';
  } catch {
    // There is no such file, or it is not JSON.
    return false;
  }
}

export function urlOf(filename: string): string {
  return pathToFileURL(filename).href;
}
