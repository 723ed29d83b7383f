/**
 * Values that travel in the headers of NATS messages, with `@nats-io/nats-core` and what is built on it
 * (`@nats-io/transport-node`, `@nats-io/jetstream`, `@nats-io/services`), and with `nats` 2. Nothing of them is loaded: the
 * caller creates the headers.
 */
import type { Msg } from '@nats-io/nats-core';
import { extract } from '../extract.js';
import type { Extracted } from '../extracted.js';
import { inject } from '../inject.js';
import { checkHandler, elapsedSince, type ReceiveOptions, type SendOptions } from './received-work.js';

/** The headers of a message: `MsgHdrs`. */
export interface MessageHeaders {
  get(name: string): string;
  set(name: string, value: string): void;
  values(name: string): string[];
  keys(): Iterable<string>;
}

/** A message as far as its values are concerned: `Msg`, `JsMsg` or `ServiceMsg`. */
export interface CarryingMessage {
  readonly headers?: MessageHeaders | undefined;
  /** Of a message of JetStream: when it was stored, in nanoseconds since the epoch. */
  readonly info?: { readonly timestampNanos?: number } | undefined;
}

/**
 * Adds the declared values of the current frame to the headers of a message.
 * @param headers the headers, which are changed
 * @param injectOptions default: no destination is stated
 * @returns the same headers
 * @throws {RangeError} `ERR_OUT_OF_RANGE` if the values exceed the limits of W3C Baggage
 * @example
 * import { connect, headers } from '@nats-io/transport-node';
 * import { Propagated } from '@throughline/propagation';
 * import { handleMessage, injectHeaders } from '@throughline/propagation/nats';
 *
 * const tenant = new Propagated('tenant');
 * const connection = await connect({ servers: 'nats://127.0.0.1' });
 * const callback = handleMessage((error, message) => message.respond(`12 for ${tenant.get()}`), { trust: true });
 * connection.subscribe('prices', { callback });
 *
 * const reply = await tenant.run('acme', () =>
 *   connection.request('prices', 'book', { timeout: 1000, headers: injectHeaders(headers()) }),
 * );
 * console.log(reply.string()); // 12 for acme
 * await connection.close();
 * @see https://docs.nats.io/nats-concepts/core-nats/headers
 */
export function injectHeaders<H extends MessageHeaders>(headers: H, injectOptions?: SendOptions): H {
  return inject(headers, injectOptions);
}

/**
 * Extracts the values that a message carries. It never throws because of what a message contains: a message that was
 * published without values, or with values that cannot be decoded, has none. The time that a message has waited in a
 * stream of JetStream counts for its deadline.
 * @param message the message
 * @param options `trust` and others as in `extract()`. Default: nothing is believed
 * @returns the frame of the message, and its deadline
 * @example
 * import { connect, headers } from '@nats-io/transport-node';
 * import { Propagated } from '@throughline/propagation';
 * import { extractMessage, injectHeaders } from '@throughline/propagation/nats';
 *
 * const tenant = new Propagated('tenant');
 * const connection = await connect({ servers: 'nats://127.0.0.1' });
 * const messages = connection.subscribe('mails', { max: 1 });
 * tenant.run('acme', () => connection.publish('mails', 'welcome', { headers: injectHeaders(headers()) }));
 *
 * for await (const message of messages) {
 *   extractMessage(message, { trust: true }).run(() => console.log(message.string(), tenant.get())); // welcome acme
 * }
 * await connection.close();
 * @see https://docs.nats.io/nats-concepts/core-nats/pubsub
 */
export function extractMessage(message: CarryingMessage, options?: ReceiveOptions): Extracted {
  // The subject is the sender's word, so it does not say who it is.
  const elapsed = elapsedSince(Number(message.info?.timestampNanos) / 1e6);
  return extract(message, { from: 'nats', scope: { method: 'MESSAGE' }, ...options, elapsed, get: readHeader });
}

/**
 * Returns all values of a header: `get()` returns the first. NATS compares names exactly, and clients of other languages
 * write those of HTTP in upper case: `Baggage`.
 */
function readHeader({ headers }: CarryingMessage, name: string): string[] | undefined {
  if (headers === undefined) return undefined;
  const names = [...headers.keys()].filter((key) => key.length === name.length && key.toLowerCase() === name);
  return names.length === 0 ? undefined : names.flatMap((key) => headers.values(key));
}

/**
 * Wraps the callback of a subscription or of a service, so that it runs for each message with the values that the message
 * carries, and with no others.
 * @param fn the callback
 * @param options `trust` and others as in `extract()`. Default: nothing is believed
 * @returns the callback to pass to NATS
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an argument is invalid
 * @example
 * import { connect, headers } from '@nats-io/transport-node';
 * import { Propagated } from '@throughline/propagation';
 * import { handleMessage, injectHeaders } from '@throughline/propagation/nats';
 *
 * const tenant = new Propagated('tenant');
 * const connection = await connect({ servers: 'nats://127.0.0.1' });
 * const callback = handleMessage((error, message) => {
 *   if (error === null) console.log(message.string(), tenant.get()); // welcome acme
 * }, { trust: true });
 * connection.subscribe('mails', { callback });
 * tenant.run('acme', () => connection.publish('mails', 'welcome', { headers: injectHeaders(headers()) }));
 * await connection.flush();
 * await connection.close();
 * @see https://docs.nats.io/nats-concepts/core-nats/reqreply
 */
export function handleMessage<M extends CarryingMessage = Msg>(
  fn: (error: Error | null, message: M) => void,
  options?: ReceiveOptions,
): (error: Error | null, message: M) => void {
  checkHandler('handleMessage', fn, options);
  // After an error there may be no message.
  return (error, message) => extractMessage(message ?? {}, options).run(fn, error, message);
}
