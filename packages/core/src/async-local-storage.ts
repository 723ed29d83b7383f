/** Node's AsyncLocalStorage as of Node 26, on every runtime. https://nodejs.org/api/async_context.html */
import * as engine from '#engine';
import { RunScope } from './disposable-scope.js';
import { invalidArgType, methodNotImplemented } from './errors.js';
import { copy, type Frame, Key, ledger, noteChange, read, readBelow, remove, withValue } from './frame.js';
import { runIn } from './run-in-scope.js';

// V8 knows a constant of this module when it compiles a hot path, and asks an imported one each time: getStore() takes
// 2.4 ns instead of 4.1 on Node 20.
const place = engine.place;
const get = engine.get;
const push = engine.push;
const pop = engine.pop;
const enter = engine.enter;
const settle = engine.settle;
const runApart = engine.runApart;
const captureScope = engine.captureScope;

export interface AsyncLocalStorageOptions<T> {
  /** What `getStore()` gives where no value was set. */
  defaultValue?: T;
  /** A name for people who debug; made a string. */
  name?: string;
}

/**
 * Keeps a value of type `T` through everything that a flow starts. `S` is what `getStore()` gives: `T` where a
 * `defaultValue` was given, else `T | undefined`.
 */
export interface AsyncLocalStorage<T, S extends T | undefined = T | undefined> {
  /** The `name` option, `''` where none was given. */
  readonly name: string;

  /**
   * Runs `fn(...args)` with `store` as the value, there and in everything that it starts; the value before is back
   * when `fn` returns or throws.
   * @returns what `fn` returns
   * @throws what `fn` throws; a TypeError where `fn` is not a function
   * @example
   * const user = new AsyncLocalStorage<string>();
   * user.run('ada', () => setTimeout(() => console.log(user.getStore()), 10)); // ada
   */
  run<R, A extends unknown[]>(store: T, fn: (...args: A) => R, ...args: A): R;

  /**
   * The value of the current flow.
   * @returns the value set by the nearest `run`, `enterWith` or `withScope`, else the `defaultValue`
   */
  getStore(): S;

  /**
   * Sets the value for the rest of the synchronous execution and everything that it starts. Prefer `run`.
   * @throws ERR_METHOD_NOT_IMPLEMENTED on workerd, which has nothing that does this
   */
  enterWith(store: T): void;

  /**
   * Runs `fn(...args)` with `undefined` as the value.
   * @returns what `fn` returns
   * @throws what `fn` throws; a TypeError where `fn` is not a function
   */
  exit<R, A extends unknown[]>(fn: (...args: A) => R, ...args: A): R;

  /**
   * Takes the value out of the current frame, and so from all work that was started in exactly this frame. Values of
   * other flows stay, and the next `run` or `enterWith` sets a value again.
   */
  disable(): void;

  /**
   * Sets the value until the scope is disposed of.
   * @returns a scope for `using`; disposing of it again does nothing
   * @throws ERR_METHOD_NOT_IMPLEMENTED on workerd, which has nothing that does this
   * @example
   * {
   *   using scope = user.withScope('ada');
   *   user.getStore(); // ada
   * }
   */
  withScope(store: T): RunScope;
}

export interface AsyncLocalStorageConstructor {
  /**
   * @param options `defaultValue` and `name`
   * @throws ERR_INVALID_ARG_TYPE where the options are not an object
   */
  new <T>(options: AsyncLocalStorageOptions<T> & { defaultValue: T }): AsyncLocalStorage<T, T>;
  /** To extend the class, name both type arguments: `class Users extends AsyncLocalStorage<User, undefined>`. */
  new <T, D extends undefined = undefined>(options?: AsyncLocalStorageOptions<D>): AsyncLocalStorage<T>;

  readonly prototype: AsyncLocalStorage<unknown>;

  /**
   * Binds a function to the current frame.
   * @returns a function that runs `fn` in it, with the caller's `this` and arguments
   * @throws ERR_INVALID_ARG_TYPE where `fn` is not a function
   */
  bind<F extends (...args: never[]) => unknown>(fn: F): F;

  /**
   * Captures the current frame.
   * @returns a function that runs `fn(...args)` in it and gives what `fn` gives
   * @example
   * const inFrame = user.run('ada', () => AsyncLocalStorage.snapshot());
   * inFrame(() => user.getStore()); // ada
   */
  snapshot(): <R, A extends unknown[]>(fn: (...args: A) => R, ...args: A) => R;
}

