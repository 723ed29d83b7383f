// expects: shared work, another, line 13
/** A token is renewed once, under a lock. All requests that need it wait for the renewal of the first. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { Mutex } from 'async-mutex';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const mutex = new Mutex();
let renewal;
async function renew() {
  await wait(1);
  const user = requests.getStore();
  return `token of ${user.id}`;
}
function token() {
  renewal ??= mutex.runExclusive(renew);
  return renewal;
}
await interleave(requests, async (id) => {
  if (id > 3) await wait(3);
  await token();
});
