/**
 * What encloses the body of a function that continues: it begins with the object that its suspensions go through, and ends
 * by restoring the root, however it ends.
 *
 *     async function f(x) {          async function f(x) {let _v,_f=_asyncCall();try{
 *       const a = await g(x);          const a = (_v=await _f.off(g(x)),_f.on(_v,_v=0));
 *       return a + 1;                  return a + 1;
 *     }                              }finally{_f.end()}}
 *
 *     async (x) => await g(x) + 1    async (x) => {let _v,_f=_asyncCall();try{return (…) + 1}finally{_f.end()}}
 */

import { endOfDirectives } from '../analysis/directives.js';
import type { BodyFacts, FunctionFacts } from '../analysis/facts.js';
import { isBlock } from '../analysis/syntax-tree.js';
import type { HelperName } from '../await-helpers.js';
import type { CodeWriter } from './code-writer.js';
import { emitHoistedDeclarations } from './hoisted-declarations.js';

export function emitFunctionBody(facts: FunctionFacts, writer: CodeWriter): void {
  const { body, depth, hoistingConflicts } = facts;
  const { edits } = writer;
  const opening = bodyOpening(facts, helperFor(facts), writer);
  const closing = `}finally{${writer.call}.end()}`;
  if (!isBlock(body)) {
    edits.open(body.start, depth, `{${opening}try{return `);
    edits.close(body.end, depth, `${closing}}`);
    return;
  }
  const start = body.start + 1;
  const at = endOfDirectives(body.body, start);
  const hoisted = hoistingConflicts === undefined ? '' : emitHoistedDeclarations(hoistingConflicts, depth, writer);
  edits.open(at, depth, `${writer.separatorAfterDirectives(at, start)}${hoisted}${opening}try{`);
  edits.close(body.end - 1, depth, closing);
}

function helperFor({ isGenerator, isGuarded }: FunctionFacts): HelperName {
  if (isGenerator) return 'generatorCall';
  return isGuarded ? 'guardedCall' : 'asyncCall';
}

/** The declarations with which a body, or a module, begins. */
export function bodyOpening({ storesResult }: BodyFacts, helper: HelperName, writer: CodeWriter): string {
  const declaration = storesResult ? `let ${writer.names.variable('result')},` : 'const ';
  return `${declaration}${writer.call}=${writer.helper(helper)}();`;
}
