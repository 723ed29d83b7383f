/**
 * Messages between pages, frames and workers that carry values: `postMessage()` of windows, workers, service workers,
 * message ports and broadcast channels.
 *
 * Whether values are believed depends on where a message comes from:
 *
 * | Source | Values are believed |
 * | --- | --- |
 * | a window or a service worker | from the own origin, and from those in `origins` |
 * | a broadcast channel | always: only the own origin can send to it |
 * | a worker, and a worker from the page that started it | always: both have the own origin |
 * | a message port, also that of a shared worker | with `trust`: it may have been passed to another origin |
 *
 * A message from elsewhere is delivered too, without values: whether it is accepted remains the decision of the listener.
 *
 * @see https://html.spec.whatwg.org/multipage/web-messaging.html
 */
import { invalidArgType } from '../errors.js';
import { checkOptionNames } from '../option-names.js';
import { type AllowedOrigins, compileOrigins, type OriginTest, parseUrl } from './allowed-origins.js';
import { seal } from './message-envelope.js';
import { eventOpener, ownOrigin } from './message-origin.js';
import type { Trust } from './trust-option.js';

/** The options of `send()`. */
export interface SendOptions {
  /** What is transferred in place of being copied. */
  transfer?: readonly Transferable[] | undefined;

  /** The origin that a window must have to receive the message. Default: the own origin. */
  targetOrigin?: string | undefined;

  /** The other origins to which values may go, if `targetOrigin` is one of them. Default: none. */
  to?: AllowedOrigins | undefined;
}

const SEND_OPTION_NAMES: ReadonlySet<string> = new Set(['transfer', 'targetOrigin', 'to']);

/** The options of `receive()`. */
export interface ReceiveOptions {
  /** Whether only the first message is received. Default: `false`. */
  once?: boolean | undefined;

  /** Stops receiving when it aborts. */
  signal?: AbortSignal | undefined;

  /** The other origins whose values are believed. Default: none. */
  origins?: AllowedOrigins | undefined;

  /**
   * Which values are believed, of a message that states no origin or one that is believed: all of them, none, or those
   * with these names. Default: `true`; `false` from a message port, which may have been passed to another origin.
   */
  trust?: Trust | undefined;
}

const RECEIVE_OPTION_NAMES: ReadonlySet<string> = new Set(['once', 'signal', 'origins', 'trust']);

/** Sends messages: a window, a worker, a service worker, a client of one, a message port or a broadcast channel. */
export interface MessageTarget {
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of these classes have no other common type
  readonly postMessage: (message: any, ...rest: any[]) => void;
}

/** Receives messages. */
export interface MessageSource {
  readonly addEventListener: (
    type: string,
    listener: (event: Event) => void,
    options?: AddEventListenerOptions,
  ) => void;
  readonly removeEventListener: (type: string, listener: (event: Event) => void) => void;
  /** A message port. */
  readonly start?: () => void;
  /** `navigator.serviceWorker`. */
  readonly startMessages?: () => void;
}

/**
 * Sends a message with the values of the current flow to a page, a frame or a worker that calls `receive()`.
 *
 * A window of another origin gets the message, but no values unless its origin is listed in `to`.
 * @param target a window, worker, service worker, message port or broadcast channel
 * @param message any value that can be cloned
 * @param options `transfer`, `targetOrigin` and `to`
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an argument is invalid
 * @throws {DOMException} `DataCloneError` if the message cannot be cloned
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { receive, send } from '@throughline/propagation/post-message';
 *
 * const user = new Propagated('user');
 * const { port1, port2 } = new MessageChannel();
 * const listener = (message) => {
 *   console.log(message, user.get()); // save ada
 *   port2.close();
 * };
 * receive(port2, listener, { trust: true });
 * user.run('ada', () => send(port1, 'save'));
 * @see https://developer.mozilla.org/docs/Web/API/Window/postMessage
 */
export function send(target: MessageTarget, message: unknown, options: SendOptions = {}): void {
  if (typeof target?.postMessage !== 'function') {
    throw invalidArgType('send(): target', 'a window, a worker, a message port or a broadcast channel', target);
  }
  checkOptionNames('send()', options, SEND_OPTION_NAMES);
  const { transfer = [], targetOrigin = '/', to = [] } = options;
  const mayReceive = compileOrigins('send(): to', to);
  if (!isWindow(target)) {
    const envelope = seal(message);
    // A broadcast channel has no second parameter.
    if (transfer.length === 0) target.postMessage(envelope);
    else post(target, envelope, [...transfer]);
    return;
  }
  post(target, seal(message, destinationOf(targetOrigin, mayReceive)), { targetOrigin, transfer: [...transfer] });
}

function post(target: MessageTarget, envelope: unknown, options: unknown): void {
  Reflect.apply(target.postMessage as (...args: unknown[]) => void, target, [envelope, options]);
}

/** These members of a window can be read from every origin. */
function isWindow(target: MessageTarget): boolean {
  return (target as { window?: unknown }).window === target;
}

/** Returns the origin that a message for a window goes to, and null if it may carry no values. */
function destinationOf(targetOrigin: string, mayReceive: OriginTest): URL | null {
  const own = ownOrigin();
  const url = targetOrigin === '/' ? parseUrl(own ?? '') : parseUrl(targetOrigin);
  if (url === undefined || url.origin === 'null') return null;
  return url.origin === own || mayReceive(url) ? url : null;
}

/**
 * Calls a function for each message, in the flow of its sender. A message that was not sent with `send()`, or whose
 * sender is not believed, is passed on without values.
 * @param source `window`, a worker, `self` in a worker, `navigator.serviceWorker`, a message port or a broadcast channel
 * @param listener receives the message, and the event, whose `data` is the envelope of the message
 * @param options `once`, `signal`, `origins` and `trust`
 * @returns a function that stops receiving
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an argument is invalid
 * @example
 * import { receive, send } from '@throughline/propagation/post-message';
 *
 * const { port1, port2 } = new MessageChannel();
 * receive(port2, (message, event) => console.log(message, event.type), { once: true }); // save message
 * send(port1, 'save');
 * setTimeout(() => port1.close(), 100);
 * @see https://developer.mozilla.org/docs/Web/API/Window/message_event
 */
// biome-ignore lint/suspicious/noExplicitAny: as `data` of MessageEvent, for a listener that states no type
export function receive<Message = any>(
  source: MessageSource,
  listener: (message: Message, event: MessageEvent) => void,
  options: ReceiveOptions = {},
): () => void {
  if (typeof source?.addEventListener !== 'function') {
    throw invalidArgType('receive(): source', 'a window, a worker, a message port or a broadcast channel', source);
  }
  if (typeof listener !== 'function') throw invalidArgType('receive(): listener', 'a function', listener);
  checkOptionNames('receive()', options, RECEIVE_OPTION_NAMES);
  const { once = false, signal } = options;
  const openEvent = eventOpener('receive()', source, options);
  const deliver = (event: Event) => {
    const { message, extracted } = openEvent(event as MessageEvent);
    extracted.run(listener, message as Message, event as MessageEvent);
  };
  source.addEventListener('message', deliver, { once, ...(signal !== undefined && { signal }) });
  // With addEventListener() alone, these keep their messages.
  source.start?.();
  source.startMessages?.();
  return () => source.removeEventListener('message', deliver);
}
