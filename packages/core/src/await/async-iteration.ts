/**
 * Iterables for `for await` and for `yield*` of an async generator. In both, the JavaScript engine calls the iterator's
 * methods and awaits their results without running code of the function. Around each call, these wrappers do what is
 * otherwise done around an `await`: the frame of the loop is current during the call, and noted after it.
 */
import { runInFrame } from '../engine/current.js';
import type { OpaqueFrame } from '../engine/engine.js';
import { isObject } from '../is-object.js';
import type { EmittedGuardedCall } from './emitted-code.js';
import type { GuardedCall } from './guarded-call.js';
import { wrapYielded } from './thenables.js';

type Method = (...args: unknown[]) => unknown;

/** Returns the iterable for a `for await` in place of the given one. */
export function iterateAsync(call: EmittedGuardedCall, iterable: unknown): unknown {
  return wrapIterable(call, iterable, false);
}

/** Returns the iterable for the `yield*` of an async generator in place of the given one. */
export function delegateAsync(call: EmittedGuardedCall, iterable: unknown): unknown {
  // The lowered `yield*` keeps its frame without this, and tests with `in` which methods the iterator has.
  if ((call as unknown as GuardedCall).isLoweredGenerator) return iterable;
  return wrapIterable(call, iterable, true);
}

function wrapIterable(call: EmittedGuardedCall, iterable: unknown, isDelegation: boolean): unknown {
  if (iterable === undefined || iterable === null) return iterable;
  return new AwaitedIterable(call as unknown as GuardedCall, iterable, isDelegation);
}

class AwaitedIterable {
  readonly #call: GuardedCall;
  // Of any type: a method that a primitive inherits is called on the primitive.
  readonly #iterable: NonNullable<unknown>;
  readonly #isDelegation: boolean;

  constructor(call: GuardedCall, iterable: NonNullable<unknown>, isDelegation: boolean) {
    this.#call = call;
    this.#iterable = iterable;
    this.#isDelegation = isDelegation;
    // In an engine without the symbol, such as Hermes, esbuild looks for the registered symbol, and Babel and SWC for the
    // string. A computed key of the class would keep bundlers from dropping it.
    if (!Symbol.asyncIterator) {
      const key = Symbol.for('Symbol.asyncIterator');
      Object.defineProperty(this, key, { get: () => this.#wrapAsyncMethod(key) });
    }
  }

  get [Symbol.asyncIterator](): unknown {
    return this.#wrapAsyncMethod(Symbol.asyncIterator);
  }

  get '@@asyncIterator'(): unknown {
    return this.#wrapAsyncMethod('@@asyncIterator');
  }

  get [Symbol.iterator](): unknown {
    return this.#wrapMethod(Symbol.iterator, (iterator) => new AwaitedSyncIterator(this.#call, iterator));
  }

  #wrapAsyncMethod(key: PropertyKey): unknown {
    return this.#wrapMethod(key, (iterator) => new AwaitedAsyncIterator(this.#call, iterator, this.#isDelegation));
  }

  #wrapMethod(key: PropertyKey, wrapIterator: (iterator: object) => object): unknown {
    const method = (this.#iterable as { [key: PropertyKey]: unknown })[key];
    // Here and below, an invalid value reaches the JavaScript engine, which throws the error.
    if (typeof method !== 'function') return method;
    return () => {
      const iterator: unknown = Reflect.apply(method, this.#iterable, []);
      return isObject(iterator) ? wrapIterator(iterator) : iterator;
    };
  }
}

class AwaitedAsyncIterator {
  readonly #call: GuardedCall;
  readonly #iterator: object;
  /** Whether the JavaScript engine awaits even if it finds no `return` method. */
  #awaitsWithoutReturn: boolean;

  constructor(call: GuardedCall, iterator: object, isDelegation: boolean) {
    this.#call = call;
    this.#iterator = iterator;
    this.#awaitsWithoutReturn = isDelegation;
  }

  get next(): unknown {
    return this.#wrapMethod(Reflect.get(this.#iterator, 'next'));
  }

  get return(): unknown {
    const method = this.#readClosing('return');
    if (this.#awaitsWithoutReturn && (method === undefined || method === null)) this.#call.suspend(undefined);
    return method;
  }

  get throw(): unknown {
    const method = this.#readClosing('throw');
    // The JavaScript engine then closes the iterator, and awaits nothing if there is no `return` method.
    if (method === undefined || method === null) this.#awaitsWithoutReturn = false;
    return method;
  }

  /** Reads a method that the JavaScript engine reads when it leaves the loop. */
  #readClosing(key: string): unknown {
    this.#call.resumeIfSuspended();
    return this.#wrapMethod(Reflect.get(this.#iterator, key));
  }

  #wrapMethod(method: unknown): unknown {
    if (typeof method !== 'function') return method;
    return (...args: unknown[]) => {
      this.#call.resumeIfSuspended();
      return this.#call.suspend(Reflect.apply(method, this.#iterator, args));
    };
  }
}

/**
 * The JavaScript engine wraps a synchronous iterator in an async iterator, and awaits its results in every case, even
 * after an error. After an error it may call `return` immediately. In that case, the suspension that was noted has not
 * happened.
 */
class AwaitedSyncIterator {
  readonly #call: GuardedCall;
  readonly #iterator: object;
  /** Set after a failed call: whether the function had been resumed when the call was made. */
  #wasResumedAtFailure: boolean | undefined = undefined;

