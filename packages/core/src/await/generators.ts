/**
 * A transformed async generator must know who resumes it: a call of `next`, `throw` or `return` does it at once, in the
 * caller's frame; one that had to wait in the generator's queue is taken up by the engine, at the root. So the three say
 * when they are being called, and the generator looks when it goes on.
 *
 * The engine awaits the value given to `return` before it runs a generator's `finally` blocks and closes its loops. The
 * frame of the call is therefore made current by a job right before that in which the generator goes on, and the root by
 * the job right after it. If the call had to wait, the two find nothing between them.
 */
import { current, share } from '../engine/current.js';
import type { Frame } from '../frame.js';
import { NativePromise, nativeThen } from '../web/jobs.js';
import { disguised } from '../web/patch.js';
import { give } from './handed.js';
import { isObject } from './object.js';

type Generator = AsyncGenerator<unknown, unknown, unknown>;
type Resume = (this: Generator, value?: unknown) => Promise<IteratorResult<unknown>>;

const nativeResolve = NativePromise.resolve;

/** To be called once, whichever copy of the package does it. */
export function patchGenerators(): void {
  share('generators', () => {
    const prototype: Generator = Object.getPrototypeOf(async function* () {}).prototype;
    for (const key of ['next', 'throw', 'return'] as const) {
      const native = prototype[key] as Resume;
      const value = disguised(key === 'return' ? returning(native) : resuming(native), native);
      Reflect.defineProperty(prototype, key, { value });
    }
    return true;
  });
}

function resuming(native: Resume): Resume {
  return {
    resume(this: Generator, value?: unknown) {
      const before = current.resuming;
      current.resuming = true;
      try {
        return native.call(this, value);
      } finally {
        current.resuming = before;
      }
    },
  }.resume;
}

function returning(native: Resume): Resume {
  return {
    return(this: Generator, value?: unknown) {
      const { frame } = current;
      // Where reading `then` can be seen, it is for the engine to do it, when it comes to that.
      if (isObject(value) && hasGetter(value, 'then')) return native.call(this, value);
      let promise: Promise<unknown>;
      try {
        promise = nativeResolve.call(NativePromise, give(value));
        between(promise, () => enter(frame, true));
      } catch {
        // The engine will find the same error where it looks for it.
        return native.call(this, value);
      }
      try {
        exempt(promise);
        return native.call(this, promise);
      } finally {
        between(promise, () => enter(undefined, false));
      }
    },
  }.return;
}

function hasGetter(object: object, key: string): boolean {
  for (let owner: object | null = object; owner !== null; owner = Reflect.getPrototypeOf(owner)) {
    const property = Reflect.getOwnPropertyDescriptor(owner, key);
    if (property !== undefined) return property.get !== undefined && owner !== NativePromise.prototype;
  }
  return false;
}

function enter(frame: Frame | undefined, isResuming: boolean): void {
  current.frame = frame;
  current.resuming = isResuming;
}

/** Takes a place among the reactions of the promise. */
function between(promise: Promise<unknown>, job: () => void): void {
  exempt(promise);
  nativeThen.call(promise, job, job);
  current.exempt = undefined;
}

/** Where `await` is intercepted, the next look at the promise is none. */
function exempt(promise: Promise<unknown>): void {
  if (current.frame !== undefined || current.entered) current.exempt = promise;
}
