/**
 * The scope of a request.
 *
 * | Term | Meaning |
 * | --- | --- |
 * | scope | an object with the id, method, path, start time and signal of one request, and the fields of the application |
 * | current scope | the value of `scopeStorage` in the current frame: the scope of the request whose flow is running |
 * | exchange | the object from which a scope reads its request; a scope that was opened by hand has none |
 *
 * A scope computes nothing in advance. The path is extracted from the URL when it is read. The signal is created, and
 * the client observed, when the signal is read for the first time.
 */
import { AsyncLocalStorage } from 'throughline';
import { RequestError } from '../errors.js';
import { activeSpanContext, type SpanContext } from './active-span.js';
import { type CarriedValues, readCarriedValues, runWithCarriedValues } from './carried-values.js';
import type { Exchange } from './exchange.js';
import { LAYOUT } from './layout.js';
import type { RequestScopeOptions } from './options.js';
import { asSafeRequestId, newRequestId } from './request-id.js';
import { createSignal } from './request-signal.js';
import type { Session } from './session.js';

/**
 * The scope of one request. Declare the fields of your application once, and they are typed everywhere.
 * @example
 * // TypeScript
 * import { getRequestScope, withRequestScope } from '@throughline/request';
 *
 * declare module '@throughline/request' {
 *   interface RequestScope {
 *     userId?: string;
 *   }
 * }
 *
 * withRequestScope({}, () => {
 *   getRequestScope().userId = 'ada';
 *   console.log(getRequestScope().userId); // ada
 * });
 */
export interface RequestScope {
  /**
   * A random UUID, or the id that the request carries in `x-request-id` if that is trusted. The response carries it in
   * the same header.
   */
  readonly id: string;
  /** The request method: `GET`, `POST` ... An empty string in a scope that was opened by hand without one. */
  readonly method: string;
  /**
   * The path as the client sent it, without the query. An empty string in a scope that was opened by hand without one.
   */
  readonly path: string;
  /** When the request arrived, in milliseconds since the epoch. */
  readonly startTime: number;
  /**
   * Aborts with an `AbortError` when the client disconnects before the response has ended, and with a `TimeoutError`
   * when the deadline passes, that of the option or that which the request carries.
   */
  readonly signal: AbortSignal;
  /**
   * The id of the trace to which OpenTelemetry's active span belongs. `undefined` if OpenTelemetry is not in the process,
   * if no span is active, and where the scope is not the current one.
   */
  readonly traceId: string | undefined;
  /** The id of OpenTelemetry's active span. `undefined` where `traceId` is. */
  readonly spanId: string | undefined;
}

/** The fields of every scope. All others are the application's. */
type BuiltInField = 'id' | 'method' | 'path' | 'startTime' | 'signal' | 'traceId' | 'spanId';

/** The fields of a scope that is opened by hand: those of the application, and those that replace a default. */
export type RequestScopeFields = Partial<Pick<RequestScope, BuiltInField>> & Omit<RequestScope, BuiltInField>;

const NO_SCOPE_MESSAGE =
  'There is no current request. Mount requestScope() of the adapter for your framework (@throughline/request/express, ' +
  '/fastify, /koa, /hono, /h3, /nest, /http or /web) before any code that reads the scope, or open a scope by hand with ' +
  'withRequestScope(fields, fn) in jobs, tests and command-line programs. If there may be no scope, use ' +
  'tryGetRequestScope().';

const LOST_SCOPE_MESSAGE =
  'There is no current request here, although an adapter of @throughline/request has opened scopes in this process. If ' +
  'this code runs for a request, its scope was lost on the way: a pool, an emitter or a queue has kept a function and ' +
  'called it from elsewhere. Bind that function where it is passed on, with AsyncLocalStorage.bind(fn) of throughline. To ' +
  'find the place, log tryGetRequestScope() along the way. If this code runs before requestScope() of the adapter, mount ' +
  'the adapter earlier. If it belongs to no request, open a scope with withRequestScope(fields, fn), or use ' +
  'tryGetRequestScope().';

/** Returns the milliseconds until the deadline of a scope, its own or one that its request carries, if there is one. */
let remainingOf: (scope: ScopeOfThisCopy) => number | undefined;

class ScopeOfThisCopy implements RequestScope {
  readonly id: string;
  readonly startTime: number = Date.now();
  readonly #exchange: Exchange | undefined;
  readonly #deadline: number | undefined;
  readonly #url: string;
  readonly #method: string;
  readonly #carried: CarriedValues | undefined;
  #signal: AbortSignal | undefined;
  #session: Session | undefined;

