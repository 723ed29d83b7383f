// expects: none
/** Callbacks that go through a queue, a pool and an emitter, bound to their flow. */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import fastq from 'fastq';
import { createPool } from 'generic-pool';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const queue = fastq((number, done) => setTimeout(done, 1, null, number), 1);
const pool = createPool({ create: async () => ({}), destroy: async () => undefined }, { max: 1 });
const bus = new EventEmitter();
const timer = setInterval(() => bus.emit('tick'), 1);
await interleave(requests, async (id) => {
  const expectOwn = () => {
    if (requests.getStore().id !== id) throw new Error('another flow');
  };
  await new Promise((resolve) =>
    queue.push(
      id,
      AsyncLocalStorage.bind(() => {
        expectOwn();
        resolve();
      }),
    ),
  );
  await pool.use(async () => {
    await null;
    expectOwn();
  });
  await new Promise((resolve) =>
    bus.once(
      'tick',
      AsyncResource.bind(() => {
        expectOwn();
        resolve();
      }),
    ),
  );
});
clearInterval(timer);
await pool.drain();
