/**
 * An answer of Node's whose headers wait for something.
 *
 * What begins an answer (`writeHead`, `write`, `end`, `flushHeaders`) is put in a queue until the wait is over, and then
 * done in order. To whoever looks, the headers have gone with the first of these calls, as without the wait. If the wait
 * fails, what was queued is dropped and the answer is an error.
 */
import { answerError } from './error-answer.js';
import type { NodeResponse } from './node-exchange.js';

const METHODS = ['writeHead', 'write', 'end', 'flushHeaders'] as const;

type Method = (typeof METHODS)[number];
type Call = readonly [method: Method, args: unknown[]];
type Methods = Record<Method, (...args: unknown[]) => unknown>;

/** @param prepare gives the `set-cookie` headers to add; called once, with the first of the calls above */
export function holdHeaders(response: NodeResponse, prepare: () => Promise<readonly string[]>): void {
  // Node's types have an overload for every shape of the arguments, which are handed on untouched here.
  const target = response as unknown as Methods;
  const calls: Call[] = [];
  let failed = false;

  const begin = () => {
    Object.defineProperty(response, 'headersSent', { value: true, configurable: true });
    prepare().then(
      (cookies) => {
        release(response, target);
        addCookies(response, cookies);
        replay(response, target, calls, cookies);
      },
      (error: unknown) => {
        failed = true;
        calls.length = 0;
        release(response, target);
        answerError(response, error);
        // Whoever still writes the answer that was dropped must not fail for it.
        hold((method) => (method === 'write' ? true : response));
      },
    );
  };

  const hold = (call: (method: Method, args: unknown[]) => unknown) => {
    for (const method of METHODS) {
      Object.defineProperty(target, method, {
        value: (...args: unknown[]) => call(method, args),
        writable: true,
        configurable: true,
      });
    }
  };

  hold((method, args) => {
    if (calls.length === 0 && !failed) {
      calls.push([method, args]);
      begin();
    } else {
      calls.push([method, args]);
    }
    // A stream that is piped in here waits for `drain`, which comes with the replay.
    return method === 'write' ? false : response;
  });
}

/** The response's own methods again. */
function release(response: NodeResponse, target: Methods): void {
  for (const method of METHODS) Reflect.deleteProperty(target, method);
  Reflect.deleteProperty(response, 'headersSent');
}

function addCookies(response: NodeResponse, cookies: readonly string[]): void {
  if (cookies.length === 0) return;
  const set = response.getHeader('set-cookie');
  response.setHeader('set-cookie', [...(Array.isArray(set) ? set : set === undefined ? [] : [`${set}`]), ...cookies]);
}

function replay(response: NodeResponse, target: Methods, calls: readonly Call[], cookies: readonly string[]): void {
  let mustDrain = false;
  for (const [method, args] of calls) {
    if (method === 'writeHead') args.splice(0, args.length, ...headersApplied(response, args, cookies));
    const result = target[method](...args);
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
