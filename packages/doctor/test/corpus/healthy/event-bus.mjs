// expects: none
/** Handlers of the module run in the flow that emits, and each request waits for its own reply by a promise. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const bus = new EventEmitter();
bus.setMaxListeners(0);
const audit = [];
bus.on('created', (order) => audit.push([order.id, requests.getStore().id]));
bus.on('created', async (order) => {
  await wait(1);
  bus.emit(`mailed ${order.id}`, requests.getStore().id === order.id);
});
await interleave(requests, async (id) => {
  const mailed = once(bus, `mailed ${id}`);
  bus.emit('created', { id });
  const [isOwn] = await mailed;
  if (!isOwn || requests.getStore().id !== id) throw new Error('another flow');
});
if (audit.some(([order, flow]) => order !== flow)) throw new Error('another flow');
