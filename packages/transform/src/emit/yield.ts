/**
 * `yield` and `yield*`.
 *
 *     yield x;     _f.took(yield _f.give(x));              in an async generator, which awaits what it yields
 *     yield x;     _f.took(yield _f.leave(x));             in a synchronous generator
 *     yield* x;    _f.took(yield* _delegateAsync(_f,x));   in an async generator; _delegateSync in a synchronous one
 *
 * `giveHeld` is `give` for a `yield` whose rejection closes an iterator.
 */
import type { BodyFacts, YieldFacts } from '../analysis/facts.js';
import type { CodeWriter } from './code-writer.js';
import { OPERAND_DEPTH_OFFSET } from './source-edits.js';

export function emitYield(facts: YieldFacts, { isAsync }: BodyFacts, writer: CodeWriter): void {
  const { node, depth } = facts;
  const before = beforeOperand(facts, isAsync, writer);
  if (node.argument === null) writer.edits.close(node.end, depth + OPERAND_DEPTH_OFFSET, ` ${before})`);
  else writer.wrap(node.argument, depth + OPERAND_DEPTH_OFFSET, before, ')');
  writer.wrap(node, depth, `${writer.call}.took(`, ')');
}

function beforeOperand({ node, closesIterator }: YieldFacts, isAsync: boolean, writer: CodeWriter): string {
  const { call } = writer;
  if (node.delegate) return `${writer.helper(isAsync ? 'delegateAsync' : 'delegateSync')}(${call},`;
  if (!isAsync) return `${call}.leave(`;
  return `${call}.${closesIterator ? 'giveHeld' : 'give'}(`;
}
