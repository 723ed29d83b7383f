// expects: none
/** Values that are entered where their readers see them: before the first await, or in the function that reads. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const users = new AsyncLocalStorage();
const optional = new AsyncLocalStorage();
async function enterFirst(id) {
  users.enterWith(id);
  await wait(1);
}
async function enterAndRead(id) {
  await wait(1);
  users.enterWith(id);
  return work();
}
async function work() {
  await wait(1);
  return users.getStore();
}
async function enterUnread(id) {
  await wait(1);
  optional.enterWith(id);
}
await interleave(requests, async (id) => {
  await enterFirst(id);
  await work();
});
await interleave(requests, async (id) => {
  await enterAndRead(id);
  await enterUnread(id);
});
