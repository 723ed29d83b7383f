/**
 * `yield*` of a synchronous generator whose body runs in the frame of its creation. The JavaScript engine then forwards
 * each resumption to the inner iterator, without running code of the generator. Around each call of the iterator's
 * methods, this wrapper does what is otherwise done around a `yield`.
 */
import { isObject } from '../is-object.js';
import type { CreationFrameGenerator } from './creation-frame-generator.js';
import type { EmittedCreationFrameGenerator } from './emitted-code.js';

/** Returns the iterable to delegate to in place of the given one. */
export function delegateSync(call: EmittedCreationFrameGenerator, iterable: unknown): unknown {
  if (iterable === undefined || iterable === null) return iterable;
  return new DelegatedIterable(call as unknown as CreationFrameGenerator, iterable);
}

class DelegatedIterable {
  readonly #call: CreationFrameGenerator;
  // Of any type: a method that a primitive inherits is called on the primitive.
  readonly #iterable: NonNullable<unknown>;

  constructor(call: CreationFrameGenerator, iterable: NonNullable<unknown>) {
    this.#call = call;
    this.#iterable = iterable;
  }

  get [Symbol.iterator](): unknown {
    const method = (this.#iterable as { [Symbol.iterator]?: unknown })[Symbol.iterator];
    if (typeof method !== 'function') return method;
    return () => {
      const iterator: unknown = Reflect.apply(method, this.#iterable, []);
      return isObject(iterator) ? new DelegatedIterator(this.#call, iterator) : iterator;
    };
  }
}

class DelegatedIterator {
  readonly #call: CreationFrameGenerator;
  readonly #iterator: object;

  constructor(call: CreationFrameGenerator, iterator: object) {
    this.#call = call;
    this.#iterator = iterator;
  }

  get next(): unknown {
    return this.#wrapMethod('next');
  }

  get return(): unknown {
    this.#call.resumeIfSuspended();
    return this.#wrapMethod('return');
  }

  get throw(): unknown {
    this.#call.resumeIfSuspended();
    return this.#wrapMethod('throw');
  }

  #wrapMethod(key: string): unknown {
    const method: unknown = Reflect.get(this.#iterator, key);
    if (typeof method !== 'function') return method;
    return (...args: unknown[]) => {
      this.#call.resumeIfSuspended();
      const result: unknown = Reflect.apply(method, this.#iterator, args);
      this.#call.suspend(undefined);
      return result;
    };
  }
}
