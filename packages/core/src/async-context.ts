/** TC39's AsyncContext, after the specification text of https://tc39.es/proposal-async-context/ */
import * as engine from '#engine';
import { type Frame, Key, ledger, readBelow, withValue } from './frame.js';
import { runIn } from './run-in-scope.js';

// V8 knows a constant of this module when it compiles a hot path, and asks an imported one each time. Each on its own line: that way bundlers leave the namespace out.
const place = engine.place;
const get = engine.get;
const push = engine.push;
const pop = engine.pop;
const settle = engine.settle;
const runApart = engine.runApart;

export interface VariableOptions<T> {
  /** What `get()` gives where no value was set. */
  defaultValue?: T;
  /** A name for people who debug; made a string. */
  name?: string;
}

/** A value of type `T` for each flow. `S` is what `get()` gives: `T` where a `defaultValue` was given, else `T | undefined`. */
export interface Variable<T, S extends T | undefined = T | undefined> {
  /** The `name` option, `''` where none was given. */
  readonly name: string;

  /**
   * The value of the current flow.
   * @returns the value set by the nearest `run`, else the `defaultValue`
   */
  get(): S;

  /**
   * Runs `fn(...args)` with `value` as the value, there and in everything that it starts. The whole frame before is
   * back when `fn` returns or throws.
   * @returns what `fn` returns
   * @throws what `fn` throws; a TypeError where `fn` is not a function
   * @example
   * const locale = new AsyncContext.Variable({ defaultValue: 'en' });
   * locale.run('fr', async () => {
   *   await null;
   *   locale.get(); // fr
   * });
   */
  run<R, A extends unknown[]>(value: T, fn: (...args: A) => R, ...args: A): R;

  readonly [Symbol.toStringTag]: string;
}

interface VariableConstructor {
  new <T>(options: VariableOptions<T> & { defaultValue: T }): Variable<T, T>;
  /** To extend the class, name both type arguments: `class Locale extends AsyncContext.Variable<string, undefined>`. */
  new <T, D extends undefined = undefined>(options?: VariableOptions<D>): Variable<T>;
  readonly prototype: Variable<unknown>;
}

const variable = class Variable<T> {
  readonly #key = new Key();
  // Beside the key, which would be one more step for get().
  readonly #tag = this.#key.tag;
  readonly #name: string = '';
  readonly #defaultValue: T | undefined = undefined;

  // A required parameter, so that the constructor's `length` is 1, as specified.
  constructor(options: VariableOptions<T> | undefined) {
    if ((typeof options === 'object' && options !== null) || typeof options === 'function') {
      if ('name' in options) this.#name = `${options.name}`;
      this.#defaultValue = options.defaultValue;
    }
  }

  get name(): string {
    return this.#name;
  }

  get(): T | undefined {
    const frame = get(place());
    if (frame === undefined) return this.#defaultValue;
    return (frame.tag === this.#tag ? frame.value : readBelow(frame, this.#key, this.#defaultValue)) as T | undefined;
  }

  // All in one function: handing the arguments on to another makes an array of them.
  run<R, A extends unknown[]>(value: T, fn: (...args: A) => R, ...args: A): R {
    const at = place();
    const before = get(at);
    const frame = withValue(before, this.#key, value);
    const seen = ledger.changes;
    const inside = push(at, frame);
    if (inside === undefined) return runApart(frame, fn, undefined, args);
    try {
      return Reflect.apply(fn, undefined, args);
    } finally {
      pop(at, inside, before);
      if (ledger.changes !== seen) settle(at, before, seen);
    }
  }
};

/** All values of the flow in which it was made. */
class Snapshot {
  readonly #frame: Frame | undefined = get(place());

  /**
   * Binds a function to the current frame.
   * @returns a function that calls `fn` in that frame, with the caller's `this` and arguments
   * @throws a TypeError where `fn` is not a function
   */
  static wrap<This, A extends unknown[], R>(fn: (this: This, ...args: A) => R): (this: This, ...args: A) => R {
    if (typeof fn !== 'function') {
      throw new TypeError(`AsyncContext.Snapshot.wrap takes a function. Received ${typeof fn}`);
    }
    const frame = get(place());
    // A method, because what it returns must not be a constructor.
    const { wrapped } = {
      wrapped(this: This, ...args: A): R {
        return runIn(frame, fn, this, args);
      },
    };
    copyNameAndLength(wrapped, fn);
    return wrapped;
  }

  /**
   * Runs `fn(...args)` with the values of the snapshot.
   * @returns what `fn` returns
   * @throws what `fn` throws; a TypeError where `fn` is not a function
   * @example
   * const snapshot = locale.run('fr', () => new AsyncContext.Snapshot());
   * snapshot.run(() => locale.get()); // fr
   */
  run<R, A extends unknown[]>(fn: (...args: A) => R, ...args: A): R {
    return runIn(this.#frame, fn, undefined, args);
  }

  declare readonly [Symbol.toStringTag]: string;
}

/** CopyNameAndLength of https://tc39.es/proposal-shadowrealm/, which the proposal refers to. */
// biome-ignore lint/complexity/noBannedTypes: any function will do, it is never called here
function copyNameAndLength(wrapped: Function, fn: Function): void {
  const length: unknown = Object.hasOwn(fn, 'length') ? fn.length : 0;
  const name: unknown = fn.name;
  Object.defineProperties(wrapped, {
    length: { value: typeof length === 'number' ? Math.max(0, Math.trunc(length) || 0) : 0 },
    name: { value: `wrapped ${typeof name === 'string' ? name : ''}` },
  });
}

function tag(target: object, value: string): void {
  Object.defineProperty(target, Symbol.toStringTag, { value, configurable: true });
}

tag(variable.prototype, 'AsyncContext.Variable');
tag(Snapshot.prototype, 'AsyncContext.Snapshot');

// Bundlers rename a class whose name is taken in another of their modules, and minifiers any class.
Object.defineProperty(variable, 'name', { value: 'Variable', configurable: true });
Object.defineProperty(Snapshot, 'name', { value: 'Snapshot', configurable: true });

/** `AsyncContext` as it will stand on `globalThis`. */
export const AsyncContext: {
  readonly Variable: VariableConstructor;
  readonly Snapshot: typeof Snapshot;
  readonly [Symbol.toStringTag]: string;
} = Object.create(Object.prototype, {
  // The class gives `T | undefined`; only its constructor's type can say for which options that is `T`.
  Variable: { value: variable as unknown as VariableConstructor, writable: true, configurable: true },
  Snapshot: { value: Snapshot, writable: true, configurable: true },
});
tag(AsyncContext, 'AsyncContext');

type VariableOf<T, S extends T | undefined> = Variable<T, S>;
type SnapshotOf = Snapshot;

export declare namespace AsyncContext {
  type Variable<T, S extends T | undefined = T | undefined> = VariableOf<T, S>;
  type Snapshot = SnapshotOf;
}
