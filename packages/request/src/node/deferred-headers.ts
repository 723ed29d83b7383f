/**
 * Defers the headers of a Node response until something has been saved.
 *
 * The methods that begin a response (`writeHead`, `write`, `end`, `flushHeaders`) are wrapped when the request begins,
 * because user code may read them before there is anything to save: `response.end(await handle())` reads `end` first.
 * The first call of one of them shows whether there is something to save. If so, the calls are queued and replayed when
 * it is done.
 *
 *                       first call, nothing to wait for
 *     ┌────────┐ ──────────────────────────────────────────▶ ┌─────────┐
 *     │ unsent │                                             │ passing │  calls reach Node's methods
 *     └────────┘ ◀────────────────────────────────────────── └─────────┘
 *       │    ▲     the call throws before anything is sent        ▲
 *       │    │                                                    │ saved: cookies are added, the queue is replayed
 *       │    └─────────────────────────────────┐                  │
 *       │      the call is invalid: it throws  │                  │
 *       │                                      │                  │
 *       │ first call, prepare() returns a promise            ┌─────────┐
 *       └──────────────────────────────────────────────────▶ │ waiting │  calls are queued
 *                                                            └─────────┘
 *                                                                 │ saving, or the replay, fails: the response is an
 *                                                                 ▼ error, the callbacks of the queue receive it
 *                                                           ┌───────────┐
 *                                                           │ abandoned │  calls do nothing, their callbacks receive
 *                                                           └───────────┘  ERR_STREAM_DESTROYED
 *
 * User code cannot observe the wait. After the first call, the headers count as sent and can no longer be changed. A
 * call that Node would reject throws immediately, where the handler can catch the error.
 *
 * @see https://nodejs.org/api/http.html#class-httpserverresponse
 */
import { headersWithCookie } from '../scope/cookie-headers.js';
import type { PrepareHeaders } from '../scope/exchange.js';
import { isPromise } from '../scope/is-promise.js';
import { assertValidChunk, assertValidStatus, nodeError } from './node-response-errors.js';
import type { NodeResponse } from './request-response.js';
import { sendErrorResponse } from './send-error-response.js';

type State = 'unsent' | 'waiting' | 'passing' | 'abandoned';

type Method = 'writeHead' | 'write' | 'end' | 'flushHeaders';
type Methods = Record<Method, (...args: unknown[]) => unknown>;
type Callback = (error?: unknown) => void;

interface Call {
  readonly method: Method;
  readonly args: unknown[];
}

/**
 * Defers the headers of a response.
 * @param prepare called once, at the first call of one of the wrapped methods; it returns the values of the
 * `set-cookie` headers to add
 * @param cookiesAfterFailure returns those of the error response if it fails
 */
