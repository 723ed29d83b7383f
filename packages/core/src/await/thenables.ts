/**
 * Substitutes for thenables. The JavaScript engine calls the `then` of an awaited thenable in a separate job, in the
 * root. In place of a thenable it therefore awaits a proxy, whose `then` calls the thenable's in the frame of the
 * `await`.
 */
import { current, isAtRoot, runInFrame } from '../engine/current.js';
import type { OpaqueFrame } from '../engine/engine.js';
import { NativePromise } from '../engine/jobs.js';
import { type Then, thenInFrame, wrapThenable } from '../engine/wrap-thenable.js';
import { isObject } from '../is-object.js';

/** Whether an `await` was ever fulfilled with a ThenableProxy itself. Until then no result needs to be unwrapped. */
export let isAnyProxyExposed = false;

/**
 * Substitutes for an awaited object. It has the properties that the JavaScript engine reads, and reads them from the
 * object in the frame of the `await`.
 */
class ThenableProxy {
  readonly #value: object;
  readonly #frame: OpaqueFrame | undefined;

  constructor(value: object) {
    this.#value = value;
    this.#frame = current.frame;
  }

  static unwrap(value: unknown): unknown {
    return typeof value === 'object' && value !== null && #value in value ? value.#value : value;
  }

  #read(key: string): unknown {
    return runInFrame(this.#frame, Reflect.get, undefined, [this.#value, key]);
  }

  // biome-ignore lint/suspicious/noThenProperty: a substitute for a thenable
  get then(): unknown {
    const then = this.#read('then');
    if (typeof then === 'function') return thenInFrame(this.#frame, this.#value, then as Then);
    isAnyProxyExposed = true;
    return undefined;
  }

  /** Read, like `value`, if the object is the result of an iterator's `next`. */
  get done(): unknown {
    return this.#read('done');
  }

  get value(): unknown {
    return this.#read('value');
  }
}

/**
 * Returns the value to await in place of an operand.
 * @param returnsToRoot whether the root is made current before the JavaScript engine awaits the value
 */
export function wrapOperand(value: unknown, returnsToRoot = false): unknown {
  return value instanceof NativePromise && value.constructor === NativePromise
    ? value
    : wrapOperandSlowPath(value, returnsToRoot);
}

/**
 * Returns the value to await in place of an operand that is not an ordinary promise, or whose `constructor` is being
 * intercepted.
 */
export function wrapOperandSlowPath(value: unknown, returnsToRoot: boolean): unknown {
  if (!isObject(value) || isAtRoot() || exemptOrdinaryPromise(value, returnsToRoot)) return value;
  return new ThenableProxy(value);
}

/**
 * Returns the value for the JavaScript engine to await in place of one that a generator yields or returns, or that an
 * iterator produced. The result does not pass through `unwrapResult`, so the value must not be a ThenableProxy.
 */
export function wrapYielded(value: unknown, returnsToRoot = false): unknown {
  return !isObject(value) || isAtRoot() || exemptOrdinaryPromise(value, returnsToRoot) ? value : wrapThenable(value);
}

/**
 * Returns whether a value is an ordinary promise, which needs no substitute. If `await` is intercepted, its
 * `constructor` is read twice, here and by the JavaScript engine, and neither read may be mistaken for an `await` to
 * intercept.
 */
function exemptOrdinaryPromise(value: object, returnsToRoot: boolean): boolean {
  if (!(value instanceof NativePromise)) return false;
  current.exemptPromise = value;
  const isOrdinary = value.constructor === NativePromise;
  current.exemptPromise = isOrdinary && (!returnsToRoot || current.hasEntered) ? value : undefined;
  return isOrdinary;
}

/** Returns the awaited object in place of the proxy that the JavaScript engine returned. */
export function unwrapResult(value: unknown): unknown {
  return isAnyProxyExposed ? ThenableProxy.unwrap(value) : value;
}

/** Returns the value that an async function must return in place of the given one. */
export const wrapReturn = wrapThenable;
