/** Node's AsyncLocalStorage as of Node 26, on every runtime. https://nodejs.org/api/async_context.html */
import type { AsyncLocalStorage as NodeAsyncLocalStorage } from 'node:async_hooks';
import * as engine from '#engine';
import { invalidArgType } from './errors.js';
import {
  copyFrame,
  countChange,
  type Frame,
  Key,
  readBelowTop,
  readValue,
  removeValue,
  sharedState,
  withValue,
} from './frame.js';
import { RunScope } from './run-scope.js';

// V8 constant-folds module-local bindings but reloads imports on each access: getStore() takes 2.4 instead of 4.1 ns on
// Node 20. Benchmark: npm run bench -- --only getStore
const getHolder = engine.getHolder;
const getFrame = engine.getFrame as (holder: ReturnType<typeof getHolder>) => Frame | undefined;
const pushFrame = engine.pushFrame;
const popFrame = engine.popFrame;
const enterFrame = engine.enterFrame;
const restoreAtJobEnd = engine.restoreAtJobEnd;
const runInFrame = engine.runInFrame;
const captureContext = engine.captureContext;

/** The options of the `AsyncLocalStorage` constructor. */
export interface AsyncLocalStorageOptions<T> {
  /** The value that `getStore()` returns if none was set. Default: `undefined`. */
  defaultValue?: T | undefined;
  /** A name for debugging, converted to a string. Default: `''`. */
  name?: string | undefined;
}

/** Members that older versions of `@types/node` do not declare: `name` before 24, and `withScope` before 26. */
interface RecentMembers<T> {
  /** The `name` option, `''` if none was given. */
  readonly name: string;

  /**
   * Sets the value until the returned scope is disposed of: by `using`, or by calling `dispose()`.
   * @param store the value
   * @returns the scope; disposing of it again has no effect
   * @throws {Error} `ERR_METHOD_NOT_IMPLEMENTED` on workerd, which cannot set a value without a call, and on Node 20
   * and 22 in a frozen or sealed async resource
   * @example
   * import { AsyncLocalStorage } from 'throughline';
   *
   * const user = new AsyncLocalStorage();
   * const scope = user.withScope('ada'); // or: using scope = user.withScope('ada');
   * console.log(user.getStore()); // ada
   * scope.dispose();
   * console.log(user.getStore()); // undefined
   * @see https://nodejs.org/api/async_context.html#asynclocalstoragewithscopestore
   */
  withScope(store: T): RunScope;
}

/** The recent members that the installed version of `@types/node` declares; all of them if it is not installed. */
type RecentMemberOfNode = Extract<keyof RecentMembers<unknown>, keyof NodeAsyncLocalStorage<unknown>>;

/**
 * Stores a value of type `T` for each flow: everything that one `run()` leads to, synchronously or later. `S` is the
 * type that `getStore()` returns: `T` if there is a `defaultValue`, otherwise `T | undefined`.
 *
 * As a type, it accepts storages of Node's own class, so it has the members that the installed version of `@types/node`
 * declares. What `new AsyncLocalStorage()` returns always has `name` and `withScope`.
 * @example
 * import { AsyncLocalStorage } from 'throughline';
 *
 * const user = new AsyncLocalStorage();
 * user.run('ada', () => setTimeout(() => console.log(user.getStore()), 10)); // ada
 * @see https://nodejs.org/api/async_context.html#class-asynclocalstorage
 */
