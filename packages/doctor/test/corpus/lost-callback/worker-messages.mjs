// expects: lost callback, missing, line 14
/** The messages of a port that all requests share arrive outside of every flow. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { MessageChannel } from 'node:worker_threads';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const { port1, port2 } = new MessageChannel();
port2.on('message', (number) => port2.postMessage(number * 2));
const pending = new Map();
port1.on('message', (result) => pending.get(result)(result));
await interleave(requests, async (id) => {
  await new Promise((resolve) => {
    pending.set(id * 2, (result) => {
      requests.getStore();
      resolve(result);
    });
    port1.postMessage(id);
  });
});
port1.close();
