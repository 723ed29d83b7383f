// expects: late entry, missing, line 11
/** The callee enters the user after it has loaded it; the function that awaits continues without. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const users = new AsyncLocalStorage();
async function authenticate(id) {
  await wait(1);
  users.enterWith({ name: `user ${id}` });
}
await interleave(requests, async (id) => {
  await authenticate(id);
  return users.getStore()?.name;
});
