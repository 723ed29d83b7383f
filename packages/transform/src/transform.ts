/** Makes the code after each suspension of a file run in the frame that was current at the suspension. */
import type { SourceMap } from 'magic-string';
import { analyze } from './analysis/analyze.js';
import { AsyncKeywords } from './analysis/async-keywords.js';
import type { GeneratorFrame } from './analysis/facts.js';
import { CodeWriter } from './emit/code-writer.js';
import { emitConstructs } from './emit/emit.js';
import { emitFileOpening } from './emit/file-opening.js';
import { FreeNames } from './emit/free-names.js';
import { SourceEdits } from './emit/source-edits.js';
import { type Language, parse, type SourceType } from './parse.js';

export interface TransformOptions {
  /** Names the file in source maps and errors, and by its ending tells language and kind. */
  readonly filename: string;
  /** The language, where the file's name does not tell. */
  readonly lang?: Language;
  /**
   * Whether the file is an ES module, a CommonJS module or a classic script. By default its name tells, or else its code;
   * a file that has neither `import` nor `export` nor any sign of CommonJS is taken for an ES module.
   */
  readonly sourceType?: SourceType;
  /**
   * In which frame the body of an async generator runs: that of the `next()` that resumes it, as Node has it (the default),
   * or that of the call that created it, as the TC39 text has it.
   */
  readonly generators?: GeneratorFrame;
  /** Code for the file to begin with, before whatever it imports. */
  readonly begins?: string;
}

export interface TransformResult {
  readonly code: string;
  readonly map: SourceMap;
}

/**
 * Transforms one file.
 * @returns the code with its source map; undefined where there is nothing to do
 * @throws TransformError where the file does not parse
 */
export function transform(code: string, options: TransformOptions): TransformResult | undefined {
  const { filename, lang, generators = 'next', begins = '' } = options;
  // Each suspension is in an async function or is an `await`.
  const keywords = new AsyncKeywords(code);
  if (keywords.isEmpty && begins === '' && generators === 'next') return undefined;
  const { program, module } = parse(code, filename, lang ?? languageOf(filename), options.sourceType);
  const facts = analyze(program, keywords, generators);
  if (facts.functions.length === 0 && facts.topLevel === undefined && begins === '') return undefined;
  const sourceType = options.sourceType ?? sourceTypeOf(filename, code, module.hasModuleSyntax);
  const edits = new SourceEdits();
  const names = new FreeNames(code, sourceType === 'script' ? '_throughline_' : '_');
  const writer = new CodeWriter(code, filename, sourceType === 'module', edits, names);
  emitConstructs(facts, writer);
  emitFileOpening(program, facts.topLevel, sourceType, begins, writer);
  return edits.apply(code, filename);
}

function languageOf(filename: string): Language {
  const [, ending] = /\.[cm]?([jt]sx?)$/.exec(filename) ?? [];
  return ending === 'ts' || ending === 'tsx' ? ending : 'jsx';
}

function sourceTypeOf(filename: string, code: string, hasModuleSyntax: boolean): SourceType {
  if (/\.m[jt]s$/.test(filename) || hasModuleSyntax) return 'module';
  if (/\.c[jt]s$/.test(filename)) return 'commonjs';
  return /\b(?:require\s*\(|module\s*\.\s*exports\b|exports\s*[.[])/.test(code) ? 'commonjs' : 'module';
}
