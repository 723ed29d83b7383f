/**
 * The promises that `await` and `then()` make: they exist because code waits for another promise.
 *
 *     Node 24.12 and newer    hooks of V8, and hooks of Node that leave promises out: half of the price
 *     older versions          hooks of Node, which number every promise and observe its collection
 */
import { createHook } from 'node:async_hooks';
import { promiseHooks } from 'node:v8';
import { ExistingObject } from '../runtime/existing-object.js';

/** Whether `createHook()` has the option `trackPromises`. Then it refuses to observe promises without them. */
export const CAN_LEAVE_OUT_PROMISES = refusesContradiction();

function refusesContradiction(): boolean {
  try {
    const hooks = { promiseResolve: () => undefined, trackPromises: false };
    createHook(hooks);
    return false;
  } catch {
    return true;
  }
}

/** A promise with the number of its wait in a private field, which reflection does not show. */
class Awaited extends ExistingObject {
  readonly #wait: number;

  constructor(promise: object, wait: number) {
    super(promise);
    this.#wait = wait;
  }

  static waitOf(promise: object): number | undefined {
    return #wait in promise ? promise.#wait : undefined;
  }
}

/** The hooks of Node number its resources upwards. */
let lastWait = 0;

/**
 * @param noteWait called with the number of a wait, and its promise; returns whether the wait is recorded
 * @param endWait called with the number of a wait when the code continues, or the promise is settled
 * @returns a function that ends this
 */
export function observeAwaitedPromises(
  noteWait: (wait: number, promise: object) => boolean,
  endWait: (wait: number) => void,
): () => void {
  const end = (promise: object) => {
    const wait = Awaited.waitOf(promise);
    if (wait !== undefined) endWait(wait);
  };
  return promiseHooks.createHook({
    init(promise: object, parent: object | undefined) {
      if (parent === undefined || !noteWait(lastWait - 1, promise)) return;
      lastWait--;
      new Awaited(promise, lastWait);
    },
    after: end,
    settled: end,
  }) as () => void;
}
