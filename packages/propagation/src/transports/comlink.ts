/**
 * Comlink with values: a method runs in the flow of the code that called it through a proxy.
 *
 *     wrap(endpoint(worker)).resize(image) ──▶ expose(object, endpoint(self)) ──▶ object.resize(image), in the flow
 *
 * Comlink sends messages through an endpoint, so an endpoint that puts them into envelopes is enough. The result settles
 * a promise, and the code that awaits it runs in its own flow.
 *
 * @see https://github.com/GoogleChromeLabs/comlink
 */
import { invalidArgType } from '../errors.js';
import { checkOptionNames } from '../option-names.js';
import { type AllowedOrigins, compileOrigins } from './allowed-origins.js';
import { seal } from './message-envelope.js';
import { eventOpener } from './message-origin.js';
import type { MessageSource, MessageTarget } from './post-message.js';
import { checkTrust, type Trust } from './trust-option.js';

export type { MessageSource, MessageTarget } from './post-message.js';

/** What Comlink sends messages through: a worker, `self` in a worker, a message port, or `windowEndpoint()`. */
export interface Endpoint {
  // biome-ignore lint/suspicious/noExplicitAny: as Comlink declares it
  postMessage(message: any, transfer?: Transferable[]): void;
  readonly addEventListener: (type: string, listener: EventListenerOrEventListenerObject, options?: object) => void;
  readonly removeEventListener: (type: string, listener: EventListenerOrEventListenerObject, options?: object) => void;
  readonly start?: () => void;
  /** Of a message port. Comlink calls it when the proxy is released. */
  readonly close?: () => void;
}

/** The options of `endpoint()`. */
export interface EndpointOptions {
  /**
   * The origin that the messages go to: `'anywhere'`, or that of the window of `windowEndpoint()`. Without it, an object
   * that hides where it sends to, such as the result of `windowEndpoint()`, sends no values. A worker, `self` and a
   * message port need none.
   */
  to?: 'anywhere' | string | undefined;

  /** The other origins whose values are believed. Default: none. */
  origins?: AllowedOrigins | undefined;

  /**
   * Which values are believed, of a message that states no origin or one that is believed: all of them, none, or those
   * with these names. Default: `true`; `false` from a message port, which may have been passed to another origin.
   */
  trust?: Trust | undefined;
}

const OPTION_NAMES: ReadonlySet<string> = new Set(['to', 'origins', 'trust']);

/**
 * Creates an endpoint of Comlink whose messages carry the values of the current flow. Use it on both sides: for `wrap()`
 * and for `expose()`.
 *
 * A function that is passed with `Comlink.proxy()` is called through a port of its own: see `proxyHandler()`.
 * @param inner a worker, `self` in a worker, a message port, or another endpoint of Comlink
 * @param options `to`, `origins` and `trust`
 * @returns the endpoint
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an argument is invalid
 * @example
 * // TypeScript
 * import { expose, wrap } from 'comlink';
 * import { Propagated } from '@throughline/propagation';
 * import { endpoint } from '@throughline/propagation/comlink';
 *
 * const user = new Propagated('user');
 * const { port1, port2 } = new MessageChannel();
 * const greeter = { greet: (word: string) => `${word}, ${user.get()}` };
 * expose(greeter, endpoint(port2, { trust: true }));
 * const remote = wrap<typeof greeter>(endpoint(port1));
 * console.log(await user.run('ada', () => remote.greet('Hello'))); // Hello, ada
 * port1.close();
 * @see https://github.com/GoogleChromeLabs/comlink#comlinkwrapendpoint-and-comlinkexposevalue-endpoint-allowedorigins
 */
export function endpoint(inner: MessageTarget & MessageSource, options: EndpointOptions = {}): Endpoint {
  if (typeof inner?.postMessage !== 'function' || typeof inner.addEventListener !== 'function') {
    throw invalidArgType('endpoint(): inner', 'a worker, a message port, or another endpoint of Comlink', inner);
  }
  checkOptionNames('endpoint()', options, OPTION_NAMES);
  const to = destinationOf(inner, options.to);
  const openEvent = eventOpener('endpoint()', inner, options);
  const wrappers = new WeakMap<EventListenerOrEventListenerObject, EventListener>();

  const wrapperOf = (listener: EventListenerOrEventListenerObject): EventListener => {
    let wrapper = wrappers.get(listener);
    if (wrapper === undefined) {
      wrapper = (event) => deliver(event as MessageEvent, listener);
      wrappers.set(listener, wrapper);
    }
    return wrapper;
  };
  const deliver = (event: MessageEvent, listener: EventListenerOrEventListenerObject) => {
    const { message, extracted } = openEvent(event);
    const opened = openedEvent(event, message);
    if (typeof listener === 'function') extracted.run(listener, opened);
    else extracted.run(() => listener.handleEvent(opened));
  };

  const { close } = inner as { close?: unknown };
  const wrapped: Endpoint = {
    postMessage: (message, transfer) => inner.postMessage(seal(message, to), transfer),
    addEventListener: (type, listener, eventOptions) =>
      inner.addEventListener(type, type === 'message' ? wrapperOf(listener) : asFunction(listener), eventOptions),
    removeEventListener: (type, listener) =>
      inner.removeEventListener(type, type === 'message' ? wrapperOf(listener) : asFunction(listener)),
    ...(typeof inner.start === 'function' && { start: () => inner.start?.() }),
    ...(typeof close === 'function' && { close: () => Reflect.apply(close, inner, []) }),
  };
  // Comlink recognizes a message port, which it closes when its proxy is released, by the name of its class.
  return Object.defineProperty(wrapped, 'constructor', { value: inner.constructor });
}

