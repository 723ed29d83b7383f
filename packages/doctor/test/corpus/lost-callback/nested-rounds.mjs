// expects: lost callback, missing, line 14
/** A poller that opens the scope of each round in that of the round before tells the listeners of requests. */
import { AsyncLocalStorage } from 'node:async_hooks';
import mitt from 'mitt';
import { interleave } from '../flows.mjs';

const rounds = new AsyncLocalStorage();
const requests = new AsyncLocalStorage();
const updates = mitt();
await interleave(
  requests,
  () => {
    const received = [];
    updates.on('update', (round) => {
      received.push([round, requests.getStore()?.id]);
    });
  },
  3,
);
await new Promise((resolve) => {
  function poll(round) {
    if (round < 100) rounds.run({ round }, () => setImmediate(poll, round + 1));
    else resolve(updates.emit('update', round));
  }
  poll(0);
});
