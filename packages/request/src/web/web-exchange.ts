/**
 * A request and its response as the Fetch API defines them. The response does not exist until the handler returns it,
 * so the headers to add and the callbacks to call are kept until then.
 *
 *     Request ──▶ WebExchange, scope ──▶ handler ──▶ complete(Response) ──▶ Response with the id and the cookies
 *
 * @see https://fetch.spec.whatwg.org/#requests
 */
import { headersWithCookie } from '../scope/cookie-headers.js';
import { errorResponseStatus, errorResponseText } from '../scope/error-response.js';
import type { Exchange, PrepareHeaders } from '../scope/exchange.js';
import { isPromise } from '../scope/is-promise.js';
import type { RequestScopeOptions } from '../scope/options.js';
import { createScope, Scope, scopeStorage } from '../scope/request-scope.js';
import { type BodyObserver, responseInScope } from './streamed-body.js';

type Header = readonly [name: string, value: string];

export class WebExchange implements Exchange, BodyObserver {
  readonly frameworkSession = undefined;
  readonly request: Request;
  /** The scope of the request, which this exchange creates. */
  readonly scope: Scope;
  readonly #isSecure: () => boolean;
  readonly #readHost: (() => string | undefined) | undefined;
  /** The headers that every response gets, including an error response; cookies are among them once they are known. */
  #headers: readonly Header[];
  #prepare: PrepareHeaders | undefined;
  #cookiesAfterFailure: (() => readonly string[]) | undefined;
  #headersSent = false;
  #isClosed = false;
  #isClientGone = false;
  #clientGoneCallbacks: (() => void)[] | undefined;
  #closeCallbacks: (() => void)[] | undefined;

  /** @param readHost reads the host, for a framework that knows its proxies; default: the host in the request */
  constructor(
    request: Request,
    isSecure: () => boolean,
    options: RequestScopeOptions,
    readHost?: () => string | undefined,
  ) {
    this.request = request;
    this.#isSecure = isSecure;
    this.#readHost = readHost;
    this.scope = createScope(this, options);
    this.#headers = options.sendRequestId === false ? [] : [['x-request-id', this.scope.id]];
  }

  get method(): string {
    return this.request.method;
  }

  get url(): string {
    const { url } = this.request;
    const path = url.indexOf('/', url.indexOf('://') + 3);
    return path === -1 ? '/' : url.slice(path);
  }

  header(name: string): string | undefined {
    return this.request.headers.get(name) ?? undefined;
  }

  get isSecure(): boolean {
    return this.#isSecure();
  }

  get host(): string | undefined {
    return this.#readHost === undefined ? (this.header('host') ?? new URL(this.request.url).host) : this.#readHost();
  }

  get headersSent(): boolean {
    return this.#headersSent;
  }

  beforeHeaders(prepare: PrepareHeaders, cookiesAfterFailure?: () => readonly string[]): void {
    this.#prepare = prepare;
    this.#cookiesAfterFailure = cookiesAfterFailure;
  }

