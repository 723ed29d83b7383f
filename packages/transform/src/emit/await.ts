/**
 * `await x`. `off` receives the operand before the suspension, and captures the frame. `on` receives the result after
 * it, and restores the frame.
 *
 *     await x;              await _f.off(x),_f.on();
 *     await x || y;         _f.on(await _f.off(x)) || y;                     (see the role `statement start`)
 *     f(await x);           f((_v=await _f.off(x),_f.on(_v,_v=0)));
 *     [a = await x] = y;    [a = _unwrapResult(await _suspendAndSchedule(_f,x))] = y;
 *
 * In a function that does not continue:
 *
 *     return await x;       return _unwrapResult(await _wrapOperand(x));
 *     await x;              await _wrapOperand(x);
 */
import type { AwaitFacts, BodyFacts } from '../analysis/facts.js';
import type { CodeWriter } from './code-writer.js';
import { OPERAND_DEPTH_OFFSET } from './source-edits.js';

export function emitAwait({ node, depth, role }: AwaitFacts, { hasContinuation }: BodyFacts, writer: CodeWriter): void {
  const { argument } = node;
  if (!hasContinuation) {
    if (role !== 'statement') writer.wrap(node, depth, `${writer.helper('unwrapResult')}(`, ')');
    writer.wrap(argument, depth + OPERAND_DEPTH_OFFSET, `${writer.helper('wrapOperand')}(`, ')');
    return;
  }
  const { call } = writer;
  if (role === 'closes iterator') {
    writer.wrap(argument, depth + OPERAND_DEPTH_OFFSET, `${writer.helper('suspendAndSchedule')}(${call},`, ')');
    writer.wrap(node, depth, `${writer.helper('unwrapResult')}(`, ')');
    return;
  }
  writer.wrap(argument, depth + OPERAND_DEPTH_OFFSET, `${call}.off(`, ')');
  switch (role) {
    case 'statement':
      writer.edits.close(node.end, depth, `,${call}.on()`);
      break;
    case 'statement start':
      writer.wrap(node, depth, `${call}.on(`, ')');
      break;
    case 'expression': {
      // The variable is cleared so that the function does not keep the result alive during its next suspension.
      const result = writer.names.variable('result');
      writer.wrap(node, depth, `(${result}=`, `,${call}.on(${result},${result}=0))`);
    }
  }
}
