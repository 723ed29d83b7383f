/**
 * Rule 2 without a build step. `await p` on a promise makes the JavaScript engine read `p.constructor` immediately. An
 * accessor on `Promise.prototype` observes the read. By returning something other than `Promise`, it makes the
 * JavaScript engine treat the promise like any thenable: the JavaScript engine reads `p.then`, again immediately, and
 * calls it in a job. A second accessor returns a `then` that knows the frame of the `await`.
 *
 * When the promise settles, three jobs are queued at once. The queue is first in, first out, so no other job can run
 * between them, and outside of them the root is current:
 *
 *     await p            reads p.constructor, p.then      current: F (the frame of the `await`)
 *       |
 *     (p settles)        queues three jobs
 *       |
 *     job 1              makes F current                  current: root -> F
 *     job 2              resumes the async function       current: F
 *     job 3              makes the root current           current: F -> root
 *
 * An `await` of a value that is not a promise cannot be observed: the code after it runs in the root.
 */
import { current, isAtRoot } from '../engine/current.js';
import type { OpaqueFrame } from '../engine/engine.js';
import { exemptJobsFromInterception, NativePromise, nativeThen, queueJob, queueReturnToRoot } from '../engine/jobs.js';
import { isObject } from '../is-object.js';
import { patchProperty } from './patch.js';
import { assign, followGlobalPromise, nativeCallDepth, outermostThen, setObserved, type Then } from './promise.js';

type Settle = (value: unknown) => unknown;

const NONE = {};
/**
 * The promise whose `constructor` was read last, and the frame at that moment. In an `await`, the JavaScript engine
 * reads `then` next.
 */
let probed: object = NONE;
let probedFrame: OpaqueFrame | undefined;

/**
 * Returned in place of `Promise`. The JavaScript engine only compares it. User code that reads one of its properties,
 * or creates a promise with it, is inspecting the promise rather than awaiting it: reset the probe.
 */
const PromiseProxy: PromiseConstructor = new Proxy(NativePromise, {
  get(target, key) {
    probed = NONE;
    return Reflect.get(target, key);
  },
  construct(target, args, newTarget) {
    probed = NONE;
    return Reflect.construct(target, args, newTarget === PromiseProxy ? target : newTarget);
  },
});

/** Queues the three jobs. The call of `settle` queues the second one. */
function settleInFrame(frame: OpaqueFrame | undefined, settle: Settle, value: unknown): unknown {
  queueJob(() => {
    current.frame = frame;
  });
  const result = settle(value);
  queueReturnToRoot();
  return result;
}

/** Returns the `then` that the JavaScript engine reads from a promise awaited in a flow. */
function createInterceptedThen(frame: OpaqueFrame | undefined): Then {
  return function then(onFulfilled, onRejected) {
    // The JavaScript engine calls it in a separate job. User code that read both properties itself calls it within the
    // flow.
    const isUserCall = frame !== undefined && current.frame === frame;
    if (isUserCall || typeof onFulfilled !== 'function' || typeof onRejected !== 'function') {
      return outermostThen.call(this, onFulfilled, onRejected);
    }
    return nativeThen.call(
      this,
      (value) => settleInFrame(frame, onFulfilled as Settle, value),
      (reason) => settleInFrame(frame, onRejected as Settle, reason),
    );
  };
}

/**
 * Warns once if another library has replaced `Promise`, or what an `await` reads. A job does so after the library has
 * been loaded.
 */
function queueReplacementCheck(): void {
  queueJob(() => {
    if (hasWarned || (globalThis.Promise === NativePromise && doesAwaitReadAccessors())) return;
    hasWarned = true;
    console.warn(
      'Throughline: a library has replaced the global Promise, and values are lost after an await of its promises. ' +
        'Build the page with @throughline/transform.',
    );
  });
}
let hasWarned = false;

/**
 * Installs the accessors, and tests whether the JavaScript engine reads them.
 * @returns a function that removes them; `undefined` if `await` cannot be intercepted here
 */
export function patchAwait(): (() => void) | undefined {
  const { prototype } = NativePromise;
  // Returned as it was last assigned.
  let promiseConstructor: unknown = prototype.constructor;
  const restoreConstructor = patchProperty(
    prototype,
    'constructor',
    'Promise.prototype.constructor',
    () => ({
      get(this: object): unknown {
        if (this === current.exemptPromise) {
          current.exemptPromise = undefined;
          probed = NONE;
          return promiseConstructor;
        }
        // A read of the prototype's own property is not an `await` either.
        if (nativeCallDepth > 0 || isAtRoot() || this === prototype) return promiseConstructor;
        probed = this;
        probedFrame = current.frame;
        return PromiseProxy;
      },
      set(this: object, value: unknown) {
        if (this === prototype) promiseConstructor = value;
        else assign(this, 'constructor', value);
      },
    }),
    (native) => ({ ...native, value: promiseConstructor }),
  );
  if (restoreConstructor === undefined) return undefined;
  exemptJobsFromInterception();
  const restoreThen = patchProperty(prototype, 'then', 'Promise.prototype.then for await', ({ get, set }) => ({
    get(this: object): unknown {
      if (probed !== this) return get?.call(this);
      probed = NONE;
      return probedFrame === current.frame ? createInterceptedThen(probedFrame) : get?.call(this);
    },
    set(this: object, value: unknown) {
      set?.call(this, value);
      queueReplacementCheck();
    },
  }));
  // User code reading the global `Promise` may compare it with `p.constructor`; reset the probe.
  let { Promise: globalPromise } = globalThis;
  const restorePromise = patchProperty(
    globalThis,
    'Promise',
    'Promise',
    () => ({
      get() {
        probed = NONE;
        return globalPromise;
      },
      set(this: unknown, value: PromiseConstructor) {
        if (isObject(this) && this !== globalThis) return assign(this, 'Promise', value);
        globalPromise = value;
        followGlobalPromise();
        queueReplacementCheck();
      },
    }),
    (native) => ({ ...native, value: globalPromise }),
  );
  setObserved(restorePromise !== undefined);
  const unpatchAwait = () => {
    setObserved(false);
    restorePromise?.();
    restoreThen?.();
    restoreConstructor();
  };
  if (restoreThen !== undefined && doesAwaitReadAccessors()) {
    queueReplacementCheck();
    return unpatchAwait;
  }
  unpatchAwait();
  return undefined;
}

/** Whether an `await` reads both accessors. */
export function doesAwaitReadAccessors(): boolean {
  const outer = current.frame;
  const promise = (async () => {})();
  // A placeholder that is never read. It must only differ from the root.
  const frame = {} as OpaqueFrame;
  probedFrame = undefined;
  try {
    current.frame = frame;
    // The `await` itself is the test. The promise is fulfilled.
    void (async () => {
      await promise;
    })();
    return probed === NONE && probedFrame === frame;
  } finally {
    current.frame = outer;
    probed = NONE;
  }
}
