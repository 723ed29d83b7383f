/**
 * What a block with `await using` does at its end, as the language defines it, in a form that lets the block itself await.
 * https://tc39.es/proposal-explicit-resource-management/
 */
import { isObject } from '../is-object.js';

interface Resource {
  readonly value: object | undefined;
  readonly method: ((this: unknown) => unknown) | undefined;
  readonly isAsync: boolean;
}

interface Failure {
  readonly error: unknown;
}

/** As the language has it, where the runtime does. */
const Suppressed: new (error: unknown, suppressed: unknown) => Error =
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

/** The resources of a block. */
export const disposal = () => new Disposal();

class Disposal {
  readonly #resources: Resource[] = [];
  #failure: Failure | undefined = undefined;
  #needsAwait = false;
  #hasAwaited = false;
  /** What the block is to await. */
  value: unknown = undefined;

  /** A declaration. */
  add<T>(value: T, isAsync: boolean): T {
    if (value === null || value === undefined) {
      if (isAsync) this.#resources.push({ value: undefined, method: undefined, isAsync });
      return value;
    }
    if (!isObject(value)) throw new TypeError(`${String(value)} is not an object, and cannot be disposed of`);
    const method = isAsync
      ? (methodOf(value, Symbol.asyncDispose) ?? asyncMethodOf(value))
      : methodOf(value, Symbol.dispose);
    if (method === undefined) {
      const name = isAsync ? '[Symbol.asyncDispose] or [Symbol.dispose]' : '[Symbol.dispose]';
      throw new TypeError(`The resource of ${isAsync ? "an 'await using'" : "a 'using'"} has no method ${name}`);
    }
    this.#resources.push({ value, method, isAsync });
    return value;
  }

  /** The block, or what it has awaited, has thrown. */
  fail(error: unknown): void {
    this.#failure = { error: this.#failure === undefined ? error : new Suppressed(error, this.#failure.error) };
  }

  /** Goes on until there is something to await. @returns whether there is; else all is done, and thrown what is to be. */
  next(): boolean {
    for (let resource = this.#resources.at(-1); resource !== undefined; resource = this.#resources.at(-1)) {
      const { value, method, isAsync } = resource;
      if (!isAsync && this.#needsAwait && !this.#hasAwaited) return this.#awaitNothing();
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
    if (this.#needsAwait && !this.#hasAwaited) return this.#awaitNothing();
    if (this.#failure !== undefined) throw this.#failure.error;
    return false;
  }

  #awaitNothing(): true {
    this.#needsAwait = false;
    this.value = undefined;
    return true;
  }
}

function methodOf(value: object, key: symbol): Resource['method'] {
  const method: unknown = Reflect.get(value, key);
  if (method === undefined || method === null) return undefined;
  if (typeof method !== 'function') throw new TypeError(`[${String(key)}] of the resource is not a function`);
  return method as Resource['method'];
}

/** The method for `using`, called by `await using`: what it gives is not awaited, but something is. */
function asyncMethodOf(value: object): Resource['method'] {
  const method = methodOf(value, Symbol.dispose);
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