/**
 * The end of a `run()` as Node has it: only the storage's own value is put back, in the frame that is now current, and
 * that is a frame which the work that was started before does not share. Only `enterWith()` and `disable()` can tell.
 */
function leave(key: Key, prior: unknown, before: Frame | undefined, seen: number): void {
  const at = place();
  push(at, ledger.changes === seen ? copy(before) : withValue(get(at), key, prior));
  settle(at, before, seen);
}

/** What a bound function does in its scope. */
function runBound<A extends unknown[], R>(
  frame: Frame | undefined,
  fn: (...args: A) => R,
  thisArg: unknown,
  args: A,
): R {
  // With async hooks another one is current where the function is called again inside its own call.
  return get(place()) === frame ? Reflect.apply(fn, thisArg, args) : runIn(frame, fn, thisArg, args);
}

const implementation = class AsyncLocalStorage<T> {
  readonly #key = new Key();
  // Beside the key, which would be one more step for getStore().
  readonly #tag = this.#key.tag;
  readonly #name: string;
  readonly #defaultValue: T | undefined;

  constructor(options: AsyncLocalStorageOptions<T> = {}) {
    if (typeof options !== 'object' || options === null || Array.isArray(options)) {
      throw invalidArgType('options', 'object', options);
    }
    this.#defaultValue = options.defaultValue;
    this.#name = options.name === undefined ? '' : `${options.name}`;
  }

  static bind<F extends (...args: never[]) => unknown>(fn: F): F {
    if (typeof fn !== 'function') throw invalidArgType('fn', 'function', fn);
    const inScope = captureScope(fn.name || 'bound-anonymous-fn');
    const frame = get(place());
    function bound(this: unknown, ...args: never[]): unknown {
      return inScope(() => runBound(frame, fn, this, args));
    }
    Object.defineProperty(bound, 'length', { value: fn.length });
    return bound as F;
  }

  static snapshot(): <R, A extends unknown[]>(fn: (...args: A) => R, ...args: A) => R {
    return AsyncLocalStorage.bind((fn, ...args) => fn(...args));
  }

  get name(): string {
    return this.#name;
  }

  // All in one function: handing the arguments on to another makes an array of them, a third of the time it takes.
  run<R, A extends unknown[]>(store: T, fn: (...args: A) => R, ...args: A): R {
    const at = place();
    const before = get(at);
    const key = this.#key;
    const prior = read(before, key, this.#defaultValue);
    if (Object.is(prior, store)) return Reflect.apply(fn, null, args);
    const frame = withValue(before, key, store);
    const seen = ledger.changes;
    const inside = push(at, frame);
    if (inside === undefined) return runApart(frame, fn, null, args);
    try {
      return Reflect.apply(fn, null, args);
    } finally {
      if (ledger.changes === seen && !ledger.hasRemoved) pop(at, inside, before);
      else leave(key, prior, before, seen);
    }
  }

  getStore(): T | undefined {
    const frame = get(place());
    if (frame === undefined) return this.#defaultValue;
    return (frame.tag === this.#tag ? frame.value : readBelow(frame, this.#key, this.#defaultValue)) as T | undefined;
  }

  enterWith(store: T): void {
    const at = place();
    if (!enter(at, withValue(get(at), this.#key, store), ledger.changes)) {
      throw methodNotImplemented(
        'enterWith() or withScope()',
        'the current value can be changed only for the time of a call here. Use run(store, fn).',
      );
    }
    noteChange();
  }

  exit<R, A extends unknown[]>(fn: (...args: A) => R, ...args: A): R {
    return this.run(undefined as T, fn, ...args);
  }

  disable(): void {
    const frame = get(place());
    if (frame === undefined) return;
    remove(frame, this.#key);
    noteChange();
  }

  withScope(store: T): RunScope {
    return new RunScope(this, store);
  }
};

// Bundlers rename a class whose name is taken in another of their modules, and minifiers any class.
Object.defineProperty(implementation, 'name', { value: 'AsyncLocalStorage', configurable: true });

// The class gives `T | undefined`; only its constructor's type can say for which options that is `T`.
export const AsyncLocalStorage = implementation as unknown as AsyncLocalStorageConstructor;
