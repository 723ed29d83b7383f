/**
 * Transforms one file: scan → parse → analyze → emit → apply.
 *
 *     code ──scan──▶ code around async functions ──parse──▶ syntax tree ──analyze──▶ facts
 *     facts ──emit──▶ edits ──apply──▶ code and source map
 *
 * `scan/` reads the tokens. `nesting/` transforms files whose syntax tree is very deep. `parse/` holds the parser and
 * its error. `analysis/` collects facts about the code and writes nothing. `emit/` reads the facts and writes edits, with
 * one file for each construct. `emit/function-body.ts` shows what a transformed function looks like.
 */
// biome-ignore syntax/correctness/noTypeOnlyImportAttributes: TypeScript requires it in the declarations of CommonJS
import type { SourceMap } from 'magic-string' with { 'resolution-mode': 'import' };
import { analyze } from './analysis/analyze.js';
import { blocksWithoutAwaiter, findAwaiterDefinitions, findResolutions } from './analysis/awaiter-helper.js';
import { declaresRequire } from './analysis/own-require.js';
import { checkOptions, invalidOption } from './check-options.js';
import { CodeWriter } from './emit/code-writer.js';
import { emitConstructs } from './emit/emit.js';
import { emitFileOpening } from './emit/file-opening.js';
import { FreeNames } from './emit/free-names.js';
import { emitResolutions } from './emit/return.js';
import { SourceEdits } from './emit/source-edits.js';
import { DEPTH_LIMIT } from './nesting/depth-limit.js';
import { transformInProcess } from './nesting/transform-in-process.js';
import {
  isOnlyCommonjs,
  LANGUAGES,
  type Language,
  type ParsedFile,
  parse,
  SOURCE_TYPES,
  type SourceType,
} from './parse/parse.js';
import { codeAtEnd, findPromiseLibrary } from './promise-libraries.js';
import { type ScannedCode, scanCode } from './scan/scan-code.js';

/** The values of the option `generators`. */
export const GENERATOR_FRAMES = ['next', 'creation'] as const;

/** Options of {@link transform}. */
export interface TransformOptions {
  /** The name of the file, for source maps and errors. Its extension determines `lang` and `sourceType` by default. */
  readonly filename: string;
  /** The language. By default `ts` or `tsx` for files with such an extension, and `jsx` for all others. */
  readonly lang?: Language;
  /**
   * The kind of source text that the file contains. By default, the extension determines it, or else the code: a file
   * that has neither `import` nor `export` nor any sign of CommonJS is treated as an ES module if it can be one.
   */
  readonly sourceType?: SourceType;
  /**
   * The frame in which the body of a generator runs. With `next`, the default, the body of an async generator runs in
   * the frame of the `next()` call that resumes it, as in Node.js, and other generators are not changed. With
   * `creation` the bodies of all generators run in the frame of the call that created them, as the TC39 proposal
   * defines it.
   *
   * @see https://github.com/tc39/proposal-async-context
   */
  readonly generators?: (typeof GENERATOR_FRAMES)[number];
  /** Code to insert at the beginning of the file, before all of its imports. */
  readonly begins?: string;
}

/** A transformed file. */
export interface TransformResult {
  /** The transformed code. */
  readonly code: string;
  /**
   * The source map, with `filename` as its source. `map.toString()` returns it as JSON, `map.toUrl()` as a data URL. It
   * is made when it is read for the first time.
   */
  readonly map: SourceMap;
}

/**
 * Transforms one file, so that the code after each of its suspensions runs in the frame that was current at the
 * suspension.
 *
 * @param code the source text
 * @param options see {@link TransformOptions}
 * @returns the code and its source map, or undefined if there is nothing to transform
 * @throws {TransformError} if the file does not parse or contains something that cannot be transformed
 * @throws {TypeError} `ERR_INVALID_OPTION` if an option is unknown or has an invalid value, or if `filename` is missing
 * @throws {TypeError} if the code is not a string
 *
 * @example
 * import { transform } from '@throughline/transform';
 *
 * const result = transform('async function f(p) { await p; }', { filename: 'f.js' });
 * console.log(result?.code); // import{...}from'throughline/await';async function f(p) { await _wrapOperand(p); }
 * console.log(result?.map.sources); // [ 'f.js' ]
 * console.log(transform('export const one = 1;', { filename: 'one.js' })); // undefined
 */
export function transform(code: string, options: TransformOptions): TransformResult | undefined {
  checkOptions('transform()', options, OPTIONS);
  if (options.filename === undefined)
    throw invalidOption('transform() needs the option filename, for errors and source maps.');
  if (typeof code !== 'string') throw new TypeError(`The code must be a string, not ${typeof code}.`);
  return transformFile(code, options);
}

/** What only the plugins of this package can state. */
export interface BuildOptions {
  /**
   * Whether only a declaration makes a file an ES module if the options do not state its source type. This is the rule of
   * webpack. For the others, `import.meta` does so too.
   */
  readonly isTypeByDeclarations?: boolean;
  /** Whether the file reads the helpers from the global object, because imports have been resolved already. */
  readonly hasGlobalHelpers?: boolean;
}

