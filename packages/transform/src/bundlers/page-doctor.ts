/**
 * The option `doctor`: `@throughline/doctor` instruments the files of a page before their `await`s are transformed. The
 * package is an optional peer, so it is loaded only if the option is set.
 *
 *     code ──doctor: entry checks──▶ instrumented code ──transform──▶ code of the page
 *          ◀──────────map─────────── ◀────────────────map────────────
 *
 * Only builds for development contain the checks.
 */
import { createRequire, type SourceMapPayload } from 'node:module';
import { extname, isAbsolute, join, relative, resolve } from 'node:path';
// biome-ignore syntax/correctness/noTypeOnlyImportAttributes: TypeScript requires it in the declarations of CommonJS
import type { SourceMap } from 'magic-string' with { 'resolution-mode': 'import' };
import { traceMappings } from '../source-maps.js';
import { findThroughlinePackage } from '../throughline-package.js';
import { INSTALL_FILE } from './page-modules.js';

/** What the doctor does in the pages of a build for development. */
export interface DoctorOptions {
  /** Whether functions of packages in `node_modules` are checked too. Default: `false`. */
  readonly dependencies?: boolean;
  /** Whether reads outside of every flow are shown, with the origin of their code. Default: `false`. */
  readonly emptyReads?: boolean;
  /** Whether calls that did no harm are shown. Default: `false`. */
  readonly all?: boolean;
}

export const DOCTOR_OPTIONS = { dependencies: 'boolean', emptyReads: 'boolean', all: 'boolean' } as const;

/** The module that each instrumented file imports. */
export const DOCTOR_PAGE_SPECIFIER = '@throughline/doctor/page';

const BUNDLER_SPECIFIER = '@throughline/doctor/bundler';

/** The part of `@throughline/doctor/bundler` that is used. */
interface DoctorModule {
  readonly PAGE_MODULE: string;
  readonly PACKAGE_FOLDER: string;
  isPartOfDoctor(path: string): boolean;
  instrumentPageFile(
    code: string,
    options: {
      readonly filename: string;
      readonly urlOf: (path: string) => string;
      readonly lang: 'js' | 'jsx' | 'ts' | 'tsx';
      readonly sourceType?: 'module' | 'commonjs' | undefined;
      readonly isTypeByDeclarations?: boolean | undefined;
      readonly checksFunctions: boolean;
      readonly map?: SourceMapPayload | null | undefined;
      readonly settings: DoctorSettings;
    },
  ): { readonly code: string; readonly begins: string; readonly map: SourceMapPayload | undefined } | undefined;
  formatPageFindings(body: string, pathOf: (url: string) => string): string;
}

interface DoctorSettings {
  readonly all: boolean;
  readonly emptyReads: boolean;
  readonly reportPath?: string | undefined;
  readonly ownFolders: readonly string[];
}

/** What the doctor needs to know about a build, as JSON: webpack and Turbopack pass it to a loader. */
export interface DoctorSetup {
  readonly options: DoctorOptions;
  /** The path of `@throughline/doctor/bundler`. */
  readonly module: string;
  /** The directory of the project. */
  readonly root: string;
  /** What precedes the path of a file below the root in its URL, as the source maps of the bundler have it. */
  readonly urlPrefix: string;
  /** What precedes the absolute path of any other file in its URL. By default, the prefix and a relative path do. */
  readonly outsidePrefix?: string | undefined;
  /** Where pages send their findings. */
  readonly reportPath?: string | undefined;
  readonly throughlineDirectory: string;
}

/** A file that the doctor instruments. */
export interface DoctorFile {
  /** The absolute path, or the name of a virtual file. */
  readonly filename: string;
  readonly lang?: 'js' | 'jsx' | 'ts' | 'tsx' | undefined;
  readonly sourceType?: 'module' | 'commonjs' | undefined;
  /** Whether only imports and exports make code an ES module, and not `import.meta`. */
  readonly isTypeByDeclarations?: boolean | undefined;
  /** The source map that earlier steps have made. */
  readonly map?: SourceMapPayload | string | null | undefined;
  /** The query of the import, if it is part of the URL. */
  readonly query?: string | undefined;
}

export interface DoctoredFile {
  readonly code: string;
  /** The code to put at the beginning. */
  readonly begins: string;
  /** Traces the map of the transform to the code before the doctor. */
  trace(map: SourceMap): SourceMap;
}

export function isDoctorWanted(option: boolean | DoctorOptions | undefined): option is true | DoctorOptions {
  return option !== undefined && option !== false;
}

/**
 * Returns what loads the doctor, or undefined if the option is not set.
 * @param from the directory of the project
 * @throws {Error} if `@throughline/doctor` is not installed
 */
export function setUpDoctor(
  option: boolean | DoctorOptions | undefined,
  from: string,
  build: Pick<DoctorSetup, 'urlPrefix' | 'outsidePrefix' | 'reportPath' | 'throughlineDirectory'>,
): DoctorSetup | undefined {
  if (!isDoctorWanted(option)) return undefined;
  return { ...build, options: option === true ? {} : option, module: resolveDoctor(from), root: from };
}

