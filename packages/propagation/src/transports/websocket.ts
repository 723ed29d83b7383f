/**
 * WebSocket messages that carry values, for the WebSocket of browsers and runtimes, and for `ws`.
 *
 * A WebSocket transports text and bytes, so an envelope is text before the message:
 *
 *     text    ▶ NUL "throughline" { baggage, … } LF message          one message
 *     bytes   ▶ NUL "throughline" { baggage, … }, then the bytes     two messages, which arrive in this order
 *
 * Every message is sent with an envelope, so that text of the application which looks like one arrives as it was sent.
 * What arrives without an envelope is delivered unchanged, without values.
 *
 * @see https://websockets.spec.whatwg.org
 */
import { invalidArgType } from '../errors.js';
import { inject } from '../index.js';
import { checkOptionNames } from '../option-names.js';
import { extractFrom } from './message-envelope.js';
import { checkSender, checkTrust, type Trust } from './trust-option.js';

/** What a WebSocket sends. */
export type WebSocketData = string | ArrayBufferLike | Blob | ArrayBufferView;

/** A WebSocket of a browser, of a runtime, or of `ws`. */
export interface WebSocketTarget {
  // biome-ignore lint/suspicious/noExplicitAny: the classes declare it with different types
  readonly send: (data: any) => void;
}

/** A WebSocket that receives messages. */
export interface WebSocketSource {
  // biome-ignore lint/suspicious/noExplicitAny: the classes declare different events
  readonly addEventListener: (type: 'message', listener: (event: any) => void) => void;
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly removeEventListener: (type: 'message', listener: (event: any) => void) => void;
}

/** The options of `send()`. */
export interface SendOptions {
  /** The destination, for values that may only be sent to listed ones. Default: the `url` of a client's socket. */
  to?: string | URL | undefined;
}

/** The options of `receive()`. */
export interface ReceiveOptions {
  /** Whether the values are believed: all of them, none, or those with these names. Default: `false`. */
  trust?: Trust | undefined;

  /** The sender, for warnings and for values that are believed from listed senders. Default: the `url` of the socket. */
  from?: string | undefined;
}

const SEND_OPTION_NAMES: ReadonlySet<string> = new Set(['to']);
const RECEIVE_OPTION_NAMES: ReadonlySet<string> = new Set(['trust', 'from']);

const PREFIX = '\0throughline';

/**
 * Sends a message with the values of the current flow to a peer that calls `receive()`.
 * @param socket a WebSocket of a browser, of a runtime, or of `ws`
 * @param data text or bytes
 * @param options `to`
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if an argument is invalid
 * @throws {RangeError} `ERR_OUT_OF_RANGE` if a value is too long
 * @throws what `send()` of the socket throws
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { receive, send } from '@throughline/propagation/websocket';
 * import { WebSocket, WebSocketServer } from 'ws';
 *
 * const user = new Propagated('user');
 * const server = new WebSocketServer({ port: 8080 });
 * server.on('connection', (socket) => {
 *   receive(socket, (message) => console.log(message, user.get()), { trust: true }); // save ada
 * });
 *
 * const client = new WebSocket('ws://localhost:8080');
 * client.on('open', () => {
 *   user.run('ada', () => send(client, 'save'));
 *   client.close();
 *   server.close();
 * });
 * @see https://developer.mozilla.org/docs/Web/API/WebSocket/send
 */
export function send(socket: WebSocketTarget, data: WebSocketData, options: SendOptions = {}): void {
  if (typeof socket?.send !== 'function') throw invalidArgType('send(): socket', 'a WebSocket', socket);
  checkOptionNames('send()', options, SEND_OPTION_NAMES);
  const to = options.to ?? urlOf(socket);
  const header = PREFIX + JSON.stringify(inject({}, to === undefined ? {} : { to }));
  if (typeof data === 'string') {
    socket.send(`${header}\n${data}`);
    return;
  }
  socket.send(header);
  socket.send(data);
}

/**
 * Calls a function for each message, in the flow of its sender. A message that was not sent with `send()` is passed on
 * unchanged, and has no values.
 * @param socket a WebSocket of a browser, of a runtime, or of `ws`
 * @param listener receives the text or the bytes, in the form that `binaryType` of the socket states, and the event
 * @param options `trust` and `from`
 * @returns a function that stops receiving
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an argument is invalid
 * @example
 * import { receive, send } from '@throughline/propagation/websocket';
 * import { WebSocket, WebSocketServer } from 'ws';
 *
 * const server = new WebSocketServer({ port: 8080 });
 * server.on('connection', (socket) => receive(socket, (message) => send(socket, `${message}, too`)));
 *
 * const client = new WebSocket('ws://localhost:8080');
 * receive(client, (message) => {
 *   console.log(message); // hello, too
 *   client.close();
 *   server.close();
 * });
 * client.onopen = () => send(client, 'hello');
 * @see https://developer.mozilla.org/docs/Web/API/WebSocket/message_event
 */
export function receive<Data = string, Event extends { readonly data: unknown } = MessageEvent>(
  socket: WebSocketSource,
  listener: (data: Data, event: Event) => void,
  options: ReceiveOptions = {},
): () => void {
  if (typeof socket?.addEventListener !== 'function') throw invalidArgType('receive(): socket', 'a WebSocket', socket);
  if (typeof listener !== 'function') throw invalidArgType('receive(): listener', 'a function', listener);
  checkOptionNames('receive()', options, RECEIVE_OPTION_NAMES);
  checkTrust('receive()', options.trust);
  checkSender('receive()', options.from);
  const { trust = false } = options;
  const from = options.from ?? urlOf(socket) ?? 'a WebSocket';
  const extractCarrier = (carrier: object) => extractFrom(carrier, trust, from);
  /** The carrier of the bytes that arrive next. */
  let pending: object | undefined;
  const deliver = (event: Event) => {
    const { carrier, message } = openFrame(event.data);
    const received = carrier ?? pending ?? {};
    pending = undefined;
    if (message === undefined) pending = received;
    else extractCarrier(received).run(listener, message as Data, event);
  };
  socket.addEventListener('message', deliver);
  return () => socket.removeEventListener('message', deliver);
}

/** What a message of the socket contains: a carrier, a message of the application, or both. */
interface OpenedFrame {
  readonly carrier?: object;
  readonly message?: unknown;
}

function openFrame(data: unknown): OpenedFrame {
  if (typeof data !== 'string' || !data.startsWith(PREFIX)) return { message: data };
  const end = data.indexOf('\n');
  const carrier = parseCarrier(data.slice(PREFIX.length, end === -1 ? undefined : end));
  // Text of the application that only begins like an envelope.
  if (carrier === undefined) return { message: data };
  return end === -1 ? { carrier } : { carrier, message: data.slice(end + 1) };
}

function parseCarrier(text: string): object | undefined {
  try {
    const carrier: unknown = JSON.parse(text);
    return typeof carrier === 'object' && carrier !== null ? carrier : undefined;
  } catch {
    return undefined;
  }
}

/** The URL of a client's socket. That of a server has none, or an empty one. */
function urlOf(socket: object): string | undefined {
  const { url } = socket as { url?: unknown };
  return typeof url === 'string' && url !== '' ? url : undefined;
}
