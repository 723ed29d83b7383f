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
 *
 * Until a storage holds a value, all code runs in the root, and both accessors return the native values. The accessor
 * of `constructor` is therefore installed with the first value: in Chromium, it makes every `await` and `then` of the
 * page take twice as long, and removing it does not undo that. What replaces `Promise` is observed from the start,
 * because reactions that a library queues before the first value must not run in the frame of a flow that empties its
 * queue.
 */
import { current, isAtRoot } from '../engine/current.js';
import type { OpaqueFrame } from '../engine/engine.js';
import {
  exemptJobsFromInterception,
  NativePromise,
  nativeResolve,
  nativeThen,
  queueJob,
  queueReturnToRoot,
} from '../engine/jobs.js';
import { observeProperty } from './patch.js';
import {
  followGlobalPromise,
  interceptThen,
  nativeCallDepth,
  outermostThen,
  readThenForAwait,
  type Then,
} from './promise.js';

export type Settle = (value: unknown) => unknown;

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

/** Queues the three jobs when a promise settles. */
export function thenSettleInFrame(
  promise: Promise<unknown>,
  frame: OpaqueFrame | undefined,
  resolve: Settle,
  reject: Settle,
): Promise<unknown> {
  return nativeThen.call(
    promise,
    (value) => settleInFrame(frame, resolve, value),
    (reason) => settleInFrame(frame, reject, reason),
  );
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
    return thenSettleInFrame(this, frame, onFulfilled as Settle, onRejected as Settle);
  };
}

let hasWarned = false;

/** Warns once that `await` cannot be intercepted. */
export function warnOfLostValues(reason: string): void {
  if (hasWarned) return;
  hasWarned = true;
  console.warn(
    `Throughline: values are lost after native await ${reason}. Build the page with @throughline/transform.`,
  );
}

const warnOfReplacement = (): void => warnOfLostValues('of a replaced Promise');

/** Warns once that interception could not start: because of the browser, or of a library that was loaded before. */
export function warnOfFailure(): void {
  const then = Reflect.getOwnPropertyDescriptor(NativePromise.prototype, 'then');
  if (then?.configurable && !then.get) warnOfReplacement();
  else warnOfLostValues('in this browser');
}

/** Follows what has replaced the global `Promise`, and warns even of a subclass, which has its own `constructor`. */
function followAndWarn(): void {
  followGlobalPromise();
  if (globalThis.Promise !== NativePromise) warnOfReplacement();
}

/** The interception of `await` on a page. */
export interface AwaitInterception {
  /**
   * Installs the accessor of `constructor`, and tests whether the JavaScript engine reads it. Hermes does not: its `await`
   * calls the `then` of every promise, which is patched anyway. Calling it again has no effect.
   * @returns whether code after an `await` keeps its frame. If the accessors are not read, they are removed.
   */
  start(): boolean;
  /** Whether interception still works: another library may have replaced what it needs. */
  isInForce(): boolean;
  /** Removes everything. */
  stop(): void;
}

/** Observes what replaces `Promise`. `start()` of the result intercepts `await`. */
export function prepareInterception(): AwaitInterception {
  const { prototype } = NativePromise;
  let isThenUnread = false;
  let isThenCalled = false;
  let restoreConstructor: (() => void) | undefined;
  const observeConstructor = () =>
    observeProperty(prototype, 'constructor', 'Promise.prototype.constructor', (self, promiseClass) => {
      if (self === current.exemptPromise) {
        current.exemptPromise = undefined;
        probed = NONE;
        return promiseClass;
      }
      // A read of the prototype's own property is not an `await` either.
      if (nativeCallDepth > 0 || isAtRoot() || self === prototype) return promiseClass;
      // An `await` reads `then` next, unless a library has defined the property anew.
      if (isThenUnread && !Reflect.getOwnPropertyDescriptor(prototype, 'then')?.get) warnOfReplacement();
      isThenUnread = true;
      probed = self;
      probedFrame = current.frame;
      return PromiseProxy;
    });
  interceptThen((promise) => {
    isThenUnread = false;
    if (promise === undefined) warnOfReplacement();
    if (probed !== promise) return undefined;
    probed = NONE;
    return probedFrame === current.frame ? createInterceptedThen(probedFrame) : undefined;
  });
  const restorePromise = observeProperty(
    globalThis,
    'Promise',
    'Promise',
    (_self, promiseClass) => {
      // User code reading the global `Promise` may compare it with `p.constructor`; reset the probe.
      probed = NONE;
      return promiseClass;
    },
    followAndWarn,
  );
  followAndWarn();
  const stop = () => {
    restorePromise?.();
    interceptThen();
    restoreConstructor?.();
  };
  const start = () => {
    if (restoreConstructor || isThenCalled) return true;
    // Without the accessor, an `await` has not reset it.
    current.exemptPromise = undefined;
    restoreConstructor = observeConstructor();
    if (restoreConstructor) {
      exemptJobsFromInterception();
      // Within a native function, such as one that calls a constructor, the accessor does not show that it is read.
      if (nativeCallDepth > 0 || doesAwaitReadAccessors()) return true;
    }
    stop();
    isThenCalled = doesAwaitCallThen();
    return isThenCalled;
  };
  return { start, isInForce: () => (isThenCalled ? doesAwaitCallThen() : doesAwaitReadAccessors()), stop };
}

/** Whether an `await` calls the patched `then`. That of lowered code always does. */
function doesAwaitCallThen(): boolean {
  const promise = (async () => {})();
  const outer = readThenForAwait;
  let isThenCalled = false;
  const then: Then = (onFulfilled, onRejected) => {
    isThenCalled = true;
    return outermostThen.call(promise, onFulfilled, onRejected);
  };
  interceptThen((awaited) => (awaited === promise ? then : undefined));
  void (async () => {
    await promise;
  })();
  interceptThen(outer);
  // If a library has replaced Promise, an engine that reads accessors calls it later, in a job of its own.
  return isThenCalled;
}

/** Whether an `await` reads both accessors. */
function doesAwaitReadAccessors(): boolean {
  const outer = current.frame;
  const promise = (async () => {})();
  // A placeholder that is never read. It must only differ from the root.
  const frame = {} as OpaqueFrame;
  probedFrame = undefined;
  try {
    current.frame = frame;
    const awaitPromise = async () => {
      await promise;
    };
    // The `await` itself is the test. If a build tool has lowered it, `Promise.resolve` is, which executes the same steps
    // of the specification. The promise is fulfilled.
    if (Object.getPrototypeOf(awaitPromise) === Function.prototype) void nativeResolve.call(NativePromise, promise);
    else void awaitPromise();
    return probed === NONE && probedFrame === frame;
  } finally {
    current.frame = outer;
    probed = NONE;
  }
}
