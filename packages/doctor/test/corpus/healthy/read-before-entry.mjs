// expects: none
/** The handler looks whether there is a user before it awaits the function that enters one, and does not need it later. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const users = new AsyncLocalStorage();
async function authenticate(id) {
  await wait(1);
  users.enterWith({ name: `user ${id}` });
}
async function handle(id) {
  const isKnown = users.getStore() !== undefined;
  if (!isKnown) await authenticate(id);
  return isKnown;
}
const requests = new AsyncLocalStorage();
await interleave(requests, handle);
for (const id of [1, 2, 3]) await handle(id);
