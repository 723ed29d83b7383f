/**
 * The beginning of a transformed file: code that a bundler puts first, the helpers that the file uses, and the object
 * of the current evaluation in a module whose top level suspends.
 *
 *     await a;    import{moduleEvaluation as _moduleEvaluation}from'throughline/await';
 *                 const _f=_moduleEvaluation();await _f.off(a),_f.on();
 *     b();        b();;_f.end();
 *
 * The opening is inserted after a hashbang and directives. It contains no line break, so every line keeps its number.
 */
import type { Program } from 'oxc-parser';
import { endOfDirectives } from '../analysis/directives.js';
import type { TopLevelFacts } from '../analysis/facts.js';
import { declaresRequire } from '../analysis/own-require.js';
import type { SourceType } from '../parse/parse.js';
import { HELPER_SPECIFIER, type HelperName, SHARED_OBJECT_KEY } from './await-helpers.js';
import type { CodeWriter } from './code-writer.js';
import { bodyOpening } from './function-body.js';

/** Less than the depth of every statement. */
const TOP_DEPTH = 1;

/**
 * Must be called last, because it imports the helpers that all other code has named.
 * @param sourceType decides how the file reaches the helpers
 * @param begins code to put first
 */
export function emitFileOpening(
  program: Program,
  topLevel: TopLevelFacts | undefined,
  sourceType: SourceType,
  begins: string,
  writer: CodeWriter,
): void {
  const moduleOpening = topLevel === undefined ? '' : bodyOpening(topLevel, 'moduleEvaluation', writer);
  if (topLevel?.end !== undefined) writer.edits.close(topLevel.end, TOP_DEPTH, `;${writer.call}.end();`);
  const start = endOfHashbang(program, writer.code);
  const at = endOfDirectives(program.body, start);
  const separator = writer.separatorAfterDirectives(at, start);
  const helpers = helperImport(writer.names.namedHelpers, sourceType, program);
  writer.edits.open(at, TOP_DEPTH, `${separator}${begins}${helpers}${moduleOpening}`);
}

function endOfHashbang({ hashbang }: Program, code: string): number {
  if (hashbang === null) return 0;
  const [lineEnd] = /^(?:\r\n|[\n\r\u2028\u2029])?/.exec(code.slice(hashbang.end, hashbang.end + 2)) ?? [''];
  return hashbang.end + lineEnd.length;
}

function helperImport(
  helpers: readonly (readonly [HelperName, string])[],
  sourceType: SourceType,
  program: Program,
): string {
  if (helpers.length === 0) return '';
  const bindings = (separator: string) =>
    helpers.map(([helper, name]) => (helper === name ? name : `${helper}${separator}${name}`)).join();
  switch (sourceType) {
    case 'module':
      return `import{${bindings(' as ')}}from'${HELPER_SPECIFIER}';`;
    case 'commonjs':
      return `const{${bindings(':')}}=${declaresRequire(program) ? 'module.' : ''}require('${HELPER_SPECIFIER}');`;
    case 'script':
      return `var{${bindings(':')}}=(globalThis[Symbol.for('${SHARED_OBJECT_KEY}')]||{}).await||(()=>{throw new Error("This script was built with @throughline/transform and requires '${HELPER_SPECIFIER}-script'. Load that before this script.")})();`;
  }
}
