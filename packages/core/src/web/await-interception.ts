/**
 * Rule 2 without a build step. `await p` on a promise makes the engine read `p.constructor`, at once. An accessor on
 * `Promise.prototype` learns of it, and by answering with another constructor makes the engine go on as it does with any
 * thenable: it reads `p.then`, at once as well, and calls it in a job. A second accessor hands out a `then` that knows the
 * frame of the await. When the promise is settled, three jobs are put into the queue in one breath: one that makes the
 * frame current, the one in which the engine goes on after the `await`, and one that makes the root current again. The queue
 * is first in, first out, so nothing comes between them, and outside of them the root is current.
 *
 * What cannot be seen is an `await` of something that is no promise: the code after it runs at the root.
 */
import { current } from '../engine/current.js';
import { keepJobsNative, NativePromise, nativeThen, runJob, runToRoot } from '../engine/jobs.js';
import type { Frame } from '../frame.js';
import { patchProperty } from './patch.js';
import { followedThen, nativeCalls } from './promise.js';

type Settle = (value: unknown) => unknown;
type Then = typeof followedThen;

const NOBODY = {};
/** The promise whose constructor was read last, and in which frame; the engine reads its `then` next. */
let asked: object = NOBODY;
let askedIn: Frame | undefined;

/**
 * What is given for `Promise`. The engine only compares it; whoever looks into it or makes a promise with it is somebody
 * else, who wants to know what a promise is made of and does not await it.
 */
const OtherPromise: PromiseConstructor = new Proxy(NativePromise, {
  get(target, key) {
    asked = NOBODY;
    return Reflect.get(target, key);
  },
  construct(target, args, newTarget) {
    asked = NOBODY;
    return Reflect.construct(target, args, newTarget === OtherPromise ? target : newTarget);
  },
});

/** The three jobs. */
function goOn(frame: Frame | undefined, settle: Settle, value: unknown): unknown {
  runJob(() => {
    current.frame = frame;
  });
  const result = settle(value);
  runToRoot();
  return result;
}

/** What the engine is given as the `then` of a promise that is awaited in a flow. */
function thenOf(frame: Frame | undefined): Then {
  return function then(onFulfilled, onRejected) {
    // The engine calls it in a job of its own; whoever has read both properties by hand is still in the flow.
    const isByHand = frame !== undefined && current.frame === frame;
    if (isByHand || typeof onFulfilled !== 'function' || typeof onRejected !== 'function') {
      return followedThen.call(this, onFulfilled, onRejected);
    }
    return nativeThen.call(
      this,
      (value) => goOn(frame, onFulfilled as Settle, value),
      (reason) => goOn(frame, onRejected as Settle, reason),
    );
  };
}

/** What assigning to a property does where no accessor is in the way. */
function assign(to: object, key: PropertyKey, value: unknown): void {
  if (!Reflect.defineProperty(to, key, { value, writable: true, enumerable: true, configurable: true })) {
    throw new TypeError(`Cannot assign to property '${String(key)}' of a frozen promise`);
  }
}

/**
 * Puts the two accessors in, and tries whether the engine asks them.
 * @returns what takes them out; undefined where `await` cannot be followed here
 */
export function patchAwait(): (() => void) | undefined {
  const { prototype } = NativePromise;
  // A promise has what stands here last: ours, or that of somebody who patches it after us.
  let then: unknown = prototype.then;
  let maker: unknown = prototype.constructor;
  const backs: ((() => void) | undefined)[] = [];
  backs.push(
    patchProperty(prototype, 'constructor', 'Promise.prototype.constructor', () => ({
      get(this: object): unknown {
        if (this === current.exempt) {
          current.exempt = undefined;
          asked = NOBODY;
          return maker;
        }
        const { frame } = current;
        if (nativeCalls > 0 || (frame === undefined && !current.entered)) return maker;
        // Somebody wants to know what promises are made of, and awaits none.
        if (this === prototype) return maker;
        asked = this;
        askedIn = frame;
        return OtherPromise;
      },
      set(this: object, value: unknown) {
        if (this === prototype) maker = value;
        else assign(this, 'constructor', value);
      },
    })),
  );
  if (backs[0] === undefined) return undefined;
  keepJobsNative();
  backs.push(
    patchProperty(prototype, 'then', 'Promise.prototype.then for await', () => ({
      get(this: object): unknown {
        if (asked !== this) return then;
        asked = NOBODY;
        return askedIn === current.frame ? thenOf(askedIn) : then;
      },
      set(this: object, value: unknown) {
        if (this === prototype) then = value;
        else assign(this, 'then', value);
      },
    })),
  );
  // Whoever asks for `Promise` by its name is no engine: he may compare it with the constructor that he has just read.
  let { Promise: named } = globalThis;
  backs.push(
    patchProperty(globalThis, 'Promise', 'Promise', () => ({
      get() {
        asked = NOBODY;
        return named;
      },
      set(value: PromiseConstructor) {
        named = value;
        if (value === NativePromise) return;
        console.warn(
          'Throughline: Promise was replaced after Throughline was installed, and is not followed. Load what replaces it first.',
        );
      },
    })),
  );
  const unpatchAwait = () => {
    current.intercepted = false;
    for (const back of backs.reverse()) back?.();
  };
  current.intercepted = true;
  if (backs[1] !== undefined && isAsked()) return unpatchAwait;
  unpatchAwait();
  return undefined;
}

/** Whether an `await` reads both properties. */
function isAsked(): boolean {
  const before = current.frame;
  const promise = NativePromise.resolve();
  asked = promise;
  try {
    // Never read: it only has to be another than the root.
    current.frame = {} as Frame;
    (async () => {
      await promise;
    })();
    return asked === NOBODY;
  } finally {
    current.frame = before;
    asked = NOBODY;
  }
}