/** What `proxyHandler()` uses of Comlink. */
export interface ComlinkModule {
  // biome-ignore lint/suspicious/noExplicitAny: as Comlink declares it
  readonly expose: (object: any, endpoint: Endpoint) => void;
  readonly wrap: (endpoint: Endpoint) => unknown;
  readonly proxyMarker: symbol;
}

/** The options of `proxyHandler()`. */
export interface ProxyHandlerOptions {
  /** Whether the values of the callers of the functions are believed. Default: `false`. */
  trust?: Trust | undefined;
}

const PROXY_OPTION_NAMES: ReadonlySet<string> = new Set(['trust']);

/** A transfer handler of Comlink. */
export interface ProxyHandler {
  readonly canHandle: (value: unknown) => value is object;
  readonly serialize: (value: object) => [port: MessagePort, transfer: Transferable[]];
  readonly deserialize: (port: MessagePort) => object;
}

/**
 * Creates the transfer handler for objects and functions that are passed with `Comlink.proxy()`, so that they run in
 * the flow of the code that calls them. Set it on both sides: a side with it does not understand a side without it.
 * @param comlink the module `comlink`
 * @param options `trust`
 * @returns the handler, for `transferHandlers.set('proxy', handler)`
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an argument is invalid
 * @example
 * // TypeScript
 * import * as comlink from 'comlink';
 * import { Propagated } from '@throughline/propagation';
 * import { endpoint, proxyHandler } from '@throughline/propagation/comlink';
 *
 * const user = new Propagated('user');
 * comlink.transferHandlers.set('proxy', proxyHandler(comlink, { trust: true }));
 * const { port1, port2 } = new MessageChannel();
 * const queue = { each: (call: (item: string) => void) => user.run('bob', () => call('lamp')) };
 * comlink.expose(queue, endpoint(port2));
 * const remote = comlink.wrap<typeof queue>(endpoint(port1));
 * await remote.each(comlink.proxy((item: string) => console.log(item, user.get()))); // lamp bob
 * process.exit();
 * @see https://github.com/GoogleChromeLabs/comlink#transfer-handlers-and-event-listeners
 */
export function proxyHandler(comlink: ComlinkModule, options: ProxyHandlerOptions = {}): ProxyHandler {
  const { expose, wrap, proxyMarker } = comlink ?? {};
  if (typeof expose !== 'function' || typeof wrap !== 'function' || typeof proxyMarker !== 'symbol') {
    throw invalidArgType('proxyHandler(): comlink', 'the module comlink', comlink);
  }
  checkOptionNames('proxyHandler()', options, PROXY_OPTION_NAMES);
  checkTrust('proxyHandler()', options.trust);
  return {
    canHandle: (value): value is object =>
      ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
      Boolean(Reflect.get(value, proxyMarker)),
    serialize: (value) => {
      const { port1, port2 } = new MessageChannel();
      expose(value, endpoint(port1, options));
      return [port2, [port2]];
    },
    deserialize: (port) => {
      port.start();
      return wrap(endpoint(port)) as object;
    },
  };
}

/** Every event target accepts objects too, and compares them when a listener is removed. */
function asFunction(listener: EventListenerOrEventListenerObject): EventListener {
  return listener as EventListener;
}

/** Returns where the messages go to: `undefined` if it has no origin, and `null` if it is not known. */
function destinationOf(inner: object, to: EndpointOptions['to']): string | undefined | null {
  if (to === 'anywhere') return undefined;
  if (to !== undefined) return compileOrigins('endpoint(): to', [to]) && to;
  return Object.prototype.toString.call(inner) === '[object Object]' ? null : undefined;
}

/** Creates an event with the message in place of its envelope. */
function openedEvent(event: MessageEvent, message: unknown): MessageEvent {
  // Endpoints of Comlink for Node and for pages of extensions pass plain objects.
  if (typeof MessageEvent !== 'function' || !(event instanceof MessageEvent)) return { ...event, data: message };
  const { origin, lastEventId, source, ports } = event;
  return new MessageEvent(event.type, { data: message, origin, lastEventId, source, ports: [...ports] });
}
