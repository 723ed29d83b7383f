/**
 * `for…of` and `for await` that suspend. The iterator of a `for…of` is closed when the loop is left, which must happen
 * in the frame of the loop, so `back` runs first. A `for await` suspends before each iteration and at its end. It
 * iterates over an object that calls the methods of the actual iterator in the frame of the loop.
 *
 *     for (const a of b) c;             for (const a of b) {try{c;}finally{_f.back();}}
 *     for await (const a of b) c;       try{for await (const a of _iterateAsync(_f,b)) {_f.back();c;}}
 *                                       finally{_f.back();}
 *     for await (const { a } of b) c;   try{for await (const _x of _iterateAsync(_f,b)) {_f.back();const { a }=_x;c;}}
 *                                       finally{_f.back();}
 *     for (using a of b) c;             for (const a of b) {try{const _d=_disposal();try{_d.add(a,false);c;}
 *                                       catch …}finally{_f.back();}}
 */
import type { ForOfStatement, VariableDeclaration } from 'oxc-parser';
import type { ForOfFacts, UsingKind } from '../analysis/facts.js';
import type { CodeWriter } from './code-writer.js';
import { disposalCode } from './disposal.js';
import { OPERAND_DEPTH_OFFSET } from './source-edits.js';

export function emitForOf({ node, depth, start, using }: ForOfFacts, writer: CodeWriter): void {
  const { left, right, body } = node;
  const { edits, back, call } = writer;
  let { opening, closing } =
    using === undefined ? { opening: '', closing: '' } : disposalCode(using === 'await using', writer);
  if (node.await) {
    edits.open(start, depth, 'try{');
    edits.close(node.end, depth, `}finally{${back}}`);
    writer.wrap(right, depth + OPERAND_DEPTH_OFFSET, `${writer.helper('iterateAsync')}(${call},`, ')');
    opening = `${back}${opening}`;
  } else if (using !== 'await using') {
    // An asynchronous disposal ends with the frame restored.
    opening = `try{${opening}`;
    closing = `${closing}}finally{${back}}`;
  }
  edits.close(body.end, depth + 1, `${closing}}`);
  if (using !== undefined && left.type === 'VariableDeclaration')
    emitUsingHead(node, left, using, depth, opening, writer);
  else if (node.await && canRunCode(left)) emitPatternHead(node, depth, opening, writer);
  else edits.open(body.start, depth + 1, `{${opening}`);
}

/** The loop declares the resource as a constant, and its body adds it to the scope. */
function emitUsingHead(
  { body }: ForOfStatement,
  left: VariableDeclaration,
  using: UsingKind,
  depth: number,
  opening: string,
  writer: CodeWriter,
): void {
  const [first] = left.declarations;
  if (first === undefined) return;
  if (first.init !== null) {
    writer.fail(
      `A '${using}' declaration in the head of a for…of loop cannot have an initializer, because the loop assigns the value. Remove it.`,
      first.init,
    );
  }
  writer.edits.replace(left.start, first.start, 'const ');
  const name = writer.code.slice(first.id.start, first.id.end);
  const adding = `${writer.names.variable('disposal')}.add(${name},${using === 'await using'});`;
  writer.edits.open(body.start, depth + 1, `{${opening}${adding}`);
}

/** The head moves into the body, after `back`. */
function emitPatternHead(
  { left, body }: ForOfStatement,
  depth: number,
  opening: string,
  { edits, names }: CodeWriter,
): void {
  const item = names.variable('item');
  const isDeclaration = left.type === 'VariableDeclaration';
  edits.close(left.start, depth, `const ${item}`);
  edits.move(left.start, left.end, body.start);
  edits.close(body.start, depth + 1, `{${opening}${isDeclaration ? '' : '('}`);
  edits.open(body.start, depth + 1, `=${item}${isDeclaration ? '' : ')'};`);
}

/** Whether assigning to the head of a loop can run code of the program: a getter, a setter or a default value. */
function canRunCode(left: ForOfStatement['left']): boolean {
  if (left.type === 'VariableDeclaration') return left.declarations[0]?.id.type !== 'Identifier';
  return left.type !== 'Identifier';
}
