/** The contexts that workloads make active. They are created in advance, because a context copies the one before it. */
import { type Context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';

const KEY = createContextKey('bench');
const COUNT = 64;

const contexts = Array.from({ length: COUNT }, (_, index) => ROOT_CONTEXT.setValue(KEY, index));

/** Returns a context, which is another one for each of 64 consecutive numbers. */
export function contextOf(index: number): Context {
  // The index is in range.
  return contexts[index & (COUNT - 1)] as Context;
}
