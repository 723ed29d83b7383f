/**
 * A generator whose body runs in the frame of the call that created it. Only its parameters are evaluated during that
 * call, so one more parameter notes the frame. Neither `length` nor `arguments` shows it: it is a rest parameter with a
 * pattern that takes nothing.
 *
 *     function* f(a, b) {            function* f(a, b,...{_f=_creationFrameGenerator()}) {_f.back();try{
 *       yield a;                       _f.took(yield _f.leave(a));
 *     }                              }finally{_f.end()}}
 *
 * A rest parameter of the program's own is taken apart by the same pattern, and put together again:
 *
 *     function* f(...all) {          function* f(...{_f=_creationFrameGenerator(),length:_n,..._r}) {
 *                                      _f.back();var all=_f.rest(_n,_r);try{
 */
import { endOfDirectives, isDirective } from '../analysis/directives.js';
import type { FunctionFacts } from '../analysis/facts.js';
import { isBlock } from '../analysis/syntax-tree.js';
import type { CodeWriter } from './code-writer.js';

export function emitCreationFrame(facts: FunctionFacts, writer: CodeWriter): void {
  const { body, depth, storesResult } = facts;
  // Only arrow functions have another body, and they are no generators.
  if (!isBlock(body)) return;
  const { edits, call, back, names } = writer;
  const variable = storesResult ? `let ${names.variable('result')};` : '';
  const opening = `${back}${variable}${emitParameter(facts, writer)}try{`;
  for (const statement of body.body) {
    if (!isDirective(statement)) break;
    if (statement.directive !== 'use strict') continue;
    if (!writer.isModule) {
      writer.fail(
        "A generator that runs in the frame of its creation cannot have its own 'use strict' directive, because the transform gives it a parameter that is not simple. Move the directive to the top of the file.",
        statement,
      );
    }
    // Modules are strict anyway, and the language forbids the directive beside such a parameter.
    edits.replace(statement.start, statement.end, '');
  }
  const start = body.start + 1;
  const at = endOfDirectives(body.body, start);
  const separator = writer.separatorAfterDirectives(at, start);
  const closing = `}finally{${call}.end()}`;
  if (at === body.end - 1) {
    edits.open(at, depth, `${separator}${opening}${closing}`);
  } else {
    edits.open(at, depth, `${separator}${opening}`);
    edits.close(body.end - 1, depth, closing);
  }
}

/** @returns the declaration that a rest parameter has become, if there was one */
function emitParameter({ node, depth }: FunctionFacts, writer: CodeWriter): string {
  const { code, edits, call, names } = writer;
  const element = `${call}=${writer.helper('creationFrameGenerator')}()`;
  const last = node.params.at(-1);
  if (last?.type === 'RestElement') {
    const [length, elements] = [names.variable('restLength'), names.variable('restElements')];
    const { start, end } = last.argument;
    edits.replace(start, end, `{${element},length:${length},...${elements}}`);
    return `var ${code.slice(start, end)}=${call}.rest(${length},${elements});`;
  }
  if (last === undefined) {
    const beforeParameters = node.typeParameters?.end ?? node.id?.end ?? node.start;
    edits.close(indexOutsideComments(code, beforeParameters, '(') + 1, depth, `...{${element}}`);
    return '';
  }
  const next = indexOutsideComments(code, last.end);
  if (code[next] === ',') edits.replace(next, next + 1, '');
  edits.close(last.end, depth, `,...{${element}}`);
  return '';
}

/** The index of a character, or of any character, that is neither blank nor in a comment, from a position on that is in none. */
function indexOutsideComments(code: string, from: number, character?: string): number {
  const blank = /\s+|\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\//y;
  for (let index = from; index < code.length; index++) {
    blank.lastIndex = index;
    if (blank.test(code)) index = blank.lastIndex - 1;
    else if (character === undefined || code[index] === character) return index;
  }
  return code.length;
}
