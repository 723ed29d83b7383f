/**
 * A web `Request` and the `Response` to it. There is no answer before the handler has given it, so what shall become of it
 * is kept until then.
 */
import { errorStatus, errorText } from '../scope/error-response.js';
import type { Exchange, PrepareHeaders } from '../scope/exchange.js';
import type { RequestScopeOptions } from '../scope/options.js';
import { createScope, OpenScope, scopeStorage } from '../scope/request-scope.js';
import { streamInScope } from './streamed-body.js';

type Header = readonly [name: string, value: string];

export class WebExchange implements Exchange {
  readonly frameworkSession = undefined;
  readonly request: Request;
  readonly #isSecure: () => boolean;
  #prepare: PrepareHeaders | undefined;
  #headersSent = false;
  #isClosed = false;
  #isGone = false;
  #onGone: (() => void)[] | undefined;
  #onClose: (() => void)[] | undefined;

  readonly #scope: OpenScope;
  /** The headers that every response gets, errors included. */
  readonly #headers: readonly Header[];

  constructor(request: Request, isSecure: () => boolean, options: RequestScopeOptions) {
    this.request = request;
    this.#isSecure = isSecure;
    this.#scope = createScope(this, options);
    this.#headers = [['x-request-id', this.#scope.id]];
  }

  /** The scope of this request, which it has from the start. */
  get scope(): OpenScope {
    return this.#scope;
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

  get headersSent(): boolean {
    return this.#headersSent;
  }

  beforeHeaders(prepare: PrepareHeaders): void {
    this.#prepare = prepare;
  }

  onClientGone(callback: () => void): void {
    if (this.#isClosed && !this.#isGone) return;
    if (this.#onGone === undefined) {
      this.#onGone = [];
      const { signal } = this.request;
      // Some servers abort the signal of every request when its answer has ended, which is no news then.
      if (signal.aborted) this.gone();
      else signal.addEventListener('abort', () => scopeStorage.run(this.#scope, () => this.gone()), { once: true });
    }
    if (this.#isGone) callback();
    else this.#onGone.push(callback);
  }

  onClose(callback: () => void): void {
    this.onClientGone(() => this.close());
    if (this.#isClosed) {
      callback();
      return;
    }
    this.#onClose ??= [];
    this.#onClose.push(callback);
  }

  /** The client has gone away, unless the answer has ended by now. */
  gone(): void {
    if (this.#isClosed || this.#isGone) return;
    this.#isGone = true;
    for (const callback of this.#onGone?.splice(0) ?? []) callback();
  }

  /** There is nothing more to send. */
  close(): void {
    this.#isClosed = true;
    for (const callback of this.#onClose?.splice(0) ?? []) callback();
  }

  /**
   * The headers go now: what was to be done before is done.
   * @returns the headers to add; a promise of them where something has to be waited for
   */
  sendHeaders(): readonly Header[] | Promise<readonly Header[]> {
    this.#headersSent = true;
    const prepare = this.#prepare;
    if (prepare === undefined) return this.#headers;
    this.#prepare = undefined;
    const withCookies = (cookies: readonly string[]) => [
      ...this.#headers,
      ...cookies.map((cookie): Header => ['set-cookie', cookie]),
    ];
    const cookies = prepare();
    return cookies instanceof Promise ? cookies.then(withCookies) : withCookies(cookies);
  }

  /**
   * The handler's response as it goes out.
   * @returns a promise where something had to be waited for
   */
  answer(response: Response): Response | Promise<Response> {
    const headers = this.sendHeaders();
    if (!(headers instanceof Promise)) return this.#complete(response, headers);
    return headers.then(
      (all) => this.#complete(response, all),
      (error: unknown) => {
        // Whoever writes it is told that nobody reads it.
        if (response.body !== null && !response.body.locked) response.body.cancel(error).catch(() => {});
        return this.errorAnswer(error);
      },
    );
  }

  /** The answer where the session could not be loaded or saved. */
  errorAnswer(error: unknown): Response {
    this.#headersSent = true;
    this.close();
    const answer = new Response(errorText(error), { status: errorStatus(error) });
    answer.headers.set('content-type', 'text/plain; charset=utf-8');
    addHeaders(answer.headers, this.#headers);
    return answer;
  }

  #complete(response: Response, headers: readonly Header[]): Response {
    // Whether the client reads to the end is asked of a body only where somebody wants to know.
    const isWatched = this.#onGone !== undefined || this.#onClose !== undefined;
    const answer = streamInScope(response, this.#scope, isWatched ? this : undefined);
    if (answer === undefined) {
      this.close();
      return withHeaders(response, headers);
    }
    addHeaders(answer.headers, headers);
    return answer;
  }
}

/** The scope that a web request has already, if this is called in it. */
export function currentScopeOf(request: Request): OpenScope | undefined {
  const scope = scopeStorage.getStore();
  if (scope === undefined) return undefined;
  const exchange = OpenScope.exchangeOf(scope);
  return exchange instanceof WebExchange && exchange.request === request ? scope : undefined;
}

function withHeaders(response: Response, headers: readonly Header[]): Response {
  try {
    addHeaders(response.headers, headers);
    return response;
  } catch {
    // The headers of a redirection, or of a response that was fetched, cannot be changed. Of what is no HTTP answer (an
    // upgrade, an error) there can be no copy either.
    if (response.status < 200) return response;
    const { body, status, statusText } = response;
    const copy = new Response(body, { status, statusText, headers: response.headers });
    addHeaders(copy.headers, headers);
    return copy;
  }
}

function addHeaders(target: Headers, headers: readonly Header[]): void {
  for (const [name, value] of headers) {
    if (name === 'set-cookie') target.append(name, value);
    else if (!target.has(name)) target.set(name, value);
  }
}