  /**
   * @param url the path and the query as the client sent them; frameworks that mount applications inside each other
   * change the URL of the request later
   * @param carried the values that the request carries from another process
   */
  constructor(
    id: string,
    method: string,
    url: string,
    exchange?: Exchange,
    deadline?: number,
    carried?: CarriedValues,
  ) {
    this.id = id;
    this.#method = method;
    this.#url = url;
    this.#exchange = exchange;
    this.#deadline = deadline;
    this.#carried = carried;
  }

  static {
    remainingOf = (scope) => {
      const carried = scope.#carried?.remaining;
      if (scope.#deadline === undefined) return carried;
      const own = Math.max(0, scope.startTime + scope.#deadline - Date.now());
      return carried === undefined ? own : Math.min(carried, own);
    };
  }

  get method(): string {
    return this.#method;
  }

  get path(): string {
    const query = this.#url.indexOf('?');
    return query === -1 ? this.#url : this.#url.slice(0, query);
  }

  get signal(): AbortSignal {
    this.#signal ??= createSignal(this.startTime, this.#exchange, this.#deadline, this.#carried?.signal);
    return this.#signal;
  }

  get traceId(): string | undefined {
    return this.#activeSpan()?.traceId;
  }

  // An application may have had fields with these names before the scope had them. Its values replace the ids.
  set traceId(value) {
    defineField(this, 'traceId', value);
  }

  get spanId(): string | undefined {
    return this.#activeSpan()?.spanId;
  }

  set spanId(value) {
    defineField(this, 'spanId', value);
  }

  /** The active span belongs to the flow that runs, so it says nothing about the request of another flow. */
  #activeSpan(): SpanContext | undefined {
    return scopeStorage.getStore() === this ? activeSpanContext() : undefined;
  }

  /** @internal */
  static exchangeOf(scope: ScopeOfThisCopy): Exchange | undefined {
    return scope.#exchange;
  }

  /** @internal */
  static carriedBy(scope: ScopeOfThisCopy): CarriedValues | undefined {
    return scope.#carried;
  }

  /** @internal */
  static sessionOf(scope: ScopeOfThisCopy): Session | undefined {
    return scope.#session;
  }

  /** @internal */
  static setSession(scope: ScopeOfThisCopy, session: Session): void {
    scope.#session = session;
  }
}

function defineField(scope: ScopeOfThisCopy, name: string, value: unknown): void {
  Object.defineProperty(scope, name, { value, writable: true, enumerable: true, configurable: true });
}

interface SharedScope {
  readonly Scope: typeof ScopeOfThisCopy;
  readonly scopeStorage: AsyncLocalStorage<ScopeOfThisCopy>;
  /** Whether an adapter has opened a scope in this process. */
  hasAdapter?: boolean;
}

/**
 * All copies of this package in a process use the storage and the class of the copy that was loaded first, so that a
 * dependency with its own copy finds the scope that the application has opened. `copies.test.ts` lists the members that
 * another version uses.
 */
const SHARED_PREFIX = '@throughline/request.layout.';
const SHARED = Symbol.for(`${SHARED_PREFIX}${LAYOUT}`);

/**
 * The property of the global object through which `@throughline/propagation` opens the scope of a job or a message, so
 * that neither package imports the other.
 */
const OPEN_SCOPE = Symbol.for('@throughline/request.open-scope.1');

/** The property with the function that returns the deadline of the current request, for the same package. */
const READ_DEADLINE = Symbol.for('@throughline/request.read-deadline.1');

function shareScope(): SharedScope {
  const holder = globalThis as { [SHARED]?: SharedScope };
  if (holder[SHARED] === undefined) {
    const scopeStorage = new AsyncLocalStorage<ScopeOfThisCopy>({ name: 'request scope' });
    warnOfOtherLayouts();
    Object.defineProperty(holder, SHARED, { value: { Scope: ScopeOfThisCopy, scopeStorage } });
    if (!(OPEN_SCOPE in globalThis)) {
      Object.defineProperty(globalThis, OPEN_SCOPE, { value: openScopeOfReceivedWork });
      Object.defineProperty(globalThis, READ_DEADLINE, { value: deadlineOfCurrentScope });
    }
  }
  return holder[SHARED] as SharedScope;
}

function warnOfOtherLayouts(): void {
  const others = Object.getOwnPropertySymbols(globalThis).filter((symbol) =>
    Symbol.keyFor(symbol)?.startsWith(SHARED_PREFIX),
  );
  if (others.length === 0) return;
  console.warn(
    'Two versions of @throughline/request that cannot share request scopes are loaded: code that uses one of them reads ' +
      'no scope and no session of the other. Install one version for all packages; npm ls @throughline/request lists them.',
  );
}

const shared = shareScope();

/** The class of all scopes. The value of `scopeStorage` is always an instance of it. */
export const { Scope } = shared;
export type Scope = ScopeOfThisCopy;

/** Holds the current scope. */
export const { scopeStorage } = shared;

/**
 * Returns the scope of the current request.
 * @returns the scope, to which the application can add its own fields
 * @throws {RequestError} `ERR_NO_REQUEST_SCOPE` outside of a request
 * @example
 * import { createServer } from 'node:http';
 * import { getRequestScope } from '@throughline/request';
 * import { requestScope } from '@throughline/request/http';
 *
 * function greeting() {
 *   const { id, path } = getRequestScope();
 *   return `Hello from ${id} at ${path}\n`;
 * }
 * createServer(requestScope((request, response) => response.end(greeting()))).listen(8080);
 * // curl localhost:8080 prints: Hello from ... at /
 */
export function getRequestScope(): RequestScope {
  const scope = scopeStorage.getStore();
  if (scope === undefined) {
    throw new RequestError('ERR_NO_REQUEST_SCOPE', shared.hasAdapter ? LOST_SCOPE_MESSAGE : NO_SCOPE_MESSAGE);
  }
  return scope;
}

/**
 * Returns the scope of the current request, if there is one.
 * @returns the scope, or undefined outside of a request
 * @example
 * import { tryGetRequestScope } from '@throughline/request';
 *
 * const log = (line) => console.log(tryGetRequestScope()?.id ?? '-', line);
 * log('started'); // - started
 */
export function tryGetRequestScope(): RequestScope | undefined {
  return scopeStorage.getStore();
}

/**
 * Calls a function in a new scope, for jobs, tests and command-line programs. The scope inherits nothing from an
 * enclosing scope.
 * @param fields the fields of the application; also `id` (default: a random UUID), `method` and `path` (default: an
 * empty string), `startTime` (default: now, in milliseconds since the epoch), `signal` (default: one that never
 * aborts), `traceId` and `spanId` (default: those of OpenTelemetry's active span)
 * @param fn the function, called synchronously
 * @returns what `fn` returns
 * @throws {TypeError} if `fields` is not an object
 * @throws what `fn` throws
 * @example
 * import { getRequestScope, withRequestScope } from '@throughline/request';
 *
 * async function sendInvoices() {
 *   await undefined;
 *   console.log(`${getRequestScope().id} sends invoices`); // nightly sends invoices
 * }
 * await withRequestScope({ id: 'nightly' }, () => sendInvoices());
 */
export function withRequestScope<R>(fields: RequestScopeFields, fn: () => R): R {
  if (typeof fields !== 'object' || fields === null) {
    throw new TypeError(
      `withRequestScope(fields, fn): fields must be an object, not ${fields === null ? null : typeof fields}.`,
    );
  }
  const { id = newRequestId(), method = '', path = '', ...others } = fields;
  const scope = new Scope(id, method, path);
  // An assignment would fail for a field that the class defines as a getter, such as `signal`.
  for (const [name, value] of Object.entries(others)) {
    defineField(scope, name, value);
  }
  return scopeStorage.run(scope, fn);
}

/** Returns the deadline of the current request, which other processes that it calls must meet too. */
function deadlineOfCurrentScope(): { readonly remaining: number; readonly signal: AbortSignal } | undefined {
  const scope = scopeStorage.getStore();
  const remaining = scope && remainingOf(scope);
  if (scope === undefined || remaining === undefined) return undefined;
  return {
    remaining,
    get signal() {
      return scope.signal;
    },
  };
}

/**
 * Opens the scope of work that another process has sent.
 * @param fields `id`: an unsafe id is replaced, because it may come from outside
 * @param readSignal returns the signal of the work, when it is read for the first time. Default: one that never aborts
 */
function openScopeOfReceivedWork<R>(
  { id, method = '', path = '' }: { id?: string; method?: string; path?: string },
  readSignal: (() => AbortSignal) | undefined,
  fn: () => R,
): R {
  const scope = new Scope(asSafeRequestId(id) ?? newRequestId(), method, path);
  if (readSignal !== undefined) Object.defineProperty(scope, 'signal', { get: readSignal, configurable: true });
  return scopeStorage.run(scope, fn);
}

/** Creates the scope of a request. The caller runs the code of the request in it. */
export function createScope(exchange: Exchange, options: RequestScopeOptions): Scope {
  const { trustRequestId, deadline, propagation } = options;
  shared.hasAdapter = true;
  const id =
    exchange.requestId ??
    // The header is read only if it is trusted: Node builds the object of the headers when it is read for the first
    // time.
    (trustRequestId ? asSafeRequestId(exchange.header('x-request-id')) : undefined) ??
    newRequestId();
  if (propagation === undefined) return new Scope(id, exchange.method, exchange.url, exchange, deadline);
  const carried = readCarriedValues(exchange, propagation);
  runWithCarriedValues(scopeStorage, (scope) => Scope.carriedBy(scope));
  return new Scope(id, exchange.method, exchange.url, exchange, deadline, carried);
}
