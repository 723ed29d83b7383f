// expects: shared work, another, line 12
/** A cached promise that other requests get after it was settled. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
let menu;
async function loadMenu() {
  await null;
  return readFeatures()
    .then(() => requests.getStore().id)
    .then((id) => [`menu of ${id}`]);
}
const readFeatures = () => wait(1);
await interleave(
  requests,
  async (id) => {
    await wait(5 * id);
    menu ??= loadMenu();
    await menu.then((items) => items.length);
  },
  4,
);