export interface AsyncLocalStorage<T, S extends T | undefined = T | undefined>
  extends Pick<RecentMembers<T>, RecentMemberOfNode> {
  /**
   * Calls a function with a value set, for the call and everything that it starts. Afterwards the previous value is
   * restored.
   * @param store the value
   * @param fn the function
   * @param args the arguments of the function
   * @returns what `fn` returns
   * @throws {TypeError} if `fn` is not a function
   * @throws what `fn` throws
   * @example
   * import { AsyncLocalStorage } from 'throughline';
   *
   * const user = new AsyncLocalStorage();
   * const name = await user.run('ada', async () => {
   *   await null;
   *   return user.getStore();
   * });
   * console.log(name); // ada
   * @see https://nodejs.org/api/async_context.html#asynclocalstoragerunstore-callback-args
   */
  run<R, A extends unknown[]>(store: T, fn: (...args: A) => R, ...args: A): R;

  /**
   * Returns the value in the current flow.
   * @returns the value set by the innermost `run`, `enterWith` or `withScope`; otherwise the `defaultValue`
   * @example
   * import { AsyncLocalStorage } from 'throughline';
   *
   * const user = new AsyncLocalStorage({ defaultValue: 'guest' });
   * console.log(user.getStore()); // guest
   * user.run('ada', () => console.log(user.getStore())); // ada
   * @see https://nodejs.org/api/async_context.html#asynclocalstoragegetstore
   */
  getStore(): S;

  /**
   * Sets the value for the rest of the synchronous execution and everything that it starts. Prefer `run`, which
   * restores the previous value.
   * @param store the value
   * @throws {Error} `ERR_METHOD_NOT_IMPLEMENTED` on workerd, which cannot set a value without a call, and on Node 20
   * and 22 in a frozen or sealed async resource
   * @example
   * import { AsyncLocalStorage } from 'throughline';
   *
   * const user = new AsyncLocalStorage();
   * user.enterWith('ada');
   * setTimeout(() => console.log(user.getStore())); // ada
   * @see https://nodejs.org/api/async_context.html#asynclocalstorageenterwithstore
   */
  enterWith(store: T): void;

  /**
   * Calls a function with `undefined` as the value.
   * @param fn the function
   * @param args the arguments of the function
   * @returns what `fn` returns
   * @throws {TypeError} if `fn` is not a function
   * @throws what `fn` throws
   * @example
   * import { AsyncLocalStorage } from 'throughline';
   *
   * const user = new AsyncLocalStorage();
   * user.run('ada', () => {
   *   user.exit(() => console.log(user.getStore())); // undefined
   *   console.log(user.getStore()); // ada
   * });
   * @see https://nodejs.org/api/async_context.html#asynclocalstorageexitcallback-args
   */
  exit<R, A extends unknown[]>(fn: (...args: A) => R, ...args: A): R;

  /**
   * Removes the value from the current frame, and therefore from all work that was started in exactly this frame.
   * Values in other flows remain, and the next `run` or `enterWith` sets a value again.
   * @example
   * import { AsyncLocalStorage } from 'throughline';
   *
   * const user = new AsyncLocalStorage();
   * user.enterWith('ada');
   * user.disable();
   * console.log(user.getStore()); // undefined
   * @see https://nodejs.org/api/async_context.html#asynclocalstoragedisable
   */
  disable(): void;
}

/** A storage with all members of the latest Node, if the installed version of `@types/node` does not declare them. */
export interface LatestAsyncLocalStorage<T, S extends T | undefined = T | undefined>
  extends AsyncLocalStorage<T, S>,
    RecentMembers<T> {}

type NewStorage<T, S extends T | undefined = T | undefined> = keyof RecentMembers<unknown> extends RecentMemberOfNode
  ? AsyncLocalStorage<T, S>
  : LatestAsyncLocalStorage<T, S>;

/**
 * The type of the class `AsyncLocalStorage`. `class Users extends AsyncLocalStorage<User>` needs no other type argument.
 * @see https://nodejs.org/api/async_context.html#class-asynclocalstorage
 */
export interface AsyncLocalStorageConstructor {
  /**
   * Creates a storage whose `getStore()` never returns `undefined` for a missing value. A caller that names the type of
   * the values also names that of the default value: `new AsyncLocalStorage<User, User>({ defaultValue })`.
   * @param options `defaultValue` and optionally `name`
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if the options are not an object
   */
  new <T, D extends T>(options: AsyncLocalStorageOptions<T> & { defaultValue: D }): NewStorage<T, T>;
  /**
   * Creates a storage. With one type argument, `getStore()` returns `T | undefined`, as in the types of Node.
   * @param options optionally `name` and `defaultValue`
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if the options are not an object
   */
  new <T>(options?: AsyncLocalStorageOptions<T>): NewStorage<T>;

  readonly prototype: AsyncLocalStorage<unknown>;

  /**
   * Binds a function to the current frame.
   * @param fn the function
   * @returns a function that calls `fn` in this frame with the caller's `this` and arguments
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if `fn` is not a function
   * @example
   * import { AsyncLocalStorage } from 'throughline';
   *
   * const user = new AsyncLocalStorage();
   * const greet = user.run('ada', () => AsyncLocalStorage.bind(() => `Hello, ${user.getStore()}`));
   * console.log(greet()); // Hello, ada
   * @see https://nodejs.org/api/async_context.html#static-method-asynclocalstoragebindfn
   */
  bind<F extends (...args: never[]) => unknown>(fn: F): F;

  /**
   * Captures the current frame.
   * @returns a function that calls `fn(...args)` in this frame and returns what `fn` returns
   * @example
   * import { AsyncLocalStorage } from 'throughline';
   *
   * const user = new AsyncLocalStorage();
   * const runInFrame = user.run('ada', () => AsyncLocalStorage.snapshot());
   * console.log(runInFrame(() => user.getStore())); // ada
   * @see https://nodejs.org/api/async_context.html#static-method-asynclocalstoragesnapshot
   */
  snapshot(): <R, A extends unknown[]>(fn: (...args: A) => R, ...args: A) => R;
}

/**
 * Ends a `run()` during which a frame was changed, in the same way as Node: only the storage's own value is restored,
 * in the frame that is current by then, and in a new frame, which work that was started earlier does not share. Only
 * `enterWith()` and `disable()` make this observable.
 */
