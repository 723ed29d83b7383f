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
import { NativePromise, runJob } from '../engine/jobs.js';
import type { Frame } from '../frame.js';
import { disguise } from '../web/patch.js';
import { within } from './handed.js';
import { after, before, promiseOf } from './hold.js';
import { isObject } from './object.js';

type Generator = AsyncGenerator<unknown, unknown, unknown>;
type Settle = (value: unknown) => void;
type Then = (this: unknown, resolve: Settle, reject: Settle) => unknown;
type Resume = (this: Generator, value?: unknown) => Promise<IteratorResult<unknown>>;

/** There is a getter, and asking it can be seen: that is for the engine to do, when it comes to it. */
const HIDDEN = Symbol();

/** Only the first copy of the package on a page does it. */
export function patchGenerators(): void {
  share('generators', () => {
    const prototype: Generator = Object.getPrototypeOf(async function* () {}).prototype;
    for (const key of ['next', 'throw', 'return'] as const) {
      const native = prototype[key] as Resume;
      const value = disguise(key === 'return' ? returning(native) : resuming(native), native);
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
      const then = isObject(value) && !isOrdinary(value) ? lookUp(value, 'then') : undefined;
      if (then === HIDDEN) return native.call(this, value);
      const { frame } = current;
      const begin = () => enter(frame, true);
      const end = () => enter(undefined, false);
      if (typeof then === 'function') return returnThenable(native, this, value, then as Then, begin, end);
      const promise = promiseOf(value);
      before(promise, begin, begin);
      try {
        return native.call(this, promise);
      } finally {
        after(promise, end);
      }
    },
  }.return;
}

/** A thenable is asked when it is awaited, which may be later; and then the generator goes on in its own frame. */
function returnThenable(
  native: Resume,
  generator: Generator,
  value: unknown,
  then: Then,
  begin: () => void,
  end: () => void,
): Promise<IteratorResult<unknown>> {
  const { frame } = current;
  let isCalling = true;
  const handed = {
    // biome-ignore lint/suspicious/noThenProperty: it stands for a thenable
    get then() {
      const isAtOnce = isCalling;
      const around = (settle: Settle) => (result: unknown) => {
        if (isAtOnce) runJob(begin);
        settle(result);
        if (isAtOnce) runJob(end);
      };
      return (resolve: Settle, reject: Settle) =>
        within(frame, () => Reflect.apply(then, value, [around(resolve), around(reject)]));
    },
  };
  try {
    return native.call(generator, handed);
  } finally {
    isCalling = false;
  }
}

function enter(frame: Frame | undefined, isResuming: boolean): void {
  current.frame = frame;
  current.resuming = isResuming;
}

function isOrdinary(value: object): boolean {
  return value instanceof NativePromise && lookUp(value, 'constructor') === NativePromise;
}

/** The value of a property, without asking a getter for it. */
function lookUp(object: object, key: string): unknown {
  for (let owner: object | null = object; owner !== null; owner = Reflect.getPrototypeOf(owner)) {
    const property = Reflect.getOwnPropertyDescriptor(owner, key);
    if (property === undefined) continue;
    // Where `await` is intercepted, these are our own.
    if (property.get !== undefined) return owner === NativePromise.prototype ? Reflect.get(owner, key) : HIDDEN;
    return property.value;
  }
  return undefined;
}
