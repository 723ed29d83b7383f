// expects: shared work, another, line 16
/** A batch of queries, written by hand. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
let batch;
function query(id) {
  batch ??= Promise.resolve().then(flush);
  return batch.then((rows) => rows.get(id));
}
async function flush() {
  await null;
  batch = undefined;
  const { id } = requests.getStore();
  await wait(1);
  return new Map([[id, `row of ${id}`]]);
}
await interleave(requests, async (id) => {
  await query(id);
});
