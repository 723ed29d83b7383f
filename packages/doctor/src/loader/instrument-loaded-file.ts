/** Instruments a file that Node loads. Node's loader states the kind of the file, which is called its format. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { addSourceMap } from '../instrument/add-source-map.js';
import type { FileTable } from '../instrument/file-table.js';
import { WATCH } from '../instrument/inserted-text.js';
import { type InstrumentedFile, type InstrumentOptions, instrument } from '../instrument/instrument.js';

const SOURCE_TYPES: ReadonlyMap<string, 'module' | 'commonjs' | 'ambiguous'> = new Map([
  ['module', 'module'],
  ['module-typescript', 'module'],
  ['commonjs', 'commonjs'],
  ['commonjs-typescript', 'commonjs'],
  ['typescript', 'ambiguous'],
]);

/** With --experimental-transform-types, Node creates a source map itself, from the code that it gets here. */
const IS_MAPPED_BY_NODE = String(process.features.typescript) === 'transform';

const OWN_FOLDER = fileURLToPath(new URL('..', import.meta.url));

export interface LoaderState {
  /** Whether the functions of packages in node_modules are checked too. */
  readonly dependencies: boolean;
  /** Checks all functions, for the tests of transparency. */
  readonly isForced: boolean;
  /** Whether instrumented files get source maps. */
  readonly needsSourceMaps: () => boolean;
  readonly addTable: (table: FileTable) => void;
  /** The number of the next site. */
  nextSite: number;
}

/** Whether a file is being instrumented: what is loaded meanwhile is a package that the doctor itself needs. */
let isInstrumenting = false;

/**
 * @param format null or undefined if Node determines by trial whether the file is CommonJS
 * @returns the code; undefined if the file is not changed
 */
export function instrumentLoadedFile(
  source: string | NodeJS.ArrayBufferView | ArrayBuffer,
  url: string,
  format: string | null | undefined,
  state: LoaderState,
): string | undefined {
  if (!url.startsWith('file:') || isInstrumenting) return undefined;
  const path = fileURLToPath(url.replace(/[?#].*$/, ''));
  const sourceType = format == null ? ambiguousUnlessData(path) : SOURCE_TYPES.get(format);
  if (sourceType === undefined || isOwnFile(path)) return undefined;
  const code = typeof source === 'string' ? source : new TextDecoder().decode(source);
  if (isThroughlineModule(path)) return `${code}\n;${WATCH}(exports);`;
  const checksFunctions = state.dependencies || !/[\\/]node_modules[\\/]/.test(path);
  if (!checksFunctions && !code.includes('AsyncLocalStorage') && !code.includes('AsyncContext')) return undefined;
  const isTypeScript = format == null ? /\.[cm]?ts$/.test(path) : format.endsWith('typescript');
  const options = {
    url,
    lang: isTypeScript ? 'ts' : 'js',
    checksFunctions,
    firstSite: state.nextSite,
    isForced: state.isForced,
  } as const;
  isInstrumenting = true;
  try {
    const file = instrumentAs(sourceType, code, options);
    if (file === undefined) return undefined;
    state.nextSite += file.table.sites.length;
    state.addTable(file.table);
    const isMapped = state.needsSourceMaps() && !(isTypeScript && IS_MAPPED_BY_NODE);
    return isMapped ? addSourceMap(file.code, file.table, code) : file.code;
  } finally {
    isInstrumenting = false;
  }
}

function instrumentAs(
  sourceType: 'module' | 'commonjs' | 'ambiguous',
  code: string,
  options: Omit<InstrumentOptions, 'sourceType'>,
): InstrumentedFile | undefined {
  // A file that starts with #! parses as if the line were a comment.
  const file = instrument(code, { ...options, sourceType: sourceType === 'ambiguous' ? 'commonjs' : sourceType });
  if (file === 'syntax error' && sourceType === 'ambiguous') {
    const module = instrument(code, { ...options, sourceType: 'module' });
    return typeof module === 'string' ? undefined : module;
  }
  return typeof file === 'string' ? undefined : file;
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
  const manifest = join(dirname(path), '../../package.json');
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'throughline';
}

export function urlOf(filename: string): string {
  return pathToFileURL(filename).href;
}
