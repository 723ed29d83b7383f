/** Threads of Node: the data with which they start, messages in both directions, and ports that are transferred. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { MessageChannel, type MessagePort, Worker, type WorkerOptions } from 'node:worker_threads';
import { withDeadline } from '@throughline/propagation';
import {
  type MessageTarget,
  receive,
  send,
  withWorkerData,
  workerOptions,
} from '@throughline/propagation/worker-threads';
import { type Reading, tenant } from './processes/declared-values.js';

const program = new URL('processes/reading-thread.js', import.meta.url);
const withoutValues = { tenant: undefined, hasDeadline: false, hasScope: true };

/** Resolves to the next message, and to what is read where it arrives. */
function next<Message = Reading>(
  source: Parameters<typeof receive>[0],
): Promise<{ message: Message; here: string | undefined }> {
  return new Promise((resolve) => {
    receive<Message>(source, (message) => resolve({ message, here: tenant.get() }), { once: true });
  });
}

describe('a thread', () => {
  let worker: Worker;

  before(async () => {
    const options = tenant.run('starter', () => workerOptions({ workerData: { start: 'now' } }));
    worker = new Worker(program, options);
    const { message, here } = await next(worker);
    assert.deepEqual(message, { message: { start: 'now' }, ...withoutValues, tenant: 'starter' });
    // The thread has sent it in the flow that started the thread.
    assert.equal(here, 'starter');
  });
  after(async () => {
    const exited = once(worker, 'exit');
    send(worker, 'stop');
    await exited;
  });

  it('gets each message with the values of its sender, and the response carries them back', async () => {
    for (const name of ['acme', 'other']) {
      tenant.run(name, () => send(worker, { for: name }));
      const { message, here } = await next(worker);
      assert.deepEqual(message, { message: { for: name }, ...withoutValues, tenant: name });
      assert.equal(here, name);
    }
  });

  it('gets the deadline of the sender', async () => {
    withDeadline(60_000, () => send(worker, 'soon'));
    assert.equal((await next(worker)).message.hasDeadline, true);
  });

  it('gets a message from a flow without values, and one without an envelope, without values', async () => {
    send(worker, 'plain');
    assert.deepEqual((await next(worker)).message, { message: 'plain', ...withoutValues });
    tenant.run('acme', () => worker.postMessage('raw'));
    assert.deepEqual((await next(worker)).message, { message: 'raw', ...withoutValues });
  });

  it('gets a message that looks like an envelope as it was sent', async () => {
    const lookalike = { '@throughline/propagation': { baggage: 'tenant=forged' }, message: 'inner' };
    tenant.run('acme', () => send(worker, lookalike));
    assert.deepEqual((await next(worker)).message, { message: lookalike, ...withoutValues, tenant: 'acme' });
    // Something that only shares the key is no envelope.
    worker.postMessage({ ...lookalike, more: true });
    assert.deepEqual((await next(worker)).message, { message: { ...lookalike, more: true }, ...withoutValues });
  });

  it('gets every kind of value that can be cloned', async () => {
    for (const value of [undefined, null, 0, '', new Map([[1, new Date(0)]]), new Uint8Array([1, 2])]) {
      tenant.run('acme', () => send(worker, value));
      assert.deepEqual((await next(worker)).message.message, value);
    }
    assert.throws(() => send(worker, () => {}), { name: 'DataCloneError' });
  });

  it('gets a port that is transferred, through which values travel in both directions', async () => {
    const { port1, port2 } = new MessageChannel();
    const listening = next<string>(worker);
    send(worker, { port: port2 }, [port2]);
    assert.equal((await listening).message, 'listening');
    for (const name of ['acme', 'other']) {
      tenant.run(name, () => send(port1, `for ${name}`));
      const { message, here } = await next(port1);
      assert.deepEqual(message, { message: `for ${name}`, ...withoutValues, tenant: name });
      assert.equal(here, 'of the thread');
    }
    port1.close();
  });
});

it('a thread that is started with plain options has its data, and no values', async () => {
  for (const options of [{ workerData: { start: 'plain' } }, {}] satisfies WorkerOptions[]) {
    const worker = new Worker(program, options);
    const { message } = await next(worker);
    assert.deepEqual(message, { message: 'workerData' in options ? options.workerData : undefined, ...withoutValues });
    await worker.terminate();
  }
});

it('options of a thread are copied', () => {
  const options: WorkerOptions = { workerData: 1, name: 'worker' };
  assert.equal(workerOptions(options).name, 'worker');
  assert.deepEqual(options, { workerData: 1, name: 'worker' });
});

it('withWorkerData() passes on the result and an error', () => {
  assert.equal(
    withWorkerData((data) => data),
    null,
  );
  assert.throws(() => withWorkerData(() => assert.fail('expected')), { message: 'expected' });
});

describe('receive()', () => {
  function withChannel(use: (port1: MessagePort, port2: MessagePort) => Promise<void>): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    return use(port1, port2).finally(() => port1.close());
  }

  it('runs in the flow of the sender, not in the one that opened the channel or the one that listens', () =>
    tenant.run('opener', () =>
      withChannel(async (port1, port2) => {
        const received = tenant.run('listener', () => next<string>(port2));
        tenant.exit(() => send(port1, 'without values'));
        assert.equal((await received).here, undefined);
      }),
    ));

  it('stops, and receives once', () =>
    withChannel(async (port1, port2) => {
      const all: unknown[] = [];
      const first: unknown[] = [];
      const stop = receive(port2, (message) => all.push(message));
      receive(port2, (message) => first.push(message), { once: true });
      send(port1, 1);
      send(port1, 2);
      await next(port2).then(() => next(port2));
      stop();
      const last = next(port2);
      send(port1, 3);
      await last;
      assert.deepEqual([all, first], [[1, 2], [1]]);
    }));

  it('believes nothing, or the listed values, if the caller says so', () =>
    withChannel(async (port1, port2) => {
      const readings: (string | undefined)[] = [];
      for (const trust of [true, false, ['tenant'], ['other']]) {
        const received = new Promise<void>((resolve) => {
          const listener = () => {
            readings.push(tenant.get());
            resolve();
          };
          receive(port2, listener, { once: true, trust });
        });
        tenant.run('acme', () => send(port1, 'x'));
        await received;
      }
      assert.deepEqual(readings, ['acme', undefined, 'acme', undefined]);
    }));

  it('delivers hostile envelopes without values', () =>
    withChannel(async (port1, port2) => {
      const carriers: unknown[] = [
        { baggage: 'tenant=%E0%A4%A' },
        { baggage: 1 },
        { baggage: ['tenant=acme'] },
        { baggage: `tenant=${'x'.repeat(100_000)}` },
        JSON.parse('{"__proto__": {"baggage": "tenant=acme"}}'),
        [],
        new Map([['baggage', 'tenant=acme']]),
        new Date(),
      ];
      for (const carrier of carriers) {
        const received = next<unknown>(port2);
        port1.postMessage({ '@throughline/propagation': carrier, message: 'hello' });
        assert.deepEqual(await received, { message: 'hello', here: undefined });
      }
    }));

  it('refuses invalid arguments', () => {
    const { port1 } = new MessageChannel();
    assert.throws(() => receive({} as MessagePort, () => {}), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => receive(port1, 'x' as unknown as () => void), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => receive(port1, () => {}, { onse: true } as object), /Did you mean "once"/);
    assert.throws(() => send({} as MessageTarget, 1), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => send(null as unknown as MessageTarget, 1), { code: 'ERR_INVALID_ARG_TYPE' });
    port1.close();
  });
});