  constructor(call: GuardedCall, iterator: object) {
    this.#call = call;
    this.#iterator = iterator;
  }

  get next(): unknown {
    return this.#wrapMethod(Reflect.get(this.#iterator, 'next'));
  }

  get return(): unknown {
    return this.#readClosing('return');
  }

  get throw(): unknown {
    return this.#readClosing('throw');
  }

  #readClosing(key: string): unknown {
    this.#enterFrame();
    const { isResumed } = this.#call;
    let method: unknown;
    try {
      method = this.#wrapMethod(Reflect.get(this.#iterator, key));
      return method;
    } finally {
      if (typeof method !== 'function') {
        this.#call.suspend(undefined);
        // If there is no `throw` method, newer JavaScript engines call `return`.
        this.#wasResumedAtFailure = isResumed;
      }
    }
  }

  #enterFrame(): void {
    if (this.#wasResumedAtFailure === undefined) this.#call.resumeIfSuspended();
    else this.#call.cancelSuspend(this.#wasResumedAtFailure);
    this.#wasResumedAtFailure = undefined;
  }

  #wrapMethod(method: unknown): unknown {
    if (typeof method !== 'function') return method;
    return (...args: unknown[]) => {
      this.#enterFrame();
      const { isResumed } = this.#call;
      let result: unknown;
      try {
        result = Reflect.apply(method as Method, this.#iterator, args);
      } catch (error) {
        this.#wasResumedAtFailure = isResumed;
        throw error;
      } finally {
        this.#call.suspend(undefined);
      }
      return isObject(result) ? this.#wrapResult(result, isResumed) : result;
    };
  }

  /** The JavaScript engine reads the properties of a result immediately, and resolves a promise with the value. */
  #wrapResult(result: object, isResumed: boolean): object {
    const frame = this.#call.frame as OpaqueFrame | undefined;
    const attempt = (read: () => unknown): unknown => {
      try {
        return runInFrame(frame, read, undefined, []);
      } catch (error) {
        this.#wasResumedAtFailure = isResumed;
        throw error;
      }
    };
    return {
      get done() {
        return attempt(() => Reflect.get(result, 'done'));
      },
      get value() {
        const value = attempt(() => Reflect.get(result, 'value'));
        try {
          return attempt(() => wrapYielded(value));
        } catch {
          // A promise whose `constructor` cannot be read. The JavaScript engine reads it as well, and throws the error.
          return value;
        }
      },
    };
  }
}
