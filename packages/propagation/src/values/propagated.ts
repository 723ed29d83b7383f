/** `Propagated`: a storage whose value crosses processes. */
import { AsyncLocalStorage, type AsyncLocalStorageOptions, type RunScope } from 'throughline';
import { withCode } from '../errors.js';
import { warn } from '../report.js';
import { createStorage, type DeclaredValue, shared, UNSET } from '../shared-state.js';
import { type Declaration, declare, type PropagatedOptions } from './declaration.js';
import { addLogSource } from './logged-values.js';

/**
 * A storage whose value crosses processes: `inject()` writes it to a carrier, such as the headers of a request or of a
 * job, and `extract()` reads it in the process that receives the carrier. In all else, it is an `AsyncLocalStorage`. `S` is
 * the type that `get()` returns: `T` if there is a `defaultValue`, otherwise `T | undefined`.
 *
 * The name identifies the value on the wire and in the process. Objects with one name share one storage, which is what a
 * module needs that is loaded twice: by `import` and by `require`, by two bundles of one server, or by hot reloading. A
 * second declaration elsewhere with other options is an error that names the first.
 * @example
 * import { extract, inject, Propagated } from '@throughline/propagation';
 *
 * const tenant = new Propagated('tenant');
 * const headers = tenant.run('acme', () => inject({}));
 * console.log(headers); // { baggage: 'tenant=acme' }
 * extract(headers, { trust: true }).run(() => console.log(tenant.get())); // acme
 * @see https://www.w3.org/TR/baggage/
 */
export interface Propagated<T, S extends T | undefined = T | undefined> extends AsyncLocalStorage<T, S> {
  /** The name of the value on the wire. */
  readonly name: string;

  /**
   * Returns the value in the current flow, as `getStore()` does.
   * @returns the value that was set or that arrived; otherwise the `defaultValue`
   * @example
   * import { Propagated } from '@throughline/propagation';
   *
   * const locale = new Propagated('locale', { defaultValue: 'en' });
   * console.log(locale.get()); // en
   * locale.run('fr', () => console.log(locale.get())); // fr
   */
  get(): S;
}

/**
 * The type of the class `Propagated`. `class Tenant extends Propagated<string>` needs no other type argument.
 * @see https://www.w3.org/TR/baggage/
 */
export interface PropagatedConstructor {
  /**
   * Declares a value whose `get()` never returns `undefined` for a missing value.
   * @param name 1 to 128 letters, digits, dots, hyphens and underscores
   * @param options `defaultValue`, and the options of the other signature
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if the name or an option is invalid
   * @throws {Error} `ERR_DUPLICATE_NAME` if the name is declared elsewhere with other options
   */
  new <T, D extends T>(name: string, options: PropagatedOptions<T> & { defaultValue: D }): Propagated<T, T>;
  /**
   * Declares a value.
   * @param name 1 to 128 letters, digits, dots, hyphens and underscores
   * @param options how the value is encoded, validated, limited and shown, where it may be sent and whom it is believed
   * from. Default: JSON, of any form, sent wherever `inject()` writes, believed where `extract()` trusts
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if the name or an option is invalid
   * @throws {Error} `ERR_DUPLICATE_NAME` if the name is declared elsewhere with other options
   */
  new <T>(name: string, options?: PropagatedOptions<T>): Propagated<T>;

  readonly prototype: Propagated<unknown>;
}

/** The methods of `AsyncLocalStorage` as a class declares them: those of some versions of Node are properties in types. */
interface StorageMethods<T> {
  getStore(): T | undefined;
  run<R, A extends unknown[]>(store: T, fn: (...args: A) => R, ...args: A): R;
  enterWith(store: T): void;
  exit<R, A extends unknown[]>(fn: (...args: A) => R, ...args: A): R;
  disable(): void;
  withScope(store: T): RunScope;
}

const Base = AsyncLocalStorage as unknown as new <T>(options: AsyncLocalStorageOptions<T>) => StorageMethods<T>;

