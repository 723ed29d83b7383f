/**
 * A generator whose body runs in the frame of the call that created it. That call evaluates only the parameters, so an
 * additional parameter captures the frame. The program cannot observe it: it is a rest parameter, which `length` does
 * not count, with a pattern that reads no argument.
 *
 *     function* f(a, b) {            function* f(a, b,...{_f=_creationFrameGenerator()}) {_f.back();try{
 *       yield a;                       _f.took(yield _f.leave(a));
 *     }                              }finally{_f.end()}}
 *
 * If the program has a rest parameter, the same pattern reads its length and elements, and the body reassembles it:
 *
 *     function* f(...all) {          function* f(...{_f=_creationFrameGenerator(),length:_n,..._r}) {
 *                                      _f.back();var all=_f.rest(_n,_r);try{
 */
import { endOfDirectives, isDirective } from '../analysis/directives.js';
import type { FunctionFacts } from '../analysis/facts.js';
import { isBlock } from '../analysis/syntax-tree.js';
import type { CodeWriter } from './code-writer.js';

export function emitCreationFrame(facts: FunctionFacts, writer: CodeWriter): void {
  const { body, depth, hasResultVariable } = facts;
  // Only the body of an arrow function can be an expression, and an arrow function is not a generator.
  if (!isBlock(body)) return;
  const { edits, call, back, names } = writer;
  const variable = hasResultVariable ? `let ${names.variable('result')};` : '';
  const opening = `${back}${variable}${emitParameter(facts, writer)}try{`;
  for (const statement of body.body) {
    if (!isDirective(statement)) break;
    if (statement.directive !== 'use strict') continue;
    if (!writer.isModule) {
      writer.fail(
        "A generator that runs in the frame of its creation cannot have its own 'use strict' directive: the transform adds a parameter with a pattern, and the language forbids the directive in such a function. Move the directive to the top of the file.",
        statement,
      );
    }
    // A module is strict without it.
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

/** @returns a declaration of the program's rest parameter, if there is one */
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

/**
 * Returns the index of the first character that is neither white space nor in a comment.
 * @param from an index outside comments
 * @param character the character to find; default: any character
 */
function indexOutsideComments(code: string, from: number, character?: string): number {
  const blank = /\s+|\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\//y;
  for (let index = from; index < code.length; index++) {
    blank.lastIndex = index;
    if (blank.test(code)) index = blank.lastIndex - 1;
    else if (character === undefined || code[index] === character) return index;
  }
  return code.length;
}