/** The same as {@link transform}, for plugins. */
export function transformFile(
  code: string,
  options: TransformOptions,
  buildOptions: BuildOptions = {},
): TransformResult | undefined {
  const { filename, lang = languageOf(filename), generators = 'next', begins = '' } = options;
  const awaiters = awaitersOf(code, options);
  const isUnchangedWithoutKeywords =
    begins === '' && generators === 'next' && findPromiseLibrary(filename) === undefined && awaiters.length === 0;
  // Most files have no suspension and are not parsed: each suspension is an `await` or is inside an async function.
  if (isUnchangedWithoutKeywords && !code.includes('async') && !code.includes('await')) return undefined;
  const scanned = scanCode(code, lang);
  if (isUnchangedWithoutKeywords && scanned.keywords.isEmpty) return undefined;
  const input = { code, options, buildOptions };
  if (scanned.maximumDepth > DEPTH_LIMIT) return transformInProcess(input, scanned);
  try {
    return transformScanned(code, scanned, awaiters, { ...options, lang, generators, begins }, buildOptions);
  } catch (error) {
    if (!isStackOverflow(error)) throw error;
    return transformInProcess(input, scanned);
  }
}

function transformScanned(
  code: string,
  scanned: ScannedCode,
  awaiters: readonly number[],
  options: TransformOptions & Required<Pick<TransformOptions, 'lang' | 'generators' | 'begins'>>,
  { isTypeByDeclarations = false, hasGlobalHelpers = false }: BuildOptions,
): TransformResult | undefined {
  const { filename, lang, generators, begins } = options;
  const unusedBlocks = generators === 'next' ? blocksWithoutAwaiter(scanned.unusedBlocks, awaiters) : [];
  const file = parse(code, filename, lang, options.sourceType, scanned, unusedBlocks);
  const { program } = file;
  const facts = analyze(program, scanned.keywords, generators);
  const library = findPromiseLibrary(filename);
  const { hasModuleSyntax } = file.module;
  // A bundler may have converted the module.
  const end = library?.isModule === hasModuleSyntax ? codeAtEnd(library) : '';
  const resolutions = awaiters.length > 0 ? findResolutions(program, awaiters) : [];
  const isUnchanged = facts.functions.length === 0 && facts.topLevel === undefined && resolutions.length === 0;
  if (isUnchanged && begins === '' && end === '') return undefined;
  const sourceType =
    options.sourceType ??
    (isTypeByDeclarations ? sourceTypeByDeclarations(file) : sourceTypeOf(file, code, filename, lang));
  const edits = new SourceEdits();
  const names = new FreeNames(program, code, unusedBlocks, sourceType === 'script');
  const writer = new CodeWriter(code, filename, sourceType === 'module', edits, names);
  emitConstructs(facts, writer);
  emitResolutions(resolutions, writer);
  emitFileOpening(program, facts.topLevel, hasGlobalHelpers ? 'script' : sourceType, begins, writer);
  edits.close(code.length, 0, end);
  return edits.apply(code, filename);
}

/** A classic script whose functions were lowered may be loaded without the helpers. */
function awaitersOf(code: string, { sourceType }: TransformOptions): readonly number[] {
  return sourceType === 'script' ? [] : findAwaiterDefinitions(code);
}

function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}

const OPTIONS = {
  filename: 'string',
  lang: LANGUAGES,
  sourceType: SOURCE_TYPES,
  generators: GENERATOR_FRAMES,
  begins: 'string',
} as const;

function languageOf(filename: string): Language {
  const [, extension] = /\.[cm]?([jt]sx?)$/.exec(filename) ?? [];
  return extension === 'ts' || extension === 'tsx' ? extension : 'jsx';
}

function sourceTypeOf({ module, program }: ParsedFile, code: string, filename: string, lang: Language): SourceType {
  if (/\.m[jt]s$/.test(filename) || module.hasModuleSyntax) return 'module';
  if (/\.c[jt]s$/.test(filename)) return 'commonjs';
  // Bundlers accept `import` in a CommonJS module, but this `require` is not theirs.
  if (declaresRequire(program)) return 'module';
  const hasCommonjsSyntax = /\b(?:require\s*\(|module\s*\.\s*exports\b|exports\s*[.[])/.test(code);
  return hasCommonjsSyntax || isOnlyCommonjs(code, filename, lang) ? 'commonjs' : 'module';
}

/**
 * A declaration makes a file an ES module from its first line. Without one, `exports` and a top-level `this` work for
 * webpack until it reaches `import.meta`, which development tools append to CommonJS modules too, or a top-level `await`.
 */
function sourceTypeByDeclarations({ program }: ParsedFile): SourceType {
  return program.body.some(({ type }) => /^(?:Import|Export.*)Declaration$/.test(type)) ? 'module' : 'commonjs';
}
