/** Instruments a file that a bundler builds for a page. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { encode } from '@jridgewell/sourcemap-codec';
import { type FileTable, positionOf, type Site } from '../instrument/file-table.js';
import { type InstrumentedFile, type InstrumentOptions, instrument } from '../instrument/instrument.js';
import { createMappings } from '../instrument/mappings.js';
import { parser } from '../instrument/parser.js';
import { originOf } from '../runtime/file-origin.js';
import { FILE, PAGE_SPECIFIER, type PageFile, type PageSettings, type PageSite } from './page-file.js';

/** The module that runs in a page, as a file. */
export const PAGE_MODULE: string = fileURLToPath(new URL('../../lib/page/page.js', import.meta.url));

/** The folder of this package. */
export const PACKAGE_FOLDER: string = fileURLToPath(new URL('../..', import.meta.url));

/** The packages that the part of the doctor in a page imports. */
const IMPORTED = /[\\/]node_modules[\\/]@jridgewell[\\/](?:resolve-uri|sourcemap-codec|trace-mapping)[\\/]/;

/** Whether a file is part of the doctor in a page, which cannot check itself. */
export function isPartOfDoctor(path: string): boolean {
  return IMPORTED.test(path) || ['dist', 'lib'].some((folder) => path.startsWith(join(PACKAGE_FOLDER, folder)));
}

/** The options of {@link instrumentPageFile}. */
export interface PageFileOptions {
  /** The absolute path of the file, or the name of a virtual file. */
  readonly filename: string;
  /** Returns the URL of a source, as findings show it. */
  readonly urlOf: (path: string) => string;
  readonly lang: 'js' | 'jsx' | 'ts' | 'tsx';
  /** By default, the code decides. */
  readonly sourceType?: 'module' | 'commonjs' | undefined;
  /** Whether only imports and exports make code an ES module, as in webpack, and not `import.meta`. */
  readonly isTypeByDeclarations?: boolean | undefined;
  /** Checks functions, and not only the creation of storages. */
  readonly checksFunctions: boolean;
  /** The source map that the earlier steps of the build have made. */
  readonly map?: SourceMapPayload | null | undefined;
  readonly settings: PageSettings;
}

/** An instrumented file. */
export interface InstrumentedPageFile {
  readonly code: string;
  /** The code to put at the beginning of the file, before its imports. It is not a part of `code`. */
  readonly begins: string;
  /** Maps the code to the one before; undefined if nothing was inserted. */
  readonly map: SourceMapPayload | undefined;
}

