/**
 * A returned value that may be a thenable. Its `then` must be called in the frame of the `return`.
 *
 *     return x;    return _wrapReturn(x);    in an async function
 *     return x;    return _f.give(x);        in an async generator, which awaits what it returns
 *     resolve(x)   resolve(_wrapReturn(x))   in the helper that TypeScript adds to lowered code
 */
import type { Resolution } from '../analysis/awaiter-helper.js';
import type { BodyFacts, ReturnFacts } from '../analysis/facts.js';
import type { CodeWriter } from './code-writer.js';
import { OPERAND_DEPTH_OFFSET } from './source-edits.js';

export function emitReturn({ argument, depth }: ReturnFacts, { isGenerator }: BodyFacts, writer: CodeWriter): void {
  const wrapper = isGenerator ? `${writer.call}.give` : writer.helper('wrapReturn');
  writer.wrap(argument, depth + OPERAND_DEPTH_OFFSET, `${wrapper}(`, ')');
}

export function emitResolutions(resolutions: readonly Resolution[], writer: CodeWriter): void {
  for (const { argument, depth } of resolutions) {
    writer.wrap(argument, depth + OPERAND_DEPTH_OFFSET, `${writer.helper('wrapReturn')}(`, ')');
  }
}
