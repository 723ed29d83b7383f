/**
 * Values that travel in the headers of AMQP 0-9-1 messages, with amqplib. RabbitMQ keeps the headers of a message that is
 * delivered again, or moved to a dead-letter exchange.
 *
 * AMQP does not say when a message was sent: its property `timestamp` is the application's. A message with a deadline
 * has a header for it: otherwise, a message that has waited for an hour would have all of its time left.
 */
import type { ConsumeMessage, Options } from 'amqplib';
import { extract } from '../extract.js';
import type { Extracted } from '../extracted.js';
import { inject } from '../inject.js';
import { TIMEOUT } from '../wire/carrier.js';
import { checkHandler, elapsedSince, type ReceiveOptions, type SendOptions } from './received-work.js';

/** The header with the time at which a message was sent, in milliseconds since the epoch. */
const SENT_AT = 'throughline-sent-at';

/** A message as far as its values are concerned. */
export interface CarryingMessage {
  readonly properties: { readonly headers?: Readonly<Record<string, unknown>> | undefined };
}

/**
 * Adds the declared values of the current frame to the options with which a message is published.
 * @param options the options, which are not changed. Default: none
 * @param injectOptions default: no destination is stated
 * @returns a copy of the options whose headers carry the values
 * @throws {RangeError} `ERR_OUT_OF_RANGE` if the values exceed the limits of W3C Baggage
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { injectMessage } from '@throughline/propagation/amqplib';
 * import { connect } from 'amqplib';
 *
 * const tenant = new Propagated('tenant');
 * const connection = await connect('amqp://127.0.0.1');
 * const channel = await connection.createChannel();
 * await channel.assertQueue('mails');
 * tenant.run('acme', () => channel.sendToQueue('mails', Buffer.from('welcome'), injectMessage({ persistent: true })));
 * const message = await channel.get('mails', { noAck: true });
 * if (message) console.log(message.properties.headers?.baggage); // tenant=acme
 * await connection.close();
 * @see https://amqp-node.github.io/amqplib/channel_api.html#channel_publish
 */
export function injectMessage(options?: Options.Publish, injectOptions?: SendOptions): Options.Publish {
  const { [SENT_AT]: _, ...own } = { ...options?.headers } as Record<string, unknown>;
  const headers = inject(own, injectOptions);
  if (Object.hasOwn(headers, TIMEOUT)) headers[SENT_AT] = String(Date.now());
  return { ...options, headers };
}

/**
 * Extracts the values that a message carries. It never throws because of what a message contains: a message that was
 * published without values, or with values that cannot be decoded, has none. The time that a message has waited counts for
 * its deadline.
 * @param message the message
 * @param options `trust` and others as in `extract()`. Default: nothing is believed
 * @returns the frame of the message, and its deadline
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { extractMessage, injectMessage } from '@throughline/propagation/amqplib';
 * import { connect } from 'amqplib';
 *
 * const tenant = new Propagated('tenant');
 * const connection = await connect('amqp://127.0.0.1');
 * const channel = await connection.createChannel();
 * await channel.assertQueue('mails');
 * tenant.run('acme', () => channel.sendToQueue('mails', Buffer.from('welcome'), injectMessage()));
 *
 * const message = await channel.get('mails', { noAck: true });
 * if (message) extractMessage(message, { trust: true }).run(() => console.log(tenant.get())); // acme
 * await connection.close();
 * @see https://amqp-node.github.io/amqplib/channel_api.html#channel_get
 */
export function extractMessage(message: CarryingMessage, options?: ReceiveOptions): Extracted {
  // The exchange and the routing key are the sender's words, so they do not say who it is.
  const { headers } = message.properties;
  const elapsed = elapsedSince(Number(headers?.[SENT_AT]));
  return extract(headers, { from: 'rabbitmq', scope: { method: 'MESSAGE' }, ...options, elapsed });
}

/**
 * Wraps the function that consumes messages, so that it runs for each with the values that the message carries, and with
 * no others.
 * @param fn the function. If RabbitMQ cancels the consumer, it gets null, and runs without values
 * @param options `trust` and others as in `extract()`. Default: nothing is believed
 * @returns the function to pass to `channel.consume()`
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an argument is invalid
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { handleMessage, injectMessage } from '@throughline/propagation/amqplib';
 * import { connect } from 'amqplib';
 *
 * const tenant = new Propagated('tenant');
 * const connection = await connect('amqp://127.0.0.1');
 * const channel = await connection.createChannel();
 * await channel.assertQueue('mails');
 * tenant.run('acme', () => channel.sendToQueue('mails', Buffer.from('welcome'), injectMessage()));
 *
 * const send = handleMessage((message) => {
 *   console.log(`${message?.content} for ${tenant.get()}`); // welcome for acme
 *   return connection.close();
 * }, { trust: true });
 * await channel.consume('mails', send, { noAck: true });
 * @see https://amqp-node.github.io/amqplib/channel_api.html#channel_consume
 */
export function handleMessage<R>(
  fn: (message: ConsumeMessage | null) => R,
  options?: ReceiveOptions,
): (message: ConsumeMessage | null) => R {
  checkHandler('handleMessage', fn, options);
  return (message) => extractMessage(message ?? { properties: {} }, options).run(fn, message);
}
