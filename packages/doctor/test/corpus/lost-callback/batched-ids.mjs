// expects: lost callback, another, line 23
/** A batch with callbacks: the timer of the first request calls the functions of all. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
let batch;
function load(id, callback) {
  if (batch === undefined) {
    batch = [];
    setTimeout(() => {
      const loads = batch;
      batch = undefined;
      for (const load of loads) load.callback(`row ${load.id}`);
    }, 2);
  }
  batch.push({ id, callback });
}

await interleave(requests, async (id) => {
  const store = requests.getStore();
  await new Promise((resolve) =>
    load(id, (row) => {
      resolve([row, store === requests.getStore()]);
    }),
  );
});
