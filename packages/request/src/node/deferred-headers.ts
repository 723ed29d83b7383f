/**
 * An answer of Node's whose headers wait for something.
 *
 * What begins an answer (`writeHead`, `write`, `end`, `flushHeaders`) goes through here from the start of the request:
 * `response.end(await handle())` takes hold of `end` before there is anything to wait for. With the first of these calls it
 * is known whether there is. If so, the calls are put in a queue and done in order afterwards.
 *
 * To whoever looks, the wait is not there: the headers have gone with the first of the calls and can't be changed any more,
 * and what Node would not take is refused by the call itself, where the handler can catch it. If the wait fails, the queue
 * is dropped and the answer is an error.
 */

import type { PrepareHeaders } from '../scope/exchange.js';
import { refuseChunk, refused, refuseStatus } from './node-response-errors.js';
import type { NodeResponse } from './request-response.js';
import { sendErrorResponse } from './send-error-response.js';

type Method = 'writeHead' | 'write' | 'end' | 'flushHeaders';
type Methods = Record<Method, (...args: unknown[]) => unknown>;
type Done = (error?: unknown) => void;

interface Call {
  readonly method: Method;
  readonly args: unknown[];
}

/** @param prepare gives the `set-cookie` headers to add; called once, with the first of the calls above */
export function deferHeaders(response: NodeResponse, prepare: PrepareHeaders): void {
  // Node's types have an overload for every shape of the arguments, which are handed on untouched here.
  const target = response as unknown as Methods;
  const original: Methods = {
    writeHead: target.writeHead,
    write: target.write,
    end: target.end,
    flushHeaders: target.flushHeaders,
  };
  let state: 'new' | 'waiting' | 'through' | 'dropped' = 'new';
  const queue = new Queue(response);

  const call = (method: Method, args: unknown[]): unknown => {
    if (state === 'new') return first(method, args);
    if (state === 'through') return original[method].apply(response, args);
    if (state === 'waiting') queue.add(method, args);
    else tell(args, refused('ERR_STREAM_DESTROYED', `The answer was given up before ${method}().`));
    // A stream that is piped in here waits for `drain`, which comes with the replay, or goes on into nothing.
    return method === 'write' ? state === 'dropped' : response;
  };

  const first = (method: Method, args: unknown[]): unknown => {
    const cookies = prepare();
    if (cookies instanceof Promise) {
      wait(cookies, method, args);
      return method === 'write' ? false : response;
    }
    state = 'through';
    try {
      if (cookies.length === 0) return original[method].apply(response, args);
      return original[method].apply(response, method === 'writeHead' ? withCookies(response, args, cookies) : args);
    } catch (error) {
      // Nothing has gone: what comes instead, an error answer, may have something to wait for.
      if (!response.headersSent) state = 'new';
      throw error;
    }
  };

  const wait = (cookies: Promise<readonly string[]>, method: Method, args: unknown[]) => {
    state = 'waiting';
    try {
      queue.add(method, args);
    } catch (error) {
      // As above; what is being saved meanwhile is awaited by the next call.
      state = 'new';
      cookies.catch(() => {});
      throw error;
    }
    cookies.then(
      (added) => {
        state = 'through';
        queue.open();
        try {
          addCookies(response, added);
          queue.replay(original);
        } catch (error) {
          giveUp(error);
        }
      },
      (error: unknown) => {
        state = 'through';
        queue.open();
        giveUp(error);
        queue.drop(error);
      },
    );
  };

  const giveUp = (error: unknown) => {
    if (response.headersSent) response.destroy(error instanceof Error ? error : undefined);
    else sendErrorResponse(response, error);
    state = 'dropped';
  };

  target.writeHead = (...args) => call('writeHead', args);
  target.write = (...args) => call('write', args);
  target.end = (...args) => call('end', args);
  target.flushHeaders = (...args) => call('flushHeaders', args);
}

/** The calls that wait, and how the answer looks meanwhile. */
class Queue {
  readonly #response: NodeResponse;
  readonly #calls: Call[] = [];
  /** What the answer itself said of the members that are covered. */
  #covered: Map<PropertyKey, PropertyDescriptor | undefined> | undefined;
  #status = 0;
  #hasEnded = false;

  constructor(response: NodeResponse) {
    this.#response = response;
  }

