/**
 * Events of Socket.IO that carry values, in both directions. The first argument of an event is its envelope.
 *
 * Every event is sent with an envelope. What arrives without one is delivered unchanged, without values.
 *
 * @see https://socket.io/docs/v4/emitting-events/
 */
import { AsyncLocalStorage } from 'throughline';
import { invalidArgType } from '../errors.js';
import { inject } from '../index.js';
import { checkOptionNames } from '../option-names.js';
import { extractFrom } from './message-envelope.js';
import { checkSender, checkTrust, type Trust } from './trust-option.js';

const CARRIER = '@throughline/propagation';

/** What sends events: a socket of the server or of the client, a namespace, or a room. */
export interface EventTarget {
  // biome-ignore lint/suspicious/noExplicitAny: the classes declare the events of the application
  readonly emit: (event: any, ...args: any[]) => any;
}

/** What sends events and waits for their acknowledgement. */
export interface AcknowledgingTarget {
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly emitWithAck: (event: any, ...args: any[]) => Promise<any>;
}

/** What receives events: a socket of the server or of the client. */
export interface EventSource {
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly on: (event: any, listener: (...args: any[]) => void) => any;
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly off: (event: any, listener: (...args: any[]) => void) => any;
}

/** The options of `on()`. */
export interface OnOptions {
  /** Whether the values are believed: all of them, none, or those with these names. Default: `false`. */
  trust?: Trust | undefined;

  /** The sender, for warnings and for values that are believed from listed senders. Default: the id of the socket. */
  from?: string | undefined;
}

const OPTION_NAMES: ReadonlySet<string> = new Set(['trust', 'from']);

/**
 * Sends an event with the values of the current flow to a peer that calls `on()`. An acknowledgement runs in this flow.
 * @param target a socket, a namespace or a room
 * @param event the name of the event
 * @param args the arguments, and optionally a function for the acknowledgement
 * @returns what `emit()` of the target returns
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if the target cannot send events
 * @throws {RangeError} `ERR_OUT_OF_RANGE` if a value is too long
 * @example
 * import { emit, on } from '@throughline/propagation/socket-io';
 * import { Server } from 'socket.io';
 * import { io } from 'socket.io-client';
 *
 * const server = new Server(8080);
 * server.on('connection', (socket) => on(socket, 'save', (name, done) => done(`${name} is saved`)));
 *
 * const socket = io('http://localhost:8080');
 * emit(socket, 'save', 'draft', () => {
 *   console.log('saved'); // saved
 *   socket.close();
 *   server.close();
 * });
 * @see https://socket.io/docs/v4/emitting-events/
 */
export function emit<Target extends EventTarget>(
  target: Target,
  event: Parameters<Target['emit']>[0],
  ...args: unknown[]
): ReturnType<Target['emit']> {
  if (typeof target?.emit !== 'function') throw invalidArgType('emit(): target', 'a socket of Socket.IO', target);
  const last = args.at(-1);
  // Socket.IO calls it where the packet with the acknowledgement arrives.
  const bound = typeof last === 'function' ? [...args.slice(0, -1), AsyncLocalStorage.bind(last as () => void)] : args;
  return target.emit(event, { [CARRIER]: inject({}) }, ...bound) as ReturnType<Target['emit']>;
}

/**
 * Sends an event with the values of the current flow, and waits for its acknowledgement.
 * @param target a socket, a namespace or a room
 * @param event the name of the event
 * @param args the arguments
 * @returns what the peer acknowledges the event with
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if the target cannot send events
 * @throws {RangeError} `ERR_OUT_OF_RANGE` if a value is too long
 * @example
 * import { emitWithAck, on } from '@throughline/propagation/socket-io';
 * import { Server } from 'socket.io';
 * import { io } from 'socket.io-client';
 *
 * const server = new Server(8080);
 * server.on('connection', (socket) => on(socket, 'save', (name, done) => done(`${name} is saved`)));
 *
 * const socket = io('http://localhost:8080');
 * console.log(await emitWithAck(socket, 'save', 'draft')); // draft is saved
 * socket.close();
 * server.close();
 * @see https://socket.io/docs/v4/emitting-events/#with-promises
 */
export function emitWithAck<Target extends AcknowledgingTarget>(
  target: Target,
  event: Parameters<Target['emitWithAck']>[0],
  ...args: unknown[]
): ReturnType<Target['emitWithAck']> {
  if (typeof target?.emitWithAck !== 'function') {
    throw invalidArgType('emitWithAck(): target', 'a socket of Socket.IO', target);
  }
  return target.emitWithAck(event, { [CARRIER]: inject({}) }, ...args) as ReturnType<Target['emitWithAck']>;
}

/**
 * Calls a function for each event with a name, in the flow of its sender. An event that was not sent with `emit()` of
 * this module is passed on unchanged, and has no values.
 * @param socket a socket of the server or of the client
 * @param event the name of the event
 * @param listener receives the arguments, and the function for the acknowledgement
 * @param options `trust` and `from`
 * @returns a function that stops listening
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an argument is invalid
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { emitWithAck, on } from '@throughline/propagation/socket-io';
 * import { Server } from 'socket.io';
 * import { io } from 'socket.io-client';
 *
 * const user = new Propagated('user');
 * const server = new Server(8080);
 * server.on('connection', (socket) => {
 *   on(socket, 'save', (name, done) => done(`${name} of ${user.get()}`), { trust: true });
 * });
 *
 * const socket = io('http://localhost:8080');
 * console.log(await user.run('ada', () => emitWithAck(socket, 'save', 'draft'))); // draft of ada
 * socket.close();
 * server.close();
 * @see https://socket.io/docs/v4/listening-to-events/
 */
// biome-ignore lint/suspicious/noExplicitAny: as in the types of Socket.IO, for a listener that states no types
export function on<Args extends unknown[] = any[]>(
  socket: EventSource,
  event: string,
  listener: (...args: Args) => void,
  options: OnOptions = {},
): () => void {
  if (typeof socket?.on !== 'function') throw invalidArgType('on(): socket', 'a socket of Socket.IO', socket);
  if (typeof listener !== 'function') throw invalidArgType('on(): listener', 'a function', listener);
  checkOptionNames('on()', options, OPTION_NAMES);
  checkTrust('on()', options.trust);
  checkSender('on()', options.from);
  const { trust = false } = options;
  const extractCarrier = (carrier: object) => extractFrom(carrier, trust, options.from ?? senderOf(socket));
  const deliver = (...args: unknown[]) => {
    const carrier = carrierOf(args[0]);
    const own = (carrier === undefined ? args : args.slice(1)) as Args;
    return extractCarrier(carrier ?? {}).run(listener, ...own);
  };
  socket.on(event, deliver);
  return () => void socket.off(event, deliver);
}

function carrierOf(first: unknown): object | undefined {
  if (typeof first !== 'object' || first === null || !Object.hasOwn(first, CARRIER)) return undefined;
  const carrier: unknown = Reflect.get(first, CARRIER);
  return typeof carrier === 'object' && carrier !== null && Object.keys(first).length === 1 ? carrier : undefined;
}

function senderOf(socket: object): string {
  const { id } = socket as { id?: unknown };
  return typeof id === 'string' ? `socket ${id}` : 'a socket';
}
