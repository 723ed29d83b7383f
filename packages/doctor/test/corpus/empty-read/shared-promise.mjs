// expects: empty read, empty, line 8, from line 12
/** A promise that the module made is awaited by requests; its own work belongs to none. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';

const requests = new AsyncLocalStorage();
function readTenant() {
  return requests.getStore()?.tenant;
}
requests.run({ tenant: 'a' }, readTenant);
async function loadSettings() {
  await wait(1);
  return readTenant();
}
const settings = loadSettings();
await requests.run({ tenant: 'b' }, () => settings);
