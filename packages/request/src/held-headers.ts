/**
 * An answer of Node's whose headers wait for something.
 *
 * What begins an answer (`writeHead`, `write`, `end`, `flushHeaders`) goes through here from the start of the request:
 * `response.end(await handle())` takes hold of `end` before there is anything to wait for. With the first of these calls it
 * is known whether there is. If so, the calls are put in a queue and done in order afterwards; to whoever looks, the headers
 * have gone, as they would have without the wait. If the wait fails, the queue is dropped and the answer is an error.
 */
import { answerError } from './error-answer.js';
import type { PrepareHeaders } from './exchange.js';
import type { NodeResponse } from './node-exchange.js';

type Method = 'writeHead' | 'write' | 'end' | 'flushHeaders';
type Call = [method: Method, args: unknown[]];
type Methods = Record<Method, (...args: unknown[]) => unknown>;

/** @param prepare gives the `set-cookie` headers to add; called once, with the first of the calls above */
export function holdHeaders(response: NodeResponse, prepare: PrepareHeaders): void {
  // Node's types have an overload for every shape of the arguments, which are handed on untouched here.
  const target = response as unknown as Methods;
  const original: Methods = {
    writeHead: target.writeHead,
    write: target.write,
    end: target.end,
    flushHeaders: target.flushHeaders,
  };
  let state: 'new' | 'waiting' | 'through' | 'dropped' = 'new';
  const calls: Call[] = [];

  const call = (method: Method, args: unknown[]): unknown => {
    if (state === 'new') begin(method, args);
    if (state === 'through') return original[method].apply(response, args);
    if (state === 'waiting') calls.push([method, args]);
    // A stream that is piped in here waits for `drain`, which comes with the replay, or goes on into nothing.
    return method === 'write' ? state === 'dropped' : response;
  };

  const begin = (method: Method, args: unknown[]) => {
    const cookies = prepare();
    if (!(cookies instanceof Promise)) {
      state = 'through';
      addCookies(response, cookies);
      if (method === 'writeHead') args.splice(0, args.length, ...headersApplied(response, args, cookies));
      return;
    }
    state = 'waiting';
    Object.defineProperty(response, 'headersSent', { value: true, configurable: true });
    cookies.then(
      (added) => {
        letThrough();
        addCookies(response, added);
        replay(response, original, calls, added);
      },
      (error: unknown) => {
        letThrough();
        answerError(response, error);
        state = 'dropped';
      },
    );
  };

  const letThrough = () => {
    state = 'through';
    Reflect.deleteProperty(response, 'headersSent');
  };

  target.writeHead = (...args) => call('writeHead', args);
  target.write = (...args) => call('write', args);
  target.end = (...args) => call('end', args);
  target.flushHeaders = (...args) => call('flushHeaders', args);
}

function addCookies(response: NodeResponse, cookies: readonly string[]): void {
  if (cookies.length === 0) return;
  const set = response.getHeader('set-cookie');
  response.setHeader('set-cookie', [...(Array.isArray(set) ? set : set === undefined ? [] : [`${set}`]), ...cookies]);
}

function replay(response: NodeResponse, original: Methods, calls: readonly Call[], cookies: readonly string[]): void {
  let mustDrain = false;
  for (const [method, args] of calls) {
    if (method === 'writeHead') args.splice(0, args.length, ...headersApplied(response, args, cookies));
    const result = original[method].apply(response, args);
    if (method === 'write') mustDrain = result !== false;
    if (method === 'end') return;
  }
  if (mustDrain) response.emit('drain');
}

/**
 * The headers among the arguments of `writeHead` would replace those of the same name that are set, and so the cookies.
 * They are set one by one instead.
 */
function headersApplied(response: NodeResponse, args: readonly unknown[], cookies: readonly string[]): unknown[] {
  const status = args[0];
  const reason = typeof args[1] === 'string' ? [args[1]] : [];
  const headers = args[1 + reason.length];
  if (typeof headers !== 'object' || headers === null || cookies.length === 0) return [...args];
  const own: string[] = [];
  const seen = new Set<string>();
  for (const [name, value] of pairs(headers)) {
    const lower = name.toLowerCase();
    if (lower === 'set-cookie') own.push(...[value].flat().map(String));
    else if (seen.has(lower)) response.setHeader(name, [response.getHeader(name), value].flat().map(String));
    else response.setHeader(name, Array.isArray(value) ? value.map(String) : `${value}`);
    seen.add(lower);
  }
  if (own.length > 0) response.setHeader('set-cookie', [...own, ...cookies]);
  return [status, ...reason];
}

/** The names and values of what `writeHead` takes: an object, a flat array, or an array of pairs. */
function pairs(headers: object): [string, unknown][] {
  if (!Array.isArray(headers)) return Object.entries(headers).filter(([, value]) => value !== undefined);
  if (Array.isArray(headers[0])) return headers.map(([name, value]) => [String(name), value]);
  return headers.flatMap((name, index) => (index % 2 === 0 ? [[String(name), headers[index + 1]]] : []));
}
