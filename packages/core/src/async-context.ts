/** TC39's AsyncContext, as specified in https://tc39.es/proposal-async-context/ */
import * as engine from '#engine';
import { type Frame, Key, readBelowTop, sharedState, withValue } from './frame.js';
import { isObject } from './is-object.js';
import { runInCapturedFrame } from './run-in-captured-frame.js';

// V8 constant-folds module-local bindings but reloads imports on each access: getStore() takes 2.4 instead of 4.1 ns on
// Node 20. Benchmark: npm run bench -- --only getStore
// One declaration per binding: this way bundlers omit the namespace object.
const getHolder = engine.getHolder;
const getFrame = engine.getFrame as (holder: ReturnType<typeof getHolder>) => Frame | undefined;
const pushFrame = engine.pushFrame;
const popFrame = engine.popFrame;
const restoreAtJobEnd = engine.restoreAtJobEnd;
const runInFrame = engine.runInFrame;

/** The options of the `AsyncContext.Variable` constructor. */
export interface VariableOptions<T> {
  /** The value that `get()` returns if none was set. Default: `undefined`. */
  defaultValue?: T | undefined;
  /** A name for debugging, converted to a string. Default: `''`. */
  name?: string | undefined;
}

/**
 * A value of type `T` for each flow: everything that one `run()` leads to, synchronously or later. `S` is the type that
 * `get()` returns: `T` if a `defaultValue` was given, otherwise `T | undefined`.
 * @see https://tc39.es/proposal-async-context/#sec-asynccontext-variable
 */
export interface Variable<T, S extends T | undefined = T | undefined> {
  /** The `name` option, `''` if none was given. */
  readonly name: string;

  /**
   * Returns the value in the current flow.
   * @returns the value set by the innermost `run`, otherwise the `defaultValue`
   * @example
   * import { AsyncContext } from 'throughline';
   *
   * const locale = new AsyncContext.Variable({ defaultValue: 'en' });
   * console.log(locale.get()); // en
   * locale.run('fr', () => console.log(locale.get())); // fr
   * @see https://tc39.es/proposal-async-context/#sec-asynccontext-variable.prototype.get
   */
  get(): S;

  /**
   * Calls a function with a value set, for the call and everything that it starts. Afterwards the whole previous frame
   * is restored.
   * @param value the value
   * @param fn the function
   * @param args the arguments of the function
   * @returns what `fn` returns
   * @throws {TypeError} if `fn` is not a function
   * @throws what `fn` throws
   * @example
   * import { AsyncContext } from 'throughline';
   *
   * const locale = new AsyncContext.Variable({ defaultValue: 'en' });
   * const language = await locale.run('fr', async () => {
   *   await null;
   *   return locale.get();
   * });
   * console.log(language); // fr
   * @see https://tc39.es/proposal-async-context/#sec-asynccontext-variable.prototype.run
   */
  run<R, A extends unknown[]>(value: T, fn: (...args: A) => R, ...args: A): R;

  readonly [Symbol.toStringTag]: string;
}

interface VariableConstructor {
  /**
   * Creates a variable whose `get()` never returns `undefined` for a missing value.
   * @param options `defaultValue` and optionally `name`
   */
  new <T>(options: VariableOptions<T> & { defaultValue: T }): Variable<T, T>;
  /**
   * Creates a variable. A subclass must name both type arguments:
   * `class Locale extends AsyncContext.Variable<string, undefined>`.
   * @param options optionally `name`
   */
  new <T, D extends undefined = undefined>(options?: VariableOptions<D>): Variable<T>;
  readonly prototype: Variable<unknown>;
}

