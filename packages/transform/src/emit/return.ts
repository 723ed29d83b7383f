/**
 * A returned value that may be a thenable. Its `then` must be called in the frame of the `return`.
 *
 *     return x;    return _wrapReturn(x);    in an async function
 *     return x;    return _f.give(x);        in an async generator, which awaits what it returns
 */
import type { BodyFacts, ReturnFacts } from '../analysis/facts.js';
import type { CodeWriter } from './code-writer.js';
import { OPERAND_DEPTH_OFFSET } from './source-edits.js';

export function emitReturn({ argument, depth }: ReturnFacts, { isGenerator }: BodyFacts, writer: CodeWriter): void {
  const wrapper = isGenerator ? `${writer.call}.give` : writer.helper('wrapReturn');
  writer.wrap(argument, depth + OPERAND_DEPTH_OFFSET, `${wrapper}(`, ')');
}
