// expects: late entry, missing, line 11
/** The same with Throughline's class. */
import { setTimeout as wait } from 'node:timers/promises';
import { AsyncLocalStorage } from 'throughline';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const users = new AsyncLocalStorage({ name: 'users' });
async function authenticate(id) {
  await wait(1);
  users.enterWith(id);
}
await interleave(requests, async (id) => {
  await authenticate(id);
  return users.getStore();
});
