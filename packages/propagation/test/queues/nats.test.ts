/** NATS with a real server: publish and subscribe, request and reply, and messages of a stream that are delivered again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers as createHeaders, type Msg } from '@nats-io/transport-node';
import { propagationReport } from '@throughline/propagation';
import { extractMessage, handleMessage, injectHeaders } from '@throughline/propagation/nats';
import { startNats } from '@throughline/testing/brokers';
import { connect as connectNats2, headers as createHeaders2, type Msg as Msg2, StringCodec } from 'nats';
import { HOSTILE_ENTRIES, NOTHING, type Reads, readLater, runInFlow, tenant, valuesOf } from './values.js';
import { withServer } from './with-server.js';

const trusting = { trust: true } as const;
const numbers = Array.from({ length: 40 }, (_, index) => index);

/** Collects what the handlers of messages read whose content is a number. */
class Collected {
  readonly reads = new Map<number, Reads>();
  readonly complete: Promise<void>;
  readonly #count: number;
  #resolve = () => {};

  constructor(count: number) {
    this.#count = count;
    this.complete = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  async add(number: number): Promise<void> {
    this.reads.set(number, await readLater());
    if (this.reads.size === this.#count) this.#resolve();
  }
}

test('NATS', { timeout: 120_000 }, (context) =>
  withServer(context, startNats, async (server) => {
    const connection = await connect({ servers: server.url });

    await context.test('runs the callback of each message with the values of the flow that published it', async () => {
      const collected = new Collected(numbers.length);
      const callback = handleMessage(
        (_error: Error | null, message: Msg) => collected.add(message.json<number>()),
        trusting,
      );
      connection.subscribe('callback', { callback });
      for (const number of numbers) {
        runInFlow(number, () =>
          connection.publish('callback', `${number}`, { headers: injectHeaders(createHeaders()) }),
        );
      }
      await collected.complete;
      for (const number of numbers) assert.deepEqual(collected.reads.get(number), valuesOf(number));
    });

    await context.test('runs the handler of each message of an iterator with its values', async () => {
      const collected = new Collected(numbers.length);
      const subscription = connection.subscribe('iterator', { max: numbers.length });
      const consumed = (async () => {
        for await (const message of subscription) {
          await extractMessage(message, trusting).run(() => collected.add(message.json<number>()));
          assert.equal(tenant.get(), undefined, 'the loop itself has no values');
        }
      })();
      for (const number of numbers) {
        runInFlow(number, () =>
          connection.publish('iterator', `${number}`, { headers: injectHeaders(createHeaders()) }),
        );
      }
      await consumed;
      for (const number of numbers) assert.deepEqual(collected.reads.get(number), valuesOf(number));
    });

    await context.test(
      'runs a request with the values of its client, whose reply finds the flow of the client',
      async () => {
        const callback = handleMessage(async (_error: Error | null, message: Msg) => {
          message.respond(JSON.stringify(await readLater()));
        }, trusting);
        connection.subscribe('prices', { callback });
        await Promise.all(
          numbers.map((number) =>
            runInFlow(number, async () => {
              const options = { timeout: 30_000, headers: injectHeaders(createHeaders()) };
              const reply = await connection.request('prices', 'book', options);
              assert.deepEqual(reply.json(), valuesOf(number));
              assert.equal(tenant.get(), valuesOf(number).tenant);
            }),
          ),
        );
      },
    );

    await context.test('delivers a message of a stream again with what it carries', async () => {
      const manager = await jetstreamManager(connection);
      await manager.streams.add({ name: 'orders', subjects: ['orders.*'] });
      await manager.consumers.add('orders', { durable_name: 'worker', ack_policy: AckPolicy.Explicit });
      const stream = jetstream(connection);
      await runInFlow(1, () => stream.publish('orders.new', '1', { headers: injectHeaders(createHeaders()) }));
      const consumer = await stream.consumers.get('orders', 'worker');
      const attempts: Reads[] = [];
      for await (const message of await consumer.consume()) {
        attempts.push(await extractMessage(message, trusting).run(readLater));
        if (attempts.length === 3) {
          message.ack();
          break;
        }
        message.nak();
      }
      assert.deepEqual(attempts, Array(3).fill(valuesOf(1)));
    });

    await context.test(
      'handles messages without values, with hostile ones, and those that are not trusted',
      async (t) => {
        const { dropped } = propagationReport();
        const plain = new Collected(numbers.length);
        runInFlow(99, () =>
          connection.subscribe('plain', {
            callback: handleMessage(
              (_error: Error | null, message: Msg) => plain.add(message.json<number>()),
              trusting,
            ),
          }),
        );
        for (const number of numbers) connection.publish('plain', `${number}`);
        await plain.complete;
        assert.deepEqual([...plain.reads.values()], Array(numbers.length).fill(NOTHING));
        assert.equal(propagationReport().dropped, dropped);

        t.mock.method(process, 'emitWarning', () => {});
        // A header of NATS has no line breaks, which its client refuses to send.
        const entries = HOSTILE_ENTRIES.filter((entry) => !/[\r\n]/.test(entry));
        const hostile = new Collected(entries.length);
        connection.subscribe('hostile', {
          callback: handleMessage(
            (_error: Error | null, message: Msg) => hostile.add(message.json<number>()),
            trusting,
          ),
        });
        for (const [number, entry] of entries.entries()) {
          const headers = createHeaders();
          headers.set('baggage', entry);
          headers.append('baggage', 'order=%7B');
          connection.publish('hostile', `${number}`, { headers });
        }
        await hostile.complete;
        assert.deepEqual([...hostile.reads.values()], Array(entries.length).fill(NOTHING));

        const message = { headers: runInFlow(1, () => injectHeaders(createHeaders())) };
        assert.deepEqual(await extractMessage(message).run(readLater), NOTHING);
        assert.deepEqual(await extractMessage(message, trusting).run(readLater), valuesOf(1));
      },
    );

    await context.test('runs without values when the callback gets an error instead of a message', async () => {
      const reads = await new Promise<Reads>((resolve) => {
        const callback = handleMessage((error: Error | null, _message: Msg) => {
          if (error !== null) resolve(readLater());
        }, trusting);
        runInFlow(1, () => connection.subscribe('silent', { callback, timeout: 10 }));
      });
      assert.deepEqual(reads, NOTHING);
    });

    await context.test('works with the package nats 2', async () => {
      const older = await connectNats2({ servers: server.url });
      const collected = new Collected(numbers.length);
      const codec = StringCodec();
      const callback = handleMessage(
        (_error: Error | null, message: Msg2) => collected.add(Number(codec.decode(message.data))),
        trusting,
      );
      older.subscribe('older', { callback });
      await older.flush();
      for (const number of numbers) {
        runInFlow(number, () =>
          older.publish('older', codec.encode(`${number}`), { headers: injectHeaders(createHeaders2()) }),
        );
      }
      await collected.complete;
      for (const number of numbers) assert.deepEqual(collected.reads.get(number), valuesOf(number));
      await older.close();
    });

    await connection.close();
  }),
);
