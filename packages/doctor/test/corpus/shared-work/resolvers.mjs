// expects: shared work, another, line 14
/** The timer of the first request settles the promises of all. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const pending = [];
function save(row) {
  return new Promise((resolve) => {
    if (pending.push({ row, resolve }) === 1) setTimeout(writeAll, 2);
  });
}
function writeAll() {
  const author = requests.getStore().id;
  for (const { row, resolve } of pending.splice(0)) resolve({ row, author });
}
await interleave(requests, (id) => save(id));
