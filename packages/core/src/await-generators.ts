/**
 * A transformed async generator must know who resumes it. A call of `next`, `throw` or `return` does so at once, in the
 * caller's frame; if it had to wait in the generator's queue, the engine does, at the root. So these three say when they
 * are being called, and the generator's code, when it goes on, looks.
 *
 * `return(value)` is awaited by the engine before the generator's `finally` blocks run. The frame of the call is therefore
 * made current by a job right before that in which the engine goes on, and the root by one right after it.
 */
import { current, share } from './engine/current.js';
import { NativePromise, nativeThen } from './web/jobs.js';
import { disguised } from './web/patch.js';
import { returned } from './await.js';

type Generator = AsyncGenerator<unknown, unknown, unknown>;
type Resume = (this: Generator, value?: unknown) => Promise<IteratorResult<unknown>>;

const nativeResolve = NativePromise.resolve;

function resumed(native: Resume): Resume {
  return {
    resume(this: Generator, value?: unknown) {
      current.resuming = true;
      try {
        return native.call(this, value);
      } finally {
        current.resuming = false;
      }
    },
  }.resume;
}

function returnedWith(native: Resume): Resume {
  return {
    return(this: Generator, value?: unknown) {
      const { frame } = current;
      const begin = () => {
        current.frame = frame;
        current.resuming = true;
      };
      const end = () => {
        current.frame = undefined;
        current.resuming = false;
      };
      const promise = nativeResolve.call(NativePromise, returned(value));
      nativeThen.call(promise, begin, begin);
      try {
        return native.call(this, promise);
      } finally {
        nativeThen.call(promise, end, end);
      }
    },
  }.return;
}

export function patchGenerators(): void {
  share('generators', () => {
    const prototype: Generator = Object.getPrototypeOf(async function* () {}).prototype;
    for (const key of ['next', 'throw', 'return'] as const) {
      const native = prototype[key] as Resume;
      const value = disguised(key === 'return' ? returnedWith(native) : resumed(native), native);
      const { configurable = false, enumerable = false } = Reflect.getOwnPropertyDescriptor(prototype, key) ?? {};
      Reflect.defineProperty(prototype, key, { value, writable: true, configurable, enumerable });
    }
    return true;
  });
}