  /** @throws what Node would throw, and then nothing was added */
  add(method: Method, args: unknown[]): void {
    const isFirst = this.#covered === undefined;
    if (method === 'writeHead' && !isFirst) tooLate();
    if (this.#hasEnded) {
      tell(args, refused('ERR_STREAM_WRITE_AFTER_END', `${method}() was called after end().`));
      return;
    }
    if (method === 'writeHead') {
      refuseStatus(args[0]);
      const kept = setHeaders(this.#response, args);
      this.#calls.push({ method, args: kept });
      this.#response.statusCode = Number(kept[0]);
    } else {
      if (isFirst) refuseStatus(this.#response.statusCode);
      if (method !== 'flushHeaders') refuseChunk(args[0], method);
      this.#calls.push({ method, args });
    }
    if (isFirst) this.#cover();
    this.#hasEnded = method === 'end';
  }

  /** The answer is itself again. */
  open(): void {
    const response = this.#response;
    for (const [name, own] of this.#covered ?? []) {
      if (own === undefined) Reflect.deleteProperty(response, name);
      else Object.defineProperty(response, name, own);
    }
    response.statusCode = this.#status;
  }

  replay(original: Methods): void {
    let mustDrain = false;
    for (const { method, args } of this.#calls) {
      const result = original[method].apply(this.#response, args);
      if (method === 'write') mustDrain = result !== false;
      if (method === 'end') return;
    }
    if (mustDrain) this.#response.emit('drain');
  }

  drop(error: unknown): void {
    for (const { args } of this.#calls) tell(args, error);
  }

  #cover(): void {
    this.#status = this.#response.statusCode;
    this.#covered = new Map();
    this.#coverWith('headersSent', { value: true });
    for (const name of ['finished', 'writableEnded']) this.#coverWith(name, { get: () => this.#hasEnded });
    for (const name of ['setHeader', 'setHeaders', 'appendHeader', 'removeHeader']) {
      if (name in this.#response) this.#coverWith(name, { value: tooLate });
    }
  }

  #coverWith(name: string, member: PropertyDescriptor): void {
    this.#covered?.set(name, Object.getOwnPropertyDescriptor(this.#response, name));
    Object.defineProperty(this.#response, name, { ...member, configurable: true });
  }
}

function tooLate(): never {
  throw refused('ERR_HTTP_HEADERS_SENT', 'The headers have gone and cannot be changed any more.');
}

/** Calls back whoever waits for a call that will not be done. */
function tell(args: readonly unknown[], error: unknown): void {
  const done = args.findLast((arg): arg is Done => typeof arg === 'function');
  if (done !== undefined) process.nextTick(done, error);
}

function addCookies(response: NodeResponse, cookies: readonly string[]): void {
  if (cookies.length > 0) response.setHeader('set-cookie', [...headerList(response, 'set-cookie'), ...cookies]);
}

function withCookies(response: NodeResponse, args: readonly unknown[], cookies: readonly string[]): unknown[] {
  const rest = setHeaders(response, args);
  addCookies(response, cookies);
  return rest;
}

/**
 * Sets the headers among the arguments of `writeHead`, which would replace those of the same name later.
 * @returns the arguments without them
 * @throws where Node does not take one
 */
function setHeaders(response: NodeResponse, args: readonly unknown[]): unknown[] {
  const status = args[0];
  const reason = typeof args[1] === 'string' ? [args[1]] : [];
  const headers = args[1 + reason.length] ?? args[2];
  if (typeof headers !== 'object' || headers === null) return [status, ...reason];
  const seen = new Set<string>();
  for (const [name, value] of pairs(headers)) {
    const lower = name.toLowerCase();
    const values = seen.has(lower) ? [...headerList(response, lower), value].flat() : value;
    response.setHeader(name, Array.isArray(values) ? values.map(String) : (values as string));
    seen.add(lower);
  }
  return [status, ...reason];
}

function headerList(response: NodeResponse, name: string): string[] {
  const set = response.getHeader(name);
  return set === undefined ? [] : [set].flat().map(String);
}

/** The names and values of what `writeHead` takes: an object, a flat array, or an array of pairs. */
function pairs(headers: object): [string, unknown][] {
  if (!Array.isArray(headers)) return Object.entries(headers).filter(([, value]) => value !== undefined);
  if (Array.isArray(headers[0])) return headers.map(([name, value]) => [String(name), value]);
  return headers.flatMap((name, index) => (index % 2 === 0 ? [[String(name), headers[index + 1]]] : []));
}
