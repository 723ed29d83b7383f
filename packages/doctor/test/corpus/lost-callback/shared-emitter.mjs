// expects: lost callback, missing, line 13
/** A listener for one event of an emitter that a timer outside of every flow triggers. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const bus = new EventEmitter();
bus.setMaxListeners(0);
const timer = setInterval(() => bus.emit('tick'), 2);
await interleave(requests, async () => {
  await new Promise((resolve) =>
    bus.once('tick', () => {
      requests.getStore();
      resolve();
    }),
  );
});
clearInterval(timer);