export function deferHeaders(
  response: NodeResponse,
  prepare: PrepareHeaders,
  cookiesAfterFailure: () => readonly string[] = () => [],
): void {
  // Node's types have an overload for every form of the arguments, which are passed on unchanged.
  const target = response as unknown as Methods;
  const original: Methods = {
    writeHead: target.writeHead,
    write: target.write,
    end: target.end,
    flushHeaders: target.flushHeaders,
  };
  let state: State = 'unsent';
  let queue: CallQueue | undefined;

  const call = (method: Method, args: unknown[]): unknown => {
    if (state === 'unsent') return firstCall(method, args);
    if (state === 'passing') return original[method].apply(response, args);
    if (state === 'waiting') queue?.add(method, args);
    else callBack(args, nodeError('ERR_STREAM_DESTROYED', `The response was abandoned before ${method}().`));
    // False makes a stream that is piped in wait for `drain`, which the replay emits. An abandoned response accepts
    // everything and ignores it, so the stream continues to its end.
    return method === 'write' ? state === 'abandoned' : response;
  };

  const firstCall = (method: Method, args: unknown[]): unknown => {
    const cookies = prepare();
    if (response.headersSent) {
      // Other code has sent them, such as a middleware before this one. No cookie can be added, and nothing can wait.
      state = 'passing';
      if (isPromise(cookies)) cookies.catch(() => {});
      return original[method].apply(response, args);
    }
    if (isPromise(cookies)) {
      wait(cookies, method, args);
      return method === 'write' ? false : response;
    }
    state = 'passing';
    const cookiesBefore = cookies.length === 0 ? undefined : headerValues(response, 'set-cookie');
    try {
      if (cookiesBefore === undefined) return original[method].apply(response, args);
      const remainingArgs = method === 'writeHead' ? setHeadersOf(response, args) : args;
      addCookies(response, cookies);
      return original[method].apply(response, remainingArgs);
    } catch (error) {
      // Nothing has been sent. The response that follows instead, such as an error page, may have something to wait
      // for, and gets its cookies then.
      if (!response.headersSent) {
        state = 'unsent';
        if (cookiesBefore?.length === 0) response.removeHeader('set-cookie');
        else if (cookiesBefore !== undefined) response.setHeader('set-cookie', cookiesBefore);
      }
      throw error;
    }
  };

  const wait = (cookies: Promise<readonly string[]>, method: Method, args: unknown[]) => {
    state = 'waiting';
    const calls = new CallQueue(response);
    queue = calls;
    try {
      calls.add(method, args);
    } catch (error) {
      // Nothing has been sent. The next call waits for what is being saved now.
      state = 'unsent';
      cookies.catch(() => {});
      throw error;
    }
    cookies.then(
      (added) => {
        state = 'passing';
        calls.restoreResponse();
        try {
          addCookies(response, added);
          calls.replay(original);
        } catch (error) {
          abandon(error, added);
        }
      },
      (error: unknown) => {
        state = 'passing';
        calls.restoreResponse();
        abandon(error, cookiesAfterFailure());
        calls.drop(error);
      },
    );
  };

  const abandon = (error: unknown, cookies: readonly string[]) => {
    if (response.headersSent) response.destroy(error instanceof Error ? error : undefined);
    else sendErrorResponse(response, error, () => addCookies(response, cookies));
    state = 'abandoned';
  };

  target.writeHead = (...args) => call('writeHead', args);
  target.write = (...args) => call('write', args);
  target.end = (...args) => call('end', args);
  target.flushHeaders = (...args) => call('flushHeaders', args);
}

/** The fields in which Node keeps the headers and whether it has ended the response, and the method that sends. */
interface NodeFields {
  _header: string | null;
  finished: boolean;
  _send: () => boolean;
}

/** Takes the place of the headers during the wait. It is never sent. */
const HEADER_DURING_WAIT = 'waiting';

/**
 * Takes the place of Node's `_send()` during the wait, for code that has kept a method of Node from before: it would send
 * its data after the text above.
 */
function sendNothing(): boolean {
  return false;
}

/** Bun, Deno and workerd have a node:http of their own. */
const isNode = !('Bun' in globalThis || 'Deno' in globalThis || 'WebSocketPair' in globalThis);

/** Whether Node itself decides from its fields what a response looks like. The responses of http2 only have getters. */
function hasNodeFields(response: object): response is NodeFields & { statusCode: number } {
  return isNode && Object.hasOwn(response, '_header') && '_send' in response;
}

/**
 * The calls that wait. While there are any, the response looks as if its headers had been sent, and `writableEnded` is
 * true once `end()` has been called. `finished` stays false, from which Node decides three things: whether the response
 * is complete when its client disconnects, whether `server.close()` may destroy its connection, and whether it finishes
 * when it is the next one on a connection with pipelined requests.
 */
class CallQueue {
  readonly #response: NodeResponse;
  readonly #calls: Call[] = [];
  /** The own properties of the response that are overridden during the wait, undefined where it inherits one. */
  readonly #overridden = new Map<PropertyKey, PropertyDescriptor | undefined>();
  #status = 0;
  #hasEnded = false;
  #send: NodeFields['_send'] | undefined;

  constructor(response: NodeResponse) {
    this.#response = response;
  }

