/**
 * The code around the body of a function that continues.
 *
 *     async function f(x) {          async function f(x) {let _v,_f=_asyncCall();try{
 *       const a = await g(x);          const a = (_v=await _f.off(g(x)),_f.on(_v,_v=0));
 *       return a + 1;                  return a + 1;
 *     }                              }finally{_f.end()}}
 *
 *     async (x) => await g(x) + 1    async (x) => {let _v,_f=_asyncCall();try{return (…) + 1}finally{_f.end()}}
 *
 * `_f` is the object of one call of the function. `off` captures the frame before a suspension, and `on` or `back`
 * restores it after it. The JavaScript engine resumes the function in the root, so a function that was resumed makes
 * the root current again when it suspends or ends. Until its first suspension, it runs in the frame of its caller and
 * leaves that frame current.
 *
 *     the function     runs ─off─┐              ┌─on─ runs ─off─┐              ┌─on─ runs ─end─┐
 *     current frame    F         F              root   F        root           root  F         root
 *                                 suspended                      suspended
 */
import { endOfDirectives } from '../analysis/directives.js';
import type { BodyFacts, FunctionFacts } from '../analysis/facts.js';
import { isBlock } from '../analysis/syntax-tree.js';
import type { HelperName } from './await-helpers.js';
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

/** The declarations at the beginning of a function's body or of a module. */
export function bodyOpening({ hasResultVariable }: BodyFacts, helper: HelperName, writer: CodeWriter): string {
  const declaration = hasResultVariable ? `let ${writer.names.variable('result')},` : 'const ';
  return `${declaration}${writer.call}=${writer.helper(helper)}();`;
}
