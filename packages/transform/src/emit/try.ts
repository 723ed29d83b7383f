/**
 * A `try` that suspends. After a rejected suspension, its `catch` or `finally` runs without passing `on`, so both begin
 * with `back`.
 *
 *     catch (e) { … }               catch (e) {_f.back(); … }
 *     catch ({ a = b() }) { … }     catch (_e) {_f.back();let { a = b() }=_e;{ … }}
 *     finally { … }                 finally {_f.back(); … }
 *
 * A pattern can run code of the program, so it moves after `back`. The block keeps its braces, because it may declare
 * the names of the pattern again.
 */
import type { CatchClause } from 'oxc-parser';
import type { TryFacts } from '../analysis/facts.js';
import type { CodeWriter } from './code-writer.js';

export function emitTry({ node, depth, isHandlerGuarded, isFinalizerGuarded }: TryFacts, writer: CodeWriter): void {
  const { handler, finalizer } = node;
  if (isHandlerGuarded && handler !== null) emitHandler(handler, depth + 1, writer);
  if (isFinalizerGuarded && finalizer !== null) writer.edits.open(finalizer.start + 1, depth + 1, writer.back);
}

function emitHandler({ param, body }: CatchClause, depth: number, { edits, names, back }: CodeWriter): void {
  if (param === null || param.type === 'Identifier') {
    edits.open(body.start + 1, depth, back);
    return;
  }
  const error = names.variable('error');
  edits.close(param.start, depth, error);
  edits.close(body.start, depth, `{${back}let `);
  edits.move(param.start, param.end, body.start);
  edits.open(body.start, depth, `=${error};`);
  edits.close(body.end, depth, '}');
}