function resolveDoctor(from: string): string {
  for (const require of [createRequire(join(from, 'package.json')), createRequire(import.meta.url)]) {
    try {
      return require.resolve(BUNDLER_SPECIFIER);
    } catch {
      // The package was not found from there.
    }
  }
  throw new Error(
    `The option doctor of the plugin of @throughline/transform requires the package '@throughline/doctor', which cannot be resolved from ${from}. Install it: npm install --save-dev @throughline/doctor`,
  );
}

/** Says that a build does not contain the doctor. */
export function doctorIsLeftOut(reason: string): string {
  return `The option doctor has no effect: ${reason}. Only builds for development contain the doctor.`;
}

/**
 * Returns the doctor for a bundler that has no modes: only `NODE_ENV=development` states that a build is one for
 * development.
 */
export function doctorOfDevelopment(
  option: boolean | DoctorOptions | undefined,
  root: string,
  warn: (message: string) => void,
): PageDoctor | undefined {
  if (!isDoctorWanted(option)) return undefined;
  if (process.env.NODE_ENV !== 'development') {
    warn(doctorIsLeftOut('the environment variable NODE_ENV is not development'));
    return undefined;
  }
  const setup = setUpDoctor(option, root, { urlPrefix: '', throughlineDirectory: findThroughlinePackage(root) });
  return setup && new PageDoctor(setup);
}

/** The doctor in the pages of one build. */
export class PageDoctor {
  /** The module that runs in the page. */
  readonly pageModule: string;
  readonly #module: DoctorModule;
  readonly #setup: DoctorSetup;
  readonly #settings: DoctorSettings;

  constructor(setup: DoctorSetup) {
    this.#setup = setup;
    this.#module = createRequire(import.meta.url)(setup.module);
    const { all = false, emptyReads = false } = setup.options;
    const { PAGE_MODULE, PACKAGE_FOLDER } = this.#module;
    this.pageModule = PAGE_MODULE;
    const ownFolders = [setup.throughlineDirectory, PACKAGE_FOLDER].map(lastFolders);
    this.#settings = { all, emptyReads, reportPath: setup.reportPath, ownFolders };
  }

  /**
   * Whether a file belongs to the doctor, which must not check itself, or is the first module of a page: Next gives that
   * one a copy of what it imports, so the doctor would watch another class than that of the application.
   */
  isOwnFile(filename: string): boolean {
    return filename === INSTALL_FILE || this.#module.isPartOfDoctor(filename);
  }

  /** Returns undefined if the file does not concern the doctor. */
  instrument(
    code: string,
    { filename, sourceType, isTypeByDeclarations, map, query = '', lang }: DoctorFile,
  ): DoctoredFile | undefined {
    const { dependencies = false } = this.#setup.options;
    const previous: SourceMapPayload | null | undefined = typeof map === 'string' ? JSON.parse(map) : map;
    const instrumented = this.#module.instrumentPageFile(code, {
      filename,
      urlOf: (path) => this.#urlOf(path) + (path === filename ? query : ''),
      lang: lang ?? languageOf(filename),
      sourceType,
      isTypeByDeclarations,
      checksFunctions: dependencies || !/[\\/]node_modules[\\/]/.test(filename),
      map: previous,
      settings: this.#settings,
    });
    if (instrumented === undefined) return undefined;
    const { map: ownMap } = instrumented;
    return {
      code: instrumented.code,
      begins: instrumented.begins,
      trace: (transformMap) => (ownMap === undefined ? transformMap : traceMappings(transformMap.mappings, ownMap)),
    };
  }

  /**
   * Returns findings that a page has sent, as text for a terminal.
   * @param origin the origin of the page, which is that of its server
   */
  format(body: string, origin: string): string {
    return this.#module.formatPageFindings(body, (url) => this.#pathOf(url, origin));
  }

  #urlOf(path: string): string {
    if (!isAbsolute(path)) return path;
    const { root, urlPrefix, outsidePrefix } = this.#setup;
    const below = relative(root, path).replaceAll('\\', '/');
    const isOutside = below.startsWith('../') || isAbsolute(below);
    if (!isOutside || outsidePrefix === undefined) return urlPrefix + below;
    return outsidePrefix + path.replaceAll('\\', '/').replace(/^\//, '');
  }

  /** Returns the path of a file of the server, and the URL itself for all others: a page can name any. */
  #pathOf(url: string, origin: string): string {
    const path = URL.canParse(url) && new URL(url).origin === origin ? decodePath(new URL(url).pathname) : undefined;
    if (path === undefined) return url;
    const { root, urlPrefix, outsidePrefix } = this.#setup;
    if (outsidePrefix !== undefined && path.startsWith(outsidePrefix)) {
      return resolve('/', path.slice(outsidePrefix.length));
    }
    return path.startsWith(urlPrefix) ? join(root, path.slice(urlPrefix.length)) : url;
  }
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function languageOf(filename: string): 'jsx' | 'ts' | 'tsx' {
  const extension = extname(filename);
  if (/^\.[cm]?ts$/.test(extension)) return 'ts';
  return extension === '.tsx' ? 'tsx' : 'jsx';
}

/** `packages/core` or `node_modules/throughline`: source maps contain these folders, whatever they are relative to. */
function lastFolders(directory: string): string {
  return directory.split(/[\\/]/).filter(Boolean).slice(-2).join('/');
}
