/**
 * amqplib with a real RabbitMQ: publish and consume, request and reply, redelivery, dead letters. `npm run test:all` runs
 * these tests, because RabbitMQ takes about ten seconds to start.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { propagationReport } from '@throughline/propagation';
import { extractMessage, handleMessage, injectMessage } from '@throughline/propagation/amqplib';
import { startRabbitMq } from '@throughline/testing/brokers';
import { type Channel, type ConsumeMessage, connect } from 'amqplib';
import { runExamples } from './queue-examples.js';
import { HOSTILE_ENTRIES, NOTHING, type Reads, readLater, runInFlow, tenant, valuesOf } from './values.js';
import { withServer } from './with-server.js';

const trusting = { trust: true } as const;
const numbers = Array.from({ length: 40 }, (_, index) => index);

/** Consumes messages whose content is a number, until this many have been acknowledged. */
async function consume(channel: Channel, queue: string, count: number): Promise<Map<number, Reads>> {
  const reads = new Map<number, Reads>();
  const { promise, resolve, reject } = withResolvers<void>();
  const consumer = handleMessage(async (message: ConsumeMessage | null) => {
    if (message === null) return reject(new Error('The consumer was cancelled.'));
    reads.set(Number(message.content), await readLater());
    channel.ack(message);
    if (reads.size === count) resolve();
  }, trusting);
  const { consumerTag } = await channel.consume(queue, consumer);
  await promise;
  await channel.cancel(consumerTag);
  return reads;
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((...functions) => {
    [resolve, reject] = functions;
  });
  return { promise, resolve, reject };
}

const bytes = (number: number) => Buffer.from(`${number}`);

test('RabbitMQ', { timeout: 180_000 }, (context) =>
  withServer(context, startRabbitMq, async (broker) => {
    const connection = await connect(broker.url);
    const channel = await connection.createChannel();
    const createQueue = async (options = {}) => (await channel.assertQueue('', options)).queue;

    await context.test('runs the consumer of each message with the values of the flow that published it', async () => {
      const queue = await createQueue();
      for (const number of numbers) {
        runInFlow(number, () =>
          channel.sendToQueue(queue, bytes(number), injectMessage({ headers: { kept: number }, persistent: true })),
        );
      }
      const reads = await consume(channel, queue, numbers.length);
      for (const number of numbers) assert.deepEqual(reads.get(number), valuesOf(number));
    });

    await context.test('keeps the options and the headers of the application', () => {
      const options = { headers: { kept: 1 }, persistent: true };
      const injected = runInFlow(1, () => injectMessage(options));
      assert.equal(injected.persistent, true);
      assert.equal(injected.headers.kept, 1);
      assert.deepEqual(options, { headers: { kept: 1 }, persistent: true });
    });

    await context.test(
      'runs a request with the values of its client, whose reply finds the flow of the client',
      async () => {
        const prices = await createQueue();
        const replies = await createQueue({ exclusive: true });
        const waiting = new Map<string, (reply: string) => void>();
        const serve = handleMessage(async (message: ConsumeMessage | null) => {
          if (message === null) return;
          const { replyTo, correlationId } = message.properties;
          const content = JSON.stringify(await readLater());
          channel.sendToQueue(replyTo, Buffer.from(content), injectMessage({ correlationId }));
          channel.ack(message);
        }, trusting);
        await channel.consume(prices, serve);
        await channel.consume(
          replies,
          (message) => waiting.get(message?.properties.correlationId)?.(`${message?.content}`),
          {
            noAck: true,
          },
        );
        await Promise.all(
          numbers.map((number) =>
            runInFlow(number, async () => {
              const correlationId = randomUUID();
              const reply = new Promise<string>((resolve) => waiting.set(correlationId, resolve));
              channel.sendToQueue(prices, bytes(number), injectMessage({ replyTo: replies, correlationId }));
              assert.deepEqual(JSON.parse(await reply), valuesOf(number));
              assert.equal(tenant.get(), valuesOf(number).tenant);
            }),
          ),
        );
      },
    );

    await context.test(
      'delivers a message again with what it carries, and moves it to a dead-letter queue with it',
      async () => {
        const dead = await createQueue();
        const queue = await createQueue({ deadLetterExchange: '', deadLetterRoutingKey: dead });
        runInFlow(1, () => channel.sendToQueue(queue, bytes(1), injectMessage()));
        const attempts: Reads[] = [];
        const consumer = handleMessage(async (message: ConsumeMessage | null) => {
          if (message === null) return;
          attempts.push(await readLater());
          channel.nack(message, false, attempts.length < 3);
        }, trusting);
        await channel.consume(queue, consumer);
        assert.deepEqual((await consume(channel, dead, 1)).get(1), valuesOf(1));
        assert.deepEqual(attempts, Array(3).fill(valuesOf(1)));
      },
    );

    await context.test(
      'handles messages without values, with hostile ones, and those that are not trusted',
      async (t) => {
        const { dropped } = propagationReport();
        const queue = await createQueue();
        for (const number of numbers) channel.sendToQueue(queue, bytes(number));
        const plain = await runInFlow(99, () => consume(channel, queue, numbers.length));
        assert.deepEqual([...plain.values()], Array(numbers.length).fill(NOTHING));
        assert.equal(propagationReport().dropped, dropped);

        t.mock.method(process, 'emitWarning', () => {});
        // A header of AMQP can be of many types.
        const values = [
          5,
          true,
          null,
          { '!': 'int', value: 5 },
          { tenant: 'evil' },
          ['tenant=a', 'tenant=b'],
          ...HOSTILE_ENTRIES,
        ];
        for (const [number, baggage] of values.entries()) {
          // amqplib sends no headers of more than 64 KiB.
          const header = typeof baggage === 'string' ? baggage.slice(0, 30_000) : baggage;
          channel.sendToQueue(queue, bytes(number), { headers: { baggage: header, traceparent: header } });
        }
        const hostile = await consume(channel, queue, values.length);
        assert.deepEqual([...hostile.values()], Array(values.length).fill(NOTHING));

        runInFlow(1, () => channel.sendToQueue(queue, bytes(1), injectMessage()));
        const message = await channel.get(queue, { noAck: true });
        assert.ok(message);
        assert.deepEqual(await extractMessage(message).run(readLater), NOTHING);
        assert.deepEqual(await extractMessage(message, trusting).run(readLater), valuesOf(1));
      },
    );

    await context.test('runs without values when the consumer is cancelled', async () => {
      const queue = await createQueue();
      const { promise, resolve } = withResolvers<Reads>();
      await runInFlow(1, () =>
        channel.consume(
          queue,
          handleMessage(async (message: ConsumeMessage | null) => {
            if (message === null) resolve(await readLater());
          }, trusting),
        ),
      );
      await channel.deleteQueue(queue);
      assert.deepEqual(await promise, NOTHING);
    });

    await context.test('prints in the examples what their comments show', (t) =>
      runExamples(t, 'RabbitMQ', broker.port),
    );

    await context.test('starts again with the messages of durable queues', async () => {
      await channel.assertQueue('durable', { durable: true });
      const confirming = await connection.createConfirmChannel();
      runInFlow(1, () => confirming.sendToQueue('durable', bytes(1), injectMessage({ persistent: true })));
      await confirming.waitForConfirms();
      connection.on('error', () => {});
      await broker.stop();
      await broker.start();
      const again = await connect(broker.url);
      const reads = await consume(await again.createChannel(), 'durable', 1);
      assert.deepEqual(reads.get(1), valuesOf(1));
      await again.close();
    });
  }),
);