function restoreOwnValue(key: Key, previous: unknown, outer: Frame | undefined, countBefore: number): void {
  const holder = getHolder();
  pushFrame(
    holder,
    sharedState.changeCount === countBefore ? copyFrame(outer) : withValue(getFrame(holder), key, previous),
  );
  restoreAtJobEnd(holder, outer, countBefore);
}

/**
 * What the class does where `throughline/register` has put it in place of the class of a Node before 24, for which the
 * subclasses of the program were written. Everything else is the same on every runtime.
 */
export const replacement = {
  /** Whether the constructor accepts any argument: before Node 24, it has none. */
  acceptsAnyOptions: false,
  /**
   * Whether `run()` calls an overridden `enterWith()` and restores what an overridden `getStore()` returned, and `exit()`
   * calls an overridden `run()`. With async hooks, Node does not.
   */
  callsOverrides: true,
};

/** `run()` of a storage whose `enterWith()` was overridden, by a subclass or on the object itself: Node calls it. */
function runByEntering<T, R, A extends unknown[]>(
  storage: { getStore(): T | undefined; enterWith(store: T | undefined): void },
  store: T,
  fn: (...args: A) => R,
  args: A,
): R {
  const previous = storage.getStore();
  if (Object.is(previous, store)) return Reflect.apply(fn, null, args);
  storage.enterWith(store);
  try {
    return Reflect.apply(fn, null, args);
  } finally {
    storage.enterWith(previous);
  }
}

const implementation = class AsyncLocalStorage<T> {
  readonly #key = new Key();
  // A copy: reading it through the key would cost getStore() another load.
  readonly #tag = this.#key.tag;
  readonly #name: string;
  readonly #defaultValue: T | undefined;

  constructor(options: AsyncLocalStorageOptions<T> = {}) {
    if (typeof options !== 'object' || options === null || Array.isArray(options)) {
      if (!replacement.acceptsAnyOptions) throw invalidArgType('options', 'object', options);
      options = {};
    }
    this.#defaultValue = options.defaultValue;
    this.#name = options.name === undefined ? '' : `${options.name}`;
  }

  static bind<F extends (...args: never[]) => unknown>(fn: F): F {
    if (typeof fn !== 'function') throw invalidArgType('fn', 'function', fn);
    const callInContext = captureContext(fn.name || 'bound-anonymous-fn');
    function bound(this: unknown, ...args: never[]): unknown {
      return callInContext(fn, this, args);
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

  // Inlined, not shared with runInCapturedFrame(): forwarding the arguments to another function would allocate an array
  // of them, which takes a third of the time of a run(). Benchmark: npm run bench -- --only run
  run<R, A extends unknown[]>(store: T, fn: (...args: A) => R, ...args: A): R {
    if (replacement.callsOverrides && this.enterWith !== enterWith) return runByEntering(this, store, fn, args);
    const holder = getHolder();
    const outer = getFrame(holder);
    const key = this.#key;
    const value = readValue(outer, key, this.#defaultValue);
    const previous = this.getStore === getStore ? value : this.getStore();
    if (Object.is(previous, store)) return Reflect.apply(fn, null, args);
    const frame = withValue(outer, key, store);
    const countBefore = sharedState.changeCount;
    const inner = pushFrame(holder, frame);
    if (inner === undefined) return runInFrame(frame, fn, null, args);
    try {
      return Reflect.apply(fn, null, args);
    } finally {
      if (sharedState.changeCount === countBefore && !sharedState.hasRemoved) popFrame(holder, inner, outer);
      else restoreOwnValue(key, replacement.callsOverrides ? previous : value, outer, countBefore);
    }
  }

  getStore(): T | undefined {
    const frame = getFrame(getHolder());
    if (frame === undefined) return this.#defaultValue;
    const tag = this.#tag;
    return (frame.tag === tag ? frame.value : readBelowTop(frame, tag, this.#key, this.#defaultValue)) as T | undefined;
  }

  enterWith(store: T): void {
    const holder = getHolder();
    enterFrame(holder, withValue(getFrame(holder), this.#key, store), sharedState.changeCount);
    countChange();
  }

  exit<R, A extends unknown[]>(fn: (...args: A) => R, ...args: A): R {
    if (replacement.callsOverrides) return this.run(undefined as T, fn, ...args);
    return Reflect.apply(run<R, A>, this, [undefined, fn, ...args]);
  }

  disable(): void {
    const frame = getFrame(getHolder());
    if (frame === undefined) return;
    removeValue(frame, this.#key);
    countChange();
  }

  withScope(store: T): RunScope {
    return new RunScope(this, store);
  }
};

const { getStore, enterWith, run } = implementation.prototype;

// Bundlers rename a class whose name occurs in another of their modules, and minifiers rename any class.
export const AsyncLocalStorage = /* @__PURE__ */ Object.defineProperty(implementation, 'name', {
  value: 'AsyncLocalStorage',
  configurable: true,
  // The class returns `T | undefined`. Only the type of its constructor can express for which options this is `T`.
}) as unknown as AsyncLocalStorageConstructor;
