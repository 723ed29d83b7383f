// expects: none
/** Functions that the first request of their kind makes, and two others call: they mean the flow of their caller. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
let format;
const clients = new Map();
function createClient(tenant) {
  return {
    tenant,
    async query(sql) {
      const { id } = requests.getStore();
      await wait(1);
      return `${sql} of ${id} in ${tenant} by ${requests.getStore().id}`;
    },
  };
}
function clientOf(tenant) {
  let client = clients.get(tenant);
  if (client === undefined) {
    client = createClient(tenant);
    clients.set(tenant, client);
  }
  return client;
}
await interleave(
  requests,
  (id) => {
    format ??= (text) => `${text} for ${requests.getStore().id}`;
    if (format('mail') !== `mail for ${id}`) throw new Error('another flow');
  },
  3,
);
await interleave(
  requests,
  async (id) => {
    const rows = await clientOf(id % 2 === 0 ? 'a' : 'b').query('select 1');
    if (!rows.endsWith(`by ${id}`)) throw new Error(rows);
  },
  8,
);
