// expects: lost callback, another, line 15
/** A queue of the package async calls back from the flow that finished before. */
import { AsyncLocalStorage } from 'node:async_hooks';
import async from 'async';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const queue = async.queue((number, done) => {
  setTimeout(() => done(null, number * 2), 1);
}, 1);
await interleave(
  requests,
  (id) =>
    new Promise((resolve) =>
      queue.push(id, function finished(_, result) {
        const store = requests.getStore();
        resolve([store, result]);
      }),
    ),
);