  onClientGone(callback: () => void): void {
    if (this.#isClosed && !this.#isClientGone) return;
    if (this.#clientGoneCallbacks === undefined) {
      this.#clientGoneCallbacks = [];
      const { signal } = this.request;
      // Some servers abort the signal of every request after its response has ended, which markClientGone() ignores.
      if (signal.aborted) this.markClientGone();
      else
        signal.addEventListener('abort', () => scopeStorage.run(this.scope, () => this.markClientGone()), {
          once: true,
        });
    }
    if (this.#isClientGone) callback();
    else this.#clientGoneCallbacks.push(callback);
  }

  onClose(callback: () => void): void {
    this.onClientGone(() => this.markClosed());
    if (this.#isClosed) {
      callback();
      return;
    }
    this.#closeCallbacks ??= [];
    this.#closeCallbacks.push(callback);
  }

  /** Records that the client has disconnected, unless the response has ended. */
  markClientGone(): void {
    if (this.#isClosed || this.#isClientGone) return;
    this.#isClientGone = true;
    for (const callback of this.#clientGoneCallbacks?.splice(0) ?? []) callback();
  }

  /** Records that nothing more will be sent. */
  markClosed(): void {
    this.#isClosed = true;
    for (const callback of this.#closeCallbacks?.splice(0) ?? []) callback();
  }

  /**
   * Prepares the headers. From now on they count as sent.
   * @returns the headers to add, or a promise of them if something must be saved first
   */
  sendHeaders(): readonly Header[] | Promise<readonly Header[]> {
    this.#headersSent = true;
    const prepare = this.#prepare;
    if (prepare === undefined) return this.#headers;
    this.#prepare = undefined;
    const withCookies = (cookies: readonly string[]) => {
      this.#headers = [...this.#headers, ...cookies.map((cookie): Header => ['set-cookie', cookie])];
      return this.#headers;
    };
    const cookies = prepare();
    if (!isPromise(cookies)) return withCookies(cookies);
    return cookies.then(withCookies, (error: unknown) => {
      withCookies(this.#cookiesAfterFailure?.() ?? []);
      throw error;
    });
  }

  /**
   * Completes the response of the handler: adds the headers, and makes a streamed body run in the scope.
   * @returns the response to send, or a promise of it if something must be saved first
   */
  complete(response: Response): Response | Promise<Response> {
    const headers = this.sendHeaders();
    if (!isPromise(headers)) return this.#completeWith(response, headers);
    return headers.then(
      (allHeaders) => this.#completeWith(response, allHeaders),
      (error: unknown) => {
        // Notifies the source of the body that nothing will read it.
        if (response.body !== null && !response.body.locked) response.body.cancel(error).catch(() => {});
        return this.errorResponse(error);
      },
    );
  }

  /** Returns the response to send if the session could not be loaded or saved. */
  errorResponse(error: unknown): Response {
    this.#headersSent = true;
    this.markClosed();
    return withHeaders(createErrorResponse(error), this.#headers);
  }

  #completeWith(response: Response, headers: readonly Header[]): Response {
    // A body is observed only if something listens for its end.
    const isObserved = this.#clientGoneCallbacks !== undefined || this.#closeCallbacks !== undefined;
    const streamed = responseInScope(response, this.scope, isObserved ? this : undefined);
    if (streamed === undefined) {
      this.markClosed();
      return withHeaders(response, headers);
    }
    addHeaders(streamed.headers, headers);
    return streamed;
  }
}

/** Creates the response to an error of a session or of a handler, without the headers that every response gets. */
export function createErrorResponse(error: unknown): Response {
  return new Response(errorResponseText(error), {
    status: errorResponseStatus(error),
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  });
}

/** Returns the current scope if it is that of this request. */
export function currentScopeOf(request: Request): Scope | undefined {
  const scope = scopeStorage.getStore();
  if (scope === undefined) return undefined;
  // The exchange may be of another copy of this package.
  const exchange: (Exchange & { readonly request?: Request }) | undefined = Scope.exchangeOf(scope);
  return exchange?.request === request ? scope : undefined;
}

function withHeaders(response: Response, headers: readonly Header[]): Response {
  if (headers.length === 0) return response;
  try {
    addHeaders(response.headers, headers);
    return response;
  } catch {
    // The headers of a redirect, or of a fetched response, are immutable, so they are added to a copy. A response to an
    // upgrade and an error response have a status that a copy cannot have.
    if (response.status < 200) return response;
    const { body, status, statusText } = response;
    const copy = new Response(body, { status, statusText, headers: response.headers });
    addHeaders(copy.headers, headers);
    return copy;
  }
}

/** Adds headers to those of a response, which keep their values, except that cookies are added to its own. */
export function addHeaders(target: Headers, headers: readonly Header[]): void {
  let hasCookie = false;
  for (const [name, value] of headers) {
    if (name === 'set-cookie') {
      target.append(name, value);
      hasCookie = true;
    } else if (!target.has(name)) target.set(name, value);
  }
  if (hasCookie) for (const [name, value] of headersWithCookie((name) => target.get(name))) target.set(name, value);
}
