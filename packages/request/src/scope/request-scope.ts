/**
 * A request's scope is an object that is current in everything the request leads to. It is held in one storage, and it
 * learns of its request from an exchange; where a scope was opened by hand there is none.
 *
 * What is not asked for is not made: the path is cut from the URL, and a signal is made and a client watched, only when
 * they are first read.
 */
import { AsyncLocalStorage } from 'throughline';
import { RequestError } from '../errors.js';
import type { Exchange } from './exchange.js';
import type { RequestScopeOptions } from './options.js';
import { newRequestId, safeRequestId } from './request-id.js';
import { signalOf } from './request-signal.js';
import type { Session } from './session.js';

/**
 * What is known of the current request. Fields of your own are declared once and are then typed everywhere:
 * @example
 * declare module '@throughline/request' {
 *   interface RequestScope {
 *     userId?: string;
 *   }
 * }
 * getRequestScope().userId = 'ada';
 */
export interface RequestScope {
  /** A UUID, or what the request brought in `x-request-id` where that is trusted. The answer carries it too. */
  readonly id: string;
  /** `GET`, `POST` ...; `''` in a scope opened by hand without one. */
  readonly method: string;
  /** The path as the client sent it, without the query; `''` in a scope opened by hand without one. */
  readonly path: string;
  /** When the request came, in milliseconds since the epoch. */
  readonly startTime: number;
  /**
   * Aborts when the client goes away before the answer has ended (`AbortError`), or when the deadline passes
   * (`TimeoutError`).
   */
  readonly signal: AbortSignal;
}

/** What the scope itself says; the application's fields are what is left. */
type Given = 'id' | 'method' | 'path' | 'startTime' | 'signal';

/** The fields of a scope opened by hand: the application's own, and what shall not have its usual value. */
export type RequestScopeFields = Partial<Pick<RequestScope, Given>> & Omit<RequestScope, Given>;

const NO_SCOPE =
  'There is no request here. Mount requestScope() of the adapter for your framework (@throughline/request/express, ' +
  '/fastify, /koa, /hono, /h3, /nest, /http or /web) before whatever reads the scope, or open a scope by hand with ' +
  'withRequestScope(fields, fn) in jobs, tests and command lines. Where it may be missing, use tryGetRequestScope().';

export class OpenScope implements RequestScope {
  readonly id: string;
  readonly startTime: number = Date.now();
  readonly #exchange: Exchange | undefined;
  readonly #deadline: number | undefined;
  readonly #url: string;
  readonly #method: string;
  #signal: AbortSignal | undefined;
  #session: Session | undefined;

  constructor(id: string, method: string, url: string, exchange?: Exchange, deadline?: number) {
    this.id = id;
    this.#method = method;
    // A framework that mounts applications in one another changes it later.
    this.#url = url;
    this.#exchange = exchange;
    this.#deadline = deadline;
  }

  get method(): string {
    return this.#method;
  }

  get path(): string {
    const query = this.#url.indexOf('?');
    return query === -1 ? this.#url : this.#url.slice(0, query);
  }

  get signal(): AbortSignal {
    this.#signal ??= signalOf(this.startTime, this.#exchange, this.#deadline);
    return this.#signal;
  }

  /** @internal */
  static exchangeOf(scope: OpenScope): Exchange | undefined {
    return scope.#exchange;
  }

  /** @internal */
  static sessionOf(scope: OpenScope): Session | undefined {
    return scope.#session;
  }

  /** @internal */
  static setSession(scope: OpenScope, session: Session): void {
    scope.#session = session;
  }
}

export const scopeStorage = new AsyncLocalStorage<OpenScope>({ name: 'request scope' });

/**
 * The scope of the current request.
 * @throws ERR_NO_REQUEST_SCOPE outside of a request
 * @example
 * const { id, signal } = getRequestScope();
 * await fetch(url, { signal, headers: { 'x-request-id': id } });
 */
export function getRequestScope(): RequestScope {
  const scope = scopeStorage.getStore();
  if (scope === undefined) throw new RequestError('ERR_NO_REQUEST_SCOPE', NO_SCOPE);
  return scope;
}

/** The scope of the current request, or undefined outside of one. */
export function tryGetRequestScope(): RequestScope | undefined {
  return scopeStorage.getStore();
}

/**
 * Runs `fn` in a scope of its own, which has nothing of one around it: for jobs, tests and command lines.
 * @param fields the application's own fields; `id`, `method`, `path`, `startTime` and `signal` where the usual ones (a new
 * UUID, `''`, now, a signal that never aborts) are not right
 * @returns what `fn` returns
 * @throws what `fn` throws
 * @example
 * await withRequestScope({ userId: 'ada' }, () => sendInvoices());
 */
export function withRequestScope<R>(fields: RequestScopeFields, fn: () => R): R {
  if (typeof fields !== 'object' || fields === null) {
    throw new TypeError(
      `withRequestScope(fields, fn): fields must be an object, not ${fields === null ? null : typeof fields}.`,
    );
  }
  const { id = newRequestId(), method = '', path = '', ...others } = fields;
  const scope = new OpenScope(id, method, path);
  // A getter of the class stands in the way of an assignment.
  for (const [name, value] of Object.entries(others)) {
    Object.defineProperty(scope, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return scopeStorage.run(scope, fn);
}

/** Opens the scope of a request; whoever calls this runs the request's code in it. */
export function createScope(exchange: Exchange, { trustRequestId, deadline }: RequestScopeOptions): OpenScope {
  const id =
    exchange.requestId ??
    // Node makes its headers when they are first asked for.
    (trustRequestId ? safeRequestId(exchange.header('x-request-id')) : undefined) ??
    newRequestId();
  return new OpenScope(id, exchange.method, exchange.url, exchange, deadline);
}