  /** @throws what Node would throw; nothing has been added then */
  add(method: Method, args: unknown[]): void {
    const isFirst = this.#calls.length === 0;
    if (method === 'writeHead' && !isFirst) throwHeadersSent();
    if (this.#hasEnded) {
      callBack(args, nodeError('ERR_STREAM_WRITE_AFTER_END', `${method}() was called after end().`));
      return;
    }
    if (method === 'writeHead') {
      assertValidStatus(args[0]);
      const remainingArgs = setHeadersOf(this.#response, args);
      this.#calls.push({ method, args: remainingArgs });
      this.#response.statusCode = Number(remainingArgs[0]);
    } else {
      if (isFirst) assertValidStatus(this.#response.statusCode);
      if (method !== 'flushHeaders') assertValidChunk(args[0], method);
      this.#calls.push({ method, args });
    }
    this.#hasEnded = method === 'end';
    if (hasNodeFields(this.#response)) {
      if (isFirst) this.#holdBack(this.#response);
      // It stays: what follows the wait ends or destroys the response.
      if (this.#hasEnded) Object.defineProperty(this.#response, 'writableEnded', { value: true, configurable: true });
    } else if (isFirst) this.#overrideResponse();
  }

  /** Makes the response look again as if its headers had not been sent. */
  restoreResponse(): void {
    const response = this.#response;
    if (this.#send !== undefined) {
      const fields: object & Partial<NodeFields> = response;
      fields._header = null;
      // Code that has kept `end` from before may have called it during the wait.
      fields.finished = false;
      fields._send = this.#send;
    }
    for (const [name, own] of this.#overridden) {
      if (own === undefined) Reflect.deleteProperty(response, name);
      else Object.defineProperty(response, name, own);
    }
    response.statusCode = this.#status;
  }

  replay(original: Methods): void {
    let needsDrain = false;
    for (const { method, args } of this.#calls) {
      const result = original[method].apply(this.#response, args);
      if (method === 'write') needsDrain = result !== false;
      if (method === 'end') return;
    }
    // Every write during the wait returned false. Node emits `drain` only if its own write did.
    if (needsDrain) this.#response.emit('drain');
  }

  drop(error: unknown): void {
    for (const { args } of this.#calls) callBack(args, error);
  }

  #holdBack(response: NodeFields & { statusCode: number }): void {
    this.#status = response.statusCode;
    this.#send = response._send;
    response._header = HEADER_DURING_WAIT;
    response._send = sendNothing;
  }

  #overrideResponse(): void {
    this.#status = this.#response.statusCode;
    this.#override('headersSent', { value: true });
    this.#override('writableEnded', { get: () => this.#hasEnded });
    for (const name of ['setHeader', 'setHeaders', 'appendHeader', 'removeHeader']) {
      if (name in this.#response) this.#override(name, { value: throwHeadersSent });
    }
  }

  #override(name: string, member: PropertyDescriptor): void {
    this.#overridden.set(name, Object.getOwnPropertyDescriptor(this.#response, name));
    Object.defineProperty(this.#response, name, { ...member, configurable: true });
  }
}

function throwHeadersSent(): never {
  throw nodeError('ERR_HTTP_HEADERS_SENT', 'The headers have been sent and can no longer be changed.');
}

/** Passes an error to the callback among the arguments of a call that will not be made. */
function callBack(args: readonly unknown[], error: unknown): void {
  const callback = args.findLast((arg): arg is Callback => typeof arg === 'function');
  if (callback !== undefined) process.nextTick(callback, error);
}

function addCookies(response: NodeResponse, cookies: readonly string[]): void {
  if (cookies.length === 0) return;
  response.setHeader('set-cookie', [...headerValues(response, 'set-cookie'), ...cookies]);
  const get = (name: string) => headerValues(response, name).join(', ');
  for (const [name, value] of headersWithCookie(get)) response.setHeader(name, value);
}

/**
 * Sets the headers among the arguments of `writeHead`, which would otherwise replace those of the same name later.
 * @returns the other arguments
 * @throws what Node throws for a header that it does not accept
 */
function setHeadersOf(response: NodeResponse, args: readonly unknown[]): unknown[] {
  const status = args[0];
  const reason = typeof args[1] === 'string' ? [args[1]] : [];
  const headers = args[1 + reason.length] ?? args[2];
  if (typeof headers !== 'object' || headers === null) return [status, ...reason];
  const namesSoFar = new Set<string>();
  for (const [name, value] of headerPairs(headers)) {
    const lowerCaseName = name.toLowerCase();
    const values = namesSoFar.has(lowerCaseName) ? [...headerValues(response, lowerCaseName), value].flat() : value;
    response.setHeader(name, Array.isArray(values) ? values.map(String) : (values as string));
    namesSoFar.add(lowerCaseName);
  }
  return [status, ...reason];
}

function headerValues(response: NodeResponse, name: string): string[] {
  const value = response.getHeader(name);
  return value === undefined ? [] : [value].flat().map(String);
}

/** The names and values in the headers that `writeHead` accepts: an object, a flat list, or a list of pairs. */
function headerPairs(headers: object): [string, unknown][] {
  if (!Array.isArray(headers)) return Object.entries(headers).filter(([, value]) => value !== undefined);
  if (Array.isArray(headers[0])) return headers.map(([name, value]) => [String(name), value]);
  return headers.flatMap((name, index) => (index % 2 === 0 ? [[String(name), headers[index + 1]]] : []));
}