/** Code without these suspends nowhere, makes no storage, and has no functions. The last part finds methods. */
const MAY_CONCERN = /\bawait\b|\basync\b|function|=>|AsyncLocalStorage|AsyncContext|\)[^;{]{0,200}\{/;

/**
 * A place shows its line only if the line is not longer than this, in UTF-16 code units. Otherwise, the places of a
 * minified file, whose code is one line, would take space that grows with the square of its length.
 */
const LONGEST_LINE = 1_000;

/**
 * What builds add to files that need it: polyfills and helpers. The part of the doctor in a page can be one of these files:
 * Turbopack adds a buffer to its source maps. If the buffer imported the doctor, each would wait for the other.
 */
const ADDED_BY_BUILDS =
  /[\\/]node_modules[\\/](?:next[\\/]dist[\\/](?:compiled[\\/](?:buffer|process)|build[\\/]polyfills)|@babel[\\/]runtime|@swc[\\/]helpers|buffer|core-js(?:-pure)?|process|regenerator-runtime|tslib)[\\/]/;

/** Sites of one file. The numbers of two files differ, although several processes may build them. */
const SITES_PER_FILE = 2 ** 16;

/**
 * Inserts entry checks into the functions of a file of a page, and makes the file known to the doctor.
 * @param code what the earlier steps of the build have made of the source: JavaScript, or TypeScript
 * @returns undefined if the file does not concern the doctor
 */
export function instrumentPageFile(code: string, options: PageFileOptions): InstrumentedPageFile | undefined {
  const { filename, settings, map, urlOf } = options;
  if (!MAY_CONCERN.test(code) || ADDED_BY_BUILDS.test(filename)) return undefined;
  const { sourceType, loadsAs } = sourceTypeOf(code, options);
  const file = instrumentAs(sourceType, code, options);
  const page: PageFile = {
    url: urlOf(filename),
    origin: isAbsolute(filename) ? originOf(pathToFileURL(filename).href) : filename,
    firstSite: file?.table.firstSite ?? 0,
    ...(file === undefined ? { sites: [], functions: [] } : placesIn(file.table, code, options)),
    settings,
  };
  const load = loadsAs === 'module' ? `import'${PAGE_SPECIFIER}';` : `require('${PAGE_SPECIFIER}');`;
  return {
    code: file?.code ?? code,
    // Where a build makes the doctor import the file, the file runs first.
    begins: `${load}typeof ${FILE}==='function'&&${FILE}(${toScriptText(page)});`,
    map: file === undefined ? undefined : mapOf(file.table, code, filename),
  };

  function placesIn(table: FileTable, text: string, { filename: path }: PageFileOptions) {
    const trace = createTracer(text, table, path, map ?? undefined, urlOf);
    const sites = table.sites.map((site) => placeSite(site, text.slice(site.start, site.end), trace));
    const functions = settings.emptyReads
      ? table.functions.map(([start, end]) => {
          const [from, to] = [trace(start), trace(end)];
          return [from.line, from.column, to.line, to.column] as const;
        })
      : [];
    return { sites, functions };
  }
}

function instrumentAs(
  sourceType: SourceType,
  code: string,
  { filename, lang, checksFunctions, urlOf }: PageFileOptions,
): InstrumentedFile | undefined {
  const hash = createHash('sha256').update(urlOf(filename)).update('\0').update(code).digest();
  const options: InstrumentOptions = {
    url: filename,
    sourceType,
    lang,
    checksFunctions,
    firstSite: (hash.readUIntBE(0, 5) % 2 ** 37) * SITES_PER_FILE,
  };
  const file = instrument(code, options);
  return typeof file === 'string' ? undefined : file;
}

type SourceType = 'module' | 'commonjs';

/** Returns the kind of source that the code is parsed as, and the kind that the bundler loads it as. */
function sourceTypeOf(
  code: string,
  { sourceType: known, isTypeByDeclarations = false, filename, lang }: PageFileOptions,
): { readonly sourceType: SourceType; readonly loadsAs: SourceType } {
  if (known !== undefined) return { sourceType: known, loadsAs: known };
  const file = parser().parseSync(filename, code, { sourceType: 'unambiguous', lang });
  const sourceType = file.module.hasModuleSyntax ? 'module' : 'commonjs';
  if (!isTypeByDeclarations || file.module.importMetas.length === 0) return { sourceType, loadsAs: sourceType };
  const isDeclared = file.program.body.some(({ type }) => /^(?:Import|Export.*)Declaration$/.test(type));
  return { sourceType, loadsAs: isDeclared ? 'module' : 'commonjs' };
}

function mapOf(table: FileTable, code: string, filename: string): SourceMapPayload {
  return {
    version: 3,
    file: filename,
    sources: [filename],
    sourcesContent: [code],
    names: [],
    mappings: encode(createMappings(code, table)),
    sourceRoot: '',
  };
}

/** A place in a source, and the source. */
interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly lines: readonly string[];
  /** Whether the map states this place, and not only one before it. */
  readonly isExact: boolean;
}

/** How far the place of a function is searched for in its code, in UTF-16 code units. */
const SEARCHED = 400;

/**
 * Returns a site with its place in the source.
 *
 * The map of a compiler may not contain the start of a function, but only a word before and one within it. The start is
 * then between both. If it is not found there, or if the text of the function has changed, the remedy names the function,
 * and does not show its line edited.
 * @param text the text of the site in the code
 */
function placeSite(site: Site, text: string, trace: (offset: number) => SourcePlace): PageSite {
  const before = trace(site.start);
  const { file, lines } = before;
  // The parameters, or at least the first word if a compiler has removed types from them.
  const starts = [/^(?:async\s+)?(?:\([^()]*\)|[\w$]+)\s*=>/, /^\(?[\w$]+/].flatMap((start) => start.exec(text) ?? []);
  const within = before.isExact ? undefined : findWithin(site, file, trace);
  const place = before.isExact
    ? starts.some((start) => lines[before.line - 1]?.startsWith(start, before.column - 1)) && before
    : within && starts.map((start) => lastBetween(lines, start, before, within)).find((found) => found !== undefined);
  const { line, column } = place || before;
  const code = lines[line - 1] ?? '';
  const isShown = code.length <= LONGEST_LINE;
  const known = { ...site, file, line, column, code: isShown ? code : undefined };
  const isMultiline = /[\n\r]/.test(text);
  if (!place || !isShown || (!isMultiline && !code.startsWith(text, column - 1))) {
    return { ...known, form: site.form === 'expression' ? 'declaration' : site.form };
  }
  return { ...known, end: site.start + (isMultiline ? code.length + 1 : text.length) };
}

/** Returns the first place within a site that the map states. */
function findWithin(
  { start, end }: Site,
  file: string,
  trace: (offset: number) => SourcePlace,
): SourcePlace | undefined {
  for (let offset = start + 1; offset < Math.min(end, start + SEARCHED); offset++) {
    const place = trace(offset);
    if (place.isExact && place.file === file) return place;
  }
  return undefined;
}

/** Returns the last place of a text between two places. */
function lastBetween(lines: readonly string[], text: string, from: SourcePlace, to: SourcePlace) {
  for (let line = to.line; line >= from.line; line--) {
    const last = line === to.line ? to.column - 1 : Number.POSITIVE_INFINITY;
    const at = (lines[line - 1] ?? '').lastIndexOf(text, last);
    if (at >= (line === from.line ? from.column - 1 : 0)) return { line, column: at + 1 };
  }
  return undefined;
}

/** Returns a function that traces an offset in the code to its place in the source. */
function createTracer(
  code: string,
  table: FileTable,
  filename: string,
  map: SourceMapPayload | undefined,
  urlOf: (path: string) => string,
): (offset: number) => SourcePlace {
  const ownLines = linesOf(code);
  const lookup = map === undefined || map.mappings === '' ? undefined : new SourceMap(map);
  const sources = new Map<string, { readonly file: string; readonly lines: readonly string[] }>();
  return (offset) => {
    const { line, column } = positionOf(table, offset);
    const entry = lookup?.findEntry(line - 1, column - 1);
    if (entry === undefined || !('originalSource' in entry) || entry.originalSource == null) {
      return { file: urlOf(filename), line, column, lines: ownLines, isExact: lookup === undefined };
    }
    const { originalSource, originalLine, originalColumn, generatedLine, generatedColumn } = entry;
    let source = sources.get(originalSource);
    if (source === undefined) {
      const path = sourcePath(originalSource, filename, map?.sourceRoot);
      const content = map?.sourcesContent?.[map.sources.indexOf(originalSource)] ?? readSource(path);
      source = { file: urlOf(path), lines: linesOf(content) };
      sources.set(originalSource, source);
    }
    const isExact = generatedLine === line - 1 && generatedColumn === column - 1;
    return { ...source, line: originalLine + 1, column: originalColumn + 1, isExact };
  };
}

function sourcePath(source: string, filename: string, root = ''): string {
  if (source.startsWith('file:')) return fileURLToPath(source);
  // A bundler names its own sources, such as webpack://app/./main.ts.
  if (/^[\w-]{2,}:/.test(source)) return source;
  return resolve(dirname(filename), root, source);
}

function readSource(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function linesOf(code: string): string[] {
  return code.split(/\r\n|[\n\r\u2028\u2029]/);
}

/** JSON that is also JavaScript on one line, and can be part of a script in HTML. */
function toScriptText(value: PageFile): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}
