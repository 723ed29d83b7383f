/**
 * Iterables for `for await` and `yield*`, which call an iterator's methods and await what these give. Around each call
 * stands what else stands around an `await`: the frame of the loop is current in it, and noted after it.
 */
import type { Frame } from '../frame.js';
import { isObject } from '../is-object.js';
import type { GuardedFlow } from './async-call.js';
import { give, within } from './thenables.js';

type Method = (...args: unknown[]) => unknown;

/** What `for await` is to go through in place of an iterable. */
export function each(flow: GuardedFlow, iterable: unknown): unknown {
  return iterable === undefined || iterable === null ? iterable : new Steps(flow, iterable, false);
}

/** What the `yield*` of an async generator is to go through. */
export function all(flow: GuardedFlow, iterable: unknown): unknown {
  return iterable === undefined || iterable === null ? iterable : new Steps(flow, iterable, true);
}

class Steps {
  readonly #flow: GuardedFlow;
  // Of any type: what a primitive inherits is called on the primitive.
  readonly #iterable: NonNullable<unknown>;
  readonly #delegates: boolean;

  constructor(flow: GuardedFlow, iterable: NonNullable<unknown>, delegates: boolean) {
    this.#flow = flow;
    this.#iterable = iterable;
    this.#delegates = delegates;
  }

  get [Symbol.asyncIterator](): unknown {
    return this.#method(
      Symbol.asyncIterator,
      (iterator) => new AsyncIteratorSteps(this.#flow, iterator, this.#delegates),
    );
  }

  get [Symbol.iterator](): unknown {
    return this.#method(Symbol.iterator, (iterator) => new IteratorSteps(this.#flow, iterator));
  }

  #method(key: symbol, stepsOf: (iterator: object) => object): unknown {
    const method = (this.#iterable as { [key: symbol]: unknown })[key];
    // What is not right is shown to the engine, which says so: here and below.
    if (typeof method !== 'function') return method;
    return () => {
      const iterator: unknown = Reflect.apply(method, this.#iterable, []);
      return isObject(iterator) ? stepsOf(iterator) : iterator;
    };
  }
}

class AsyncIteratorSteps {
  readonly #flow: GuardedFlow;
  readonly #iterator: object;
  /** Whether the engine, finding no `return`, awaits all the same. */
  #awaitsAnyway: boolean;

  constructor(flow: GuardedFlow, iterator: object, delegates: boolean) {
    this.#flow = flow;
    this.#iterator = iterator;
    this.#awaitsAnyway = delegates;
  }

  get next(): unknown {
    return this.#around(Reflect.get(this.#iterator, 'next'));
  }

  get return(): unknown {
    const method = this.#last('return');
    if (this.#awaitsAnyway && (method === undefined || method === null)) this.#flow.off(undefined);
    return method;
  }

  get throw(): unknown {
    const method = this.#last('throw');
    // The engine then closes the iterator, which awaits nothing if there is no `return`.
    if (method === undefined || method === null) this.#awaitsAnyway = false;
    return method;
  }

  /** Read when the loop is being left. */
  #last(key: string): unknown {
    this.#flow.back();
    return this.#around(Reflect.get(this.#iterator, key));
  }

  #around(method: unknown): unknown {
    if (typeof method !== 'function') return method;
    return (...args: unknown[]) => {
      this.#flow.back();
      return this.#flow.off(Reflect.apply(method, this.#iterator, args));
    };
  }
}

/**
 * Of these the engine makes async iterators of its own, and awaits what they give, whatever happened inside: also an error.
 * After an error it may call `return` at once, where the suspension that was noted has not come about.
 */
class IteratorSteps {
  readonly #flow: GuardedFlow;
  readonly #iterator: object;
  /** Of the call that has failed: whether it was made in a part of the function that had been resumed. */
  #failedResumed: boolean | undefined = undefined;

  constructor(flow: GuardedFlow, iterator: object) {
    this.#flow = flow;
    this.#iterator = iterator;
  }

  get next(): unknown {
    return this.#around(Reflect.get(this.#iterator, 'next'));
  }

  get return(): unknown {
    return this.#last('return');
  }

  get throw(): unknown {
    return this.#last('throw');
  }

  #last(key: string): unknown {
    this.#enter();
    const { isResumed } = this.#flow;
    let method: unknown;
    try {
      method = this.#around(Reflect.get(this.#iterator, key));
      return method;
    } finally {
      if (typeof method !== 'function') {
        this.#flow.off(undefined);
        // Without a `throw`, newer engines call `return`.
        this.#failedResumed = isResumed;
      }
    }
  }

  #enter(): void {
    if (this.#failedResumed === undefined) this.#flow.back();
    else this.#flow.stay(this.#failedResumed);
    this.#failedResumed = undefined;
  }

  #around(method: unknown): unknown {
    if (typeof method !== 'function') return method;
    return (...args: unknown[]) => {
      this.#enter();
      const { isResumed } = this.#flow;
      let result: unknown;
      try {
        result = Reflect.apply(method as Method, this.#iterator, args);
      } catch (error) {
        this.#failedResumed = isResumed;
        throw error;
      } finally {
        this.#flow.off(undefined);
      }
      return isObject(result) ? this.#step(result, isResumed) : result;
    };
  }

  /** What the engine reads of a result it reads at once, and resolves a promise with the value. */
  #step(result: object, isResumed: boolean): object {
    const frame = this.#flow.frame as Frame | undefined;
    const attempt = (read: () => unknown): unknown => {
      try {
        return within(frame, read);
      } catch (error) {
        this.#failedResumed = isResumed;
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
          return attempt(() => give(value));
        } catch {
          // A promise whose constructor cannot be read: the engine will find that as well.
          return value;
        }
      },
    };
  }
}
