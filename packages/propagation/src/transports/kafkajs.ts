/** Values that travel in the headers of Kafka messages, with KafkaJS. */
import type { EachMessagePayload, IHeaders, Message } from 'kafkajs';
import { extract } from '../extract.js';
import type { Extracted } from '../extracted.js';
import { inject } from '../inject.js';
import { checkHandler, elapsedSince, type ReceiveOptions, type SendOptions } from './received-work.js';

/** A message as far as its values are concerned. */
export interface CarryingMessage {
  readonly headers?: IHeaders | undefined;
  readonly timestamp?: string;
}

/**
 * Adds the declared values of the current frame to the headers of a message.
 * @param message the message, which is not changed
 * @param injectOptions default: no destination is stated
 * @returns a copy of the message whose headers carry the values
 * @throws {RangeError} `ERR_OUT_OF_RANGE` if the values exceed the limits of W3C Baggage
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { injectMessage } from '@throughline/propagation/kafkajs';
 * import { Kafka } from 'kafkajs';
 *
 * const tenant = new Propagated('tenant');
 * const producer = new Kafka({ brokers: ['127.0.0.1:9092'] }).producer();
 * const message = tenant.run('acme', () => injectMessage({ value: 'welcome' }));
 * console.log(message.headers?.baggage); // tenant=acme
 * // await producer.connect();
 * // await producer.send({ topic: 'mails', messages: [message] });
 * @see https://kafka.js.org/docs/producing#message-headers
 */
export function injectMessage<M extends Message>(message: M, injectOptions?: SendOptions): M & { headers: IHeaders } {
  return { ...message, headers: inject({ ...message.headers }, injectOptions) };
}

/**
 * Extracts the values that a message carries. It never throws because of what a message contains: a message that was
 * produced without values, or with values that cannot be decoded, has none.
 * @param message the message
 * @param options `trust` and others as in `extract()`. Default: nothing is believed
 * @returns the frame of the message, and its deadline
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { extractMessage, injectMessage } from '@throughline/propagation/kafkajs';
 *
 * const tenant = new Propagated('tenant');
 * const message = tenant.run('acme', () => injectMessage({ value: 'welcome' }));
 * // In eachBatch({ batch }), for each message of batch.messages:
 * await extractMessage(message, { trust: true }).run(async () => console.log(tenant.get())); // acme
 * @see https://kafka.js.org/docs/consuming#a-name-each-batch-a-eachbatch
 */
export function extractMessage(message: CarryingMessage, options?: ReceiveOptions): Extracted {
  const elapsed = elapsedSince(Number(message.timestamp));
  return extract(message.headers, { from: 'kafka', scope: { method: 'MESSAGE' }, ...options, elapsed });
}

/**
 * Wraps the function that handles each message, so that it runs with the values that the message carries, and with no
 * others.
 * @param fn the function
 * @param options `trust` and others as in `extract()`. Default: nothing is believed
 * @returns the function to pass to `consumer.run()` as `eachMessage`
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` if an argument is invalid
 * @example
 * import { Propagated } from '@throughline/propagation';
 * import { handleMessage } from '@throughline/propagation/kafkajs';
 * import { Kafka } from 'kafkajs';
 *
 * const tenant = new Propagated('tenant');
 * const consumer = new Kafka({ brokers: ['127.0.0.1:9092'] }).consumer({ groupId: 'mails' });
 * const eachMessage = handleMessage(
 *   async ({ message }) => console.log(`${message.value} for ${tenant.get()}`),
 *   { trust: true },
 * );
 * // await consumer.subscribe({ topic: 'mails' });
 * // await consumer.run({ eachMessage });
 * @see https://kafka.js.org/docs/consuming#a-name-each-message-a-eachmessage
 */
export function handleMessage<R>(
  fn: (payload: EachMessagePayload) => R,
  options?: ReceiveOptions,
): (payload: EachMessagePayload) => R {
  checkHandler('handleMessage', fn, options);
  return (payload) => {
    const { topic, message } = payload;
    const scope = { method: 'MESSAGE', path: topic };
    return extractMessage(message, { from: `topic:${topic}`, scope, ...options }).run(fn, payload);
  };
}
