/**
 * A transformed async generator must distinguish what resumes it. A call of `next`, `throw` or `return` resumes it
 * immediately, in the caller's frame; for a call that had to wait in the generator's queue, the JavaScript engine
 * resumes it, in the root. The three methods therefore set `current.isResuming` while they are being called, and the
 * generator reads it when it continues.
 *
 * The JavaScript engine awaits the argument of `return` before it runs a generator's `finally` blocks and closes its
 * loops. Two jobs therefore surround the one in which the generator continues: the first makes the frame of the call
 * current, the second the root. If the call had to wait in the queue, nothing runs between the two.
 */
import { current, runInFrame } from '../engine/current.js';
import type { OpaqueFrame } from '../engine/engine.js';
import { NativePromise, queueJob } from '../engine/jobs.js';
import { share } from '../engine/shared-state.js';
import type { Settle, Then } from '../engine/wrap-thenable.js';
import { isObject } from '../is-object.js';
import { disguise } from '../web/patch.js';
import { scheduleAfter, scheduleBefore, toPromise } from './scheduling.js';

type Generator = AsyncGenerator<unknown, unknown, unknown>;
type Method = (this: Generator, value?: unknown) => Promise<IteratorResult<unknown>>;

/**
 * The property has a getter. Calling it is observable, so only the JavaScript engine may call it, when it needs the
 * value.
 */
const HAS_GETTER = Symbol();

/**
 * Patches the prototype of all async generators. Only the first copy of the package on a page does so.
 *
 * If a build tool has lowered this file to code without async generators, their prototype cannot be reached. It has
 * then lowered the transformed generators as well, which need no patch: see `LoweredGeneratorCall`.
 */
export function patchAsyncGeneratorMethods(): void {
  const prototype: Generator | undefined = Object.getPrototypeOf(async function* () {}).prototype;
  // Some tools make a function that looks like a synchronous generator of it.
  if (prototype === undefined || !(Symbol.asyncIterator in prototype)) return;
  share('generators', () => {
    for (const key of ['next', 'throw', 'return'] as const) {
      const native = prototype[key] as Method;
      const value = disguise(key === 'return' ? createReturn(native) : createResume(native), native);
      Reflect.defineProperty(prototype, key, { value });
    }
    return true;
  });
}

function createResume(native: Method): Method {
  return {
    resume(this: Generator, value?: unknown) {
      const outer = current.isResuming;
      current.isResuming = true;
      try {
        return native.call(this, value);
      } finally {
        current.isResuming = outer;
      }
    },
  }.resume;
}

function createReturn(native: Method): Method {
  return {
    return(this: Generator, value?: unknown) {
      const then = isObject(value) && !isOrdinaryPromise(value) ? readWithoutGetter(value, 'then') : undefined;
      if (then === HAS_GETTER) return native.call(this, value);
      const { frame } = current;
      const begin = () => enterFrame(frame, true);
      const end = () => enterFrame(undefined, false);
      if (typeof then === 'function') return returnThenable(native, this, value, then as Then, begin, end);
      const promise = toPromise(value);
      scheduleBefore(promise, begin, begin);
      try {
        return native.call(this, promise);
      } finally {
        scheduleAfter(promise, end);
      }
    },
  }.return;
}

/**
 * The JavaScript engine reads the `then` of a thenable when it awaits the thenable. If the call must wait in the queue,
 * that happens later, and the generator then continues in its own frame.
 */
function returnThenable(
  native: Method,
  generator: Generator,
  value: unknown,
  then: Then,
  begin: () => void,
  end: () => void,
): Promise<IteratorResult<unknown>> {
  const { frame } = current;
  let isCalling = true;
  const substitute = {
    // biome-ignore lint/suspicious/noThenProperty: a substitute for a thenable
    get then(): Then {
      const isImmediate = isCalling;
      const surround = (settle: Settle) => (result: unknown) => {
        if (isImmediate) queueJob(begin);
        settle(result);
        if (isImmediate) queueJob(end);
      };
      return (resolve, reject) => runInFrame(frame, then, value, [surround(resolve), surround(reject)]);
    },
  };
  try {
    return native.call(generator, substitute);
  } finally {
    isCalling = false;
  }
}

function enterFrame(frame: OpaqueFrame | undefined, isResuming: boolean): void {
  current.frame = frame;
  current.isResuming = isResuming;
}

function isOrdinaryPromise(value: object): boolean {
  return value instanceof NativePromise && readWithoutGetter(value, 'constructor') === NativePromise;
}

/** Returns the value of a property without calling a getter, except for the accessors of this package. */
function readWithoutGetter(object: object, key: string): unknown {
  for (let owner: object | null = object; owner !== null; owner = Reflect.getPrototypeOf(owner)) {
    const property = Reflect.getOwnPropertyDescriptor(owner, key);
    if (property === undefined) continue;
    // If `await` is intercepted, the accessors on the native prototype are those of this package.
    if (property.get !== undefined) return owner === NativePromise.prototype ? Reflect.get(owner, key) : HAS_GETTER;
    return property.value;
  }
  return undefined;
}