const variable = class Variable<T> {
  readonly #key = new Key();
  // A copy: reading it through the key would cost get() another load.
  readonly #tag = this.#key.tag;
  readonly #name: string = '';
  readonly #defaultValue: T | undefined = undefined;

  // A required parameter: the specified `length` of the constructor is 1.
  constructor(options: VariableOptions<T> | undefined) {
    if (isObject(options)) {
      if ('name' in options) this.#name = `${options.name}`;
      this.#defaultValue = options.defaultValue;
    }
  }

  get name(): string {
    return this.#name;
  }

  get(): T | undefined {
    const frame = getFrame(getHolder());
    if (frame === undefined) return this.#defaultValue;
    const tag = this.#tag;
    return (frame.tag === tag ? frame.value : readBelowTop(frame, tag, this.#key, this.#defaultValue)) as T | undefined;
  }

  // Inlined, not shared with runInCapturedFrame(): forwarding the arguments to another function would allocate an array
  // of them. Benchmark: npm run bench -- --only run
  run<R, A extends unknown[]>(value: T, fn: (...args: A) => R, ...args: A): R {
    const holder = getHolder();
    const outer = getFrame(holder);
    const frame = withValue(outer, this.#key, value);
    const countBefore = sharedState.changeCount;
    const inner = pushFrame(holder, frame);
    if (inner === undefined) return runInFrame(frame, fn, undefined, args);
    try {
      return Reflect.apply(fn, undefined, args);
    } finally {
      popFrame(holder, inner, outer);
      if (sharedState.changeCount !== countBefore) restoreAtJobEnd(holder, outer, countBefore);
    }
  }
};

/**
 * Captures the frame that is current when it is created: the values of all variables and storages.
 * @see https://tc39.es/proposal-async-context/#sec-asynccontext-snapshot
 */
class Snapshot {
  readonly #frame: Frame | undefined = getFrame(getHolder());

  /**
   * Binds a function to the current frame.
   * @param fn the function
   * @returns a function that calls `fn` in this frame with the caller's `this` and arguments
   * @throws {TypeError} if `fn` is not a function
   * @example
   * import { AsyncContext } from 'throughline';
   *
   * const locale = new AsyncContext.Variable({ defaultValue: 'en' });
   * const readLocale = locale.run('fr', () => AsyncContext.Snapshot.wrap(() => locale.get()));
   * console.log(readLocale()); // fr
   * @see https://tc39.es/proposal-async-context/#sec-asynccontext-snapshot.wrap
   */
  static wrap<This, A extends unknown[], R>(fn: (this: This, ...args: A) => R): (this: This, ...args: A) => R {
    if (typeof fn !== 'function') {
      throw new TypeError(`AsyncContext.Snapshot.wrap requires a function. Received ${typeof fn}`);
    }
    const frame = getFrame(getHolder());
    // A method, because the returned function must not be a constructor.
    const { wrapped } = {
      wrapped(this: This, ...args: A): R {
        return runInCapturedFrame(frame, fn, this, args);
      },
    };
    copyNameAndLength(wrapped, fn);
    return wrapped;
  }

  /**
   * Calls a function in the captured frame.
   * @param fn the function
   * @param args the arguments of the function
   * @returns what `fn` returns
   * @throws {TypeError} if `fn` is not a function
   * @throws what `fn` throws
   * @example
   * import { AsyncContext } from 'throughline';
   *
   * const locale = new AsyncContext.Variable({ defaultValue: 'en' });
   * const snapshot = locale.run('fr', () => new AsyncContext.Snapshot());
   * console.log(snapshot.run(() => locale.get())); // fr
   * @see https://tc39.es/proposal-async-context/#sec-asynccontext-snapshot.prototype.run
   */
  run<R, A extends unknown[]>(fn: (...args: A) => R, ...args: A): R {
    return runInCapturedFrame(this.#frame, fn, undefined, args);
  }

  declare readonly [Symbol.toStringTag]: string;
}

/** `CopyNameAndLength` of https://tc39.es/proposal-shadowrealm/, to which the AsyncContext proposal refers. */
// biome-ignore lint/complexity/noBannedTypes: accepts any function, because none is called here
function copyNameAndLength(wrapped: Function, fn: Function): void {
  const length: unknown = Object.hasOwn(fn, 'length') ? fn.length : 0;
  const name: unknown = fn.name;
  Object.defineProperties(wrapped, {
    length: { value: typeof length === 'number' ? Math.max(0, Math.trunc(length) || 0) : 0 },
    name: { value: `wrapped ${typeof name === 'string' ? name : ''}` },
  });
}

/**
 * Sets the name of a class and the tag of its instances, and returns the property descriptor for `AsyncContext`.
 * Bundlers rename a class whose name occurs in another of their modules, and minifiers rename any class.
 */
function describeMember(member: { readonly prototype: object }, name: string): PropertyDescriptor {
  Object.defineProperty(member, 'name', { value: name, configurable: true });
  Object.defineProperty(member.prototype, Symbol.toStringTag, { value: `AsyncContext.${name}`, configurable: true });
  return { value: member, writable: true, configurable: true };
}

/**
 * TC39's `AsyncContext` as proposed for `globalThis`. `throughline/global` defines it there.
 * @example
 * import { AsyncContext } from 'throughline';
 *
 * const locale = new AsyncContext.Variable({ name: 'locale' });
 * locale.run('fr', () => setTimeout(() => console.log(locale.get()), 10)); // fr
 * @see https://tc39.es/proposal-async-context/#sec-asynccontext-object
 */
export const AsyncContext: {
  readonly Variable: VariableConstructor;
  readonly Snapshot: typeof Snapshot;
  readonly [Symbol.toStringTag]: string;
} = /* @__PURE__ */ Object.create(Object.prototype, {
  Variable: /* @__PURE__ */ describeMember(variable, 'Variable'),
  Snapshot: /* @__PURE__ */ describeMember(Snapshot, 'Snapshot'),
  [Symbol.toStringTag]: { value: 'AsyncContext', configurable: true },
});

type VariableOf<T, S extends T | undefined> = Variable<T, S>;
type SnapshotOf = Snapshot;

export declare namespace AsyncContext {
  type Variable<T, S extends T | undefined = T | undefined> = VariableOf<T, S>;
  type Snapshot = SnapshotOf;
}
