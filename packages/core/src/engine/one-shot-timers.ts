/**
 * Immediates, and timeouts that do not repeat, let their frame go once their callback has returned or thrown. Node 24 and
 * newer do the same with the values of their own storages.
 *
 * Without this, one immediate that is still reachable keeps the values of all immediates that were scheduled after it
 * in the same turn of the event loop: they are a linked list, which Node does not take apart. An error is enough, because
 * the immediate is the receiver of the first call in its stack trace.
 *
 * The callback is replaced, rather than an `after` hook enabled: the hook would make every `await` of the program slower,
 * by 8 % on Node 20. Benchmark: npm run bench -- --only await
 */

const REPLACEMENT = Symbol('throughline.callback');

type Callback = (this: unknown, ...args: unknown[]) => unknown;

/** The properties of Node's timers that are used here. They are not public. */
interface NodeTimer {
  _onImmediate?: unknown;
  _onTimeout?: unknown;
  readonly _idleNext?: unknown;
  readonly _repeat?: unknown;
  /** The callback of this module. A timeout that is refreshed after it has fired is initialized with it again. */
  [REPLACEMENT]?: Callback;
}

/**
 * Calls a function with a timer once the timer's callback has returned or thrown, unless the timer will fire again.
 * @param type the type of the resource that Node initializes
 * @param resource the resource; nothing happens if it is not a timer
 */
export function releaseOnceRun<R extends object>(type: string, resource: R, release: (resource: R) => void): void {
  if (type === 'Timeout') {
    const timer: NodeTimer = resource;
    const callback = timer._onTimeout as Callback;
    if (typeof callback !== 'function' || timer._repeat !== null || timer[REPLACEMENT] === callback) return;
    timer[REPLACEMENT] = timer._onTimeout = (...args: unknown[]) => {
      callThenRelease(callback, resource, args, release);
    };
  } else if (type === 'Immediate') {
    const immediate: NodeTimer = resource;
    const callback = immediate._onImmediate as Callback;
    if (typeof callback !== 'function') return;
    immediate._onImmediate = (...args: unknown[]) => {
      callThenRelease(callback, resource, args, release);
    };
  }
}

function callThenRelease<R extends object>(
  callback: Callback,
  timer: R & NodeTimer,
  args: unknown[],
  release: (timer: R) => void,
): void {
  let hasReturned = false;
  try {
    // Most callbacks have no arguments, and `call` is faster.
    if (args.length === 0) callback.call(timer);
    else callback.apply(timer, args);
    hasReturned = true;
  } finally {
    if (hasReturned) releaseUnlessPending(timer, release);
    // The listeners of uncaughtException, which run before the next microtask, still need the frame.
    else queueMicrotask(() => releaseUnlessPending(timer, release));
  }
}

/** A timeout whose callback has called `refresh()` is in a list again. An immediate has no `_repeat`, and runs once. */
function releaseUnlessPending<R extends object>(timer: R & NodeTimer, release: (timer: R) => void): void {
  if (timer._repeat === undefined || (timer._idleNext === null && timer._repeat === null)) release(timer);
}
