/** Makes the code after each suspension of a file run in the frame that was current at the suspension. */
import type { Program } from 'oxc-parser';
import { Keywords } from './analysis/async-keywords.js';
import { type Helper, Names } from './emit/free-names.js';
import { Edits } from './emit/source-edits.js';
import { type Language, parse, type SourceType } from './parse.js';
import { Suspensions } from './suspensions.js';

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
  readonly generators?: 'next' | 'creation';
  /** Code for the file to begin with, before whatever it imports. */
  readonly begins?: string;
}

export interface TransformResult {
  readonly code: string;
  readonly map: SourceMap;
}

export type SourceMap = ReturnType<Edits['apply']>['map'];

/**
 * Transforms one file.
 * @returns the code with its source map; undefined where there is nothing to do
 * @throws TransformError where the file does not parse
 */
export function transform(code: string, options: TransformOptions): TransformResult | undefined {
  const { filename, lang, generators = 'next', begins = '' } = options;
  // Each suspension stands in an async function or is an `await`.
  const keywords = new Keywords(code);
  if (keywords.isEmpty && begins === '' && generators === 'next') return undefined;
  const { program, module } = parse(code, filename, lang ?? languageOf(filename), options.sourceType);
  const edits = new Edits();
  const sourceType = options.sourceType ?? sourceTypeOf(filename, code, module.hasModuleSyntax);
  const names = new Names(code, sourceType === 'script' ? '_throughline_' : '_');
  const isModule = sourceType === 'module';
  const suspensions = new Suspensions({ code, filename, isModule, generators, keywords, names, edits });
  const opening = suspensions.walk(program);
  if (edits.isEmpty && begins === '') return undefined;
  const { at, separator } = suspensions.afterDirectives(program.body, startOf(code, program));
  edits.begin(at, 1, `${separator}${begins}${importOf(names.helpers, sourceType)}${opening}`);
  return edits.apply(code, filename);
}

function startOf(code: string, program: Program): number {
  if (program.hashbang === null) return 0;
  const { end } = program.hashbang;
  const [ending] = /^(?:\r\n|[\n\r\u2028\u2029])?/.exec(code.slice(end, end + 2)) ?? [''];
  return end + ending.length;
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

function importOf(helpers: readonly [Helper, string][], sourceType: SourceType): string {
  if (helpers.length === 0) return '';
  const names = (separator: string) =>
    helpers.map(([helper, name]) => (helper === name ? name : `${helper}${separator}${name}`)).join();
  switch (sourceType) {
    case 'module':
      return `import{${names(' as ')}}from'throughline/await';`;
    case 'commonjs':
      return `const{${names(':')}}=require('throughline/await');`;
    case 'script':
      return `var{${names(':')}}=(globalThis[Symbol.for('throughline.1')]||{}).await||(()=>{throw new Error("This script was built with @throughline/transform and needs what 'throughline/await-script' puts on the page: load that before it.")})();`;
  }
}
