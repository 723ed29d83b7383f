/**
 * The end of a block with `using` or `await using`, as the language defines it, in a form in which the block itself can
 * await.
 * https://tc39.es/proposal-explicit-resource-management/
 */
import { isObject } from '../is-object.js';
import type { EmittedDisposal } from './emitted-code.js';

interface Resource {
  readonly value: object | undefined;
  readonly method: ((this: unknown) => unknown) | undefined;
  readonly isAsync: boolean;
}

interface Failure {
  readonly error: unknown;
}

/** The language's class if the runtime has it. */
const SuppressedErrorClass: new (error: unknown, suppressed: unknown) => Error =
  typeof SuppressedError === 'function'
    ? SuppressedError
    : class extends Error {
        override readonly name = 'SuppressedError';
        readonly error: unknown;
        readonly suppressed: unknown;

        constructor(error: unknown, suppressed: unknown) {
          super();
          this.error = error;
          this.suppressed = suppressed;
        }
      };

/** Creates the list of resources of one block. */
export const disposal = (): EmittedDisposal => new Disposal();

class Disposal implements EmittedDisposal {
  readonly #resources: Resource[] = [];
  #failure: Failure | undefined = undefined;
  #needsAwait = false;
  #hasAwaited = false;
  value: unknown = undefined;

  add<T>(value: T, isAsync: boolean): T {
    if (value === null || value === undefined) {
      if (isAsync) this.#resources.push({ value: undefined, method: undefined, isAsync });
      return value;
    }
    if (!isObject(value)) throw new TypeError(`${String(value)} is not an object, and cannot be disposed of`);
    const method = isAsync ? (methodOf(value, 'asyncDispose') ?? asyncMethodOf(value)) : methodOf(value, 'dispose');
    if (method === undefined) {
      const name = isAsync ? '[Symbol.asyncDispose] or [Symbol.dispose]' : '[Symbol.dispose]';
      throw new TypeError(`The resource of ${isAsync ? "an 'await using'" : "a 'using'"} has no method ${name}`);
    }
    this.#resources.push({ value, method, isAsync });
    return value;
  }

  fail(error: unknown): void {
    this.#failure = {
      error: this.#failure === undefined ? error : new SuppressedErrorClass(error, this.#failure.error),
    };
  }

  /**
   * Disposes of resources, last added first, until the block must await `value`.
   * @returns whether the block must await; if not, all resources have been disposed of
   * @throws the error of the block or of a disposal, once all resources have been disposed of
   */
  next(): boolean {
    // Hermes has no Array.prototype.at().
    const last = () => this.#resources[this.#resources.length - 1];
    for (let resource = last(); resource !== undefined; resource = last()) {
      const { value, method, isAsync } = resource;
      if (!isAsync && this.#needsAwait && !this.#hasAwaited) return this.#awaitUndefined();
      this.#resources.pop();
      if (method === undefined) {
        this.#needsAwait = true;
        continue;
      }
      try {
        this.value = Reflect.apply(method, value, []);
        if (!isAsync) continue;
        this.#hasAwaited = true;
        return true;
      } catch (error) {
        this.fail(error);
      }
    }
    if (this.#needsAwait && !this.#hasAwaited) return this.#awaitUndefined();
    if (this.#failure !== undefined) throw this.#failure.error;
    return false;
  }

  #awaitUndefined(): true {
    this.#needsAwait = false;
    this.value = undefined;
    return true;
  }
}

/** In an engine without the symbol, all compilers that lower `using` call the method of the registered symbol. */
function methodOf(value: object, name: 'dispose' | 'asyncDispose'): Resource['method'] {
  const method: unknown = Reflect.get(value, Symbol[name] ?? Symbol.for(`Symbol.${name}`));
  if (method === undefined || method === null) return undefined;
  if (typeof method !== 'function') throw new TypeError(`[Symbol.${name}] of the resource is not a function`);
  return method as Resource['method'];
}

/** Returns a method for `await using` that calls the one for `using`. Its result is not awaited, but `undefined` is. */
function asyncMethodOf(value: object): Resource['method'] {
  const method = methodOf(value, 'dispose');
  return (
    method &&
    function (this: unknown): unknown {
      try {
        Reflect.apply(method, this, []);
        return undefined;
      } catch (error) {
        return Promise.reject(error);
      }
    }
  );
}
