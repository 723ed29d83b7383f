// expects: lost callback, missing, lost-callback/worker-replies.js:23
/** Calls of a worker, whose replies arrive outside of every flow. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { interleave } from '../flows.js';

const clicks = new AsyncLocalStorage();
const worker = new Worker(new URL('./echo-worker.js', import.meta.url), { type: 'module' });
const pending = new Map();
worker.onmessage = ({ data }) => {
  pending.get(data)?.(data);
  pending.delete(data);
};

function call(id, callback) {
  pending.set(id, callback);
  worker.postMessage(id);
}

export default interleave(
  clicks,
  (id) =>
    new Promise((resolve) => {
      call(id, (reply) => {
        resolve([reply, clicks.getStore()]);
      });
    }),
).then(() => worker.terminate());