const implementation = class Propagated<T> extends Base<T> {
  readonly #storage: AsyncLocalStorage<unknown, unknown>;
  readonly #defaultValue: T | undefined;

  constructor(name: string, options: PropagatedOptions<T> = {}) {
    super({ name });
    const { storage } = register(name, declare(name, options, placeOf(new.target)));
    this.#storage = storage;
    this.#defaultValue = options.defaultValue;
  }

  get(): T | undefined {
    const value = this.#storage.getStore();
    return value === UNSET ? this.#defaultValue : (value as T | undefined);
  }

  override getStore(): T | undefined {
    return this.get();
  }

  override run<R, A extends unknown[]>(store: T, fn: (...args: A) => R, ...args: A): R {
    return this.#storage.run(store, fn, ...args);
  }

  override enterWith(store: T): void {
    this.#storage.enterWith(store);
  }

  override exit<R, A extends unknown[]>(fn: (...args: A) => R, ...args: A): R {
    return this.#storage.exit(fn, ...args);
  }

  override disable(): void {
    this.#storage.disable();
  }

  override withScope(store: T): RunScope {
    return this.#storage.withScope(store) as RunScope;
  }
};

// Bundlers rename a class whose name occurs in another of their modules, and minifiers rename any class.
export const Propagated = /* @__PURE__ */ Object.defineProperty(implementation, 'name', {
  value: 'Propagated',
  configurable: true,
  // The class returns `T | undefined`. Only the type of its constructor can express for which options this is `T`.
}) as unknown as PropagatedConstructor;

/** Adds a declaration under its name. */
function register(name: string, declaration: Declaration): DeclaredValue {
  if (declaration.logName !== undefined) addLogSource();
  const known = shared.values.get(name);
  if (known === undefined) {
    const value = { name, storage: createStorage(name), declaration, lastValue: UNSET, lastEntry: '' };
    shared.values.set(name, value);
    return value;
  }
  const first = known.declaration;
  if (first.fingerprint !== declaration.fingerprint) {
    if (!isSameFile(first.place, declaration.place)) throw duplicateName(name, first.place, declaration.place);
    // Also at one place: it may be a function that declares values for its callers.
    warn(
      `The value ${JSON.stringify(name)} was declared again with other options, at ${declaration.place}, and before at ` +
        `${first.place}. The last declaration holds. If the file was not reloaded, give one of the values another name.`,
    );
  }
  known.declaration = declaration;
  known.lastValue = UNSET;
  return known;
}

function duplicateName(name: string, first: string | undefined, second: string | undefined): Error {
  const error = new Error(
    `The value ${JSON.stringify(name)} is declared twice with different options: at ${first ?? 'an unknown place'}, and ` +
      `now at ${second ?? 'an unknown place'}. A name identifies a value in all processes: declare it in one module that ` +
      'both places import, or give one of them another name.',
  );
  return withCode(error, 'ERR_DUPLICATE_NAME');
}

/** The position in a line of a stack: in parentheses, behind `at`, or in other engines behind an at sign. */
const POSITION = /\((.+:\d+:\d+)\)$|(?:at |@)(\S+:\d+:\d+)$/;

/**
 * Returns the file, line and column where a value is declared, without the query that development servers add to a
 * file they load anew.
 * @param declaringClass the class whose `new` it was
 */
function placeOf(declaringClass: object): string | undefined {
  const holder: { stack?: string } = {};
  // The frames of the class and of its subclasses are omitted.
  Error.captureStackTrace?.(holder, declaringClass as never);
  for (const line of holder.stack?.split('\n') ?? []) {
    const [, inParentheses, position = inParentheses] = POSITION.exec(line) ?? [];
    if (position !== undefined) return position.replace(/\?[^:]*/, '');
  }
  return undefined;
}

function isSameFile(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && fileOf(one) === fileOf(other);
}

function fileOf(place: string | undefined): string | undefined {
  return place?.replace(/:\d+:\d+$/, '');
}
