// expects: none
/** The first request makes the pool, whose factory logs for the request that needs a connection. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { createPool } from 'generic-pool';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
let pool;
let created = 0;
function connections() {
  pool ??= createPool(
    {
      create: async () => {
        await wait(1);
        return { number: ++created };
      },
      destroy: async (connection) => `closed ${connection.number} in ${requests.getStore()?.id}`,
      validate: async (connection) => connection.number > 0 && requests.getStore() !== null,
    },
    { max: 2, testOnBorrow: true },
  );
  return pool;
}
await interleave(requests, async (id) => {
  const text = await connections().use(async ({ number }) => {
    await wait(1);
    return `${number} in ${requests.getStore().id}`;
  });
  if (!text.endsWith(` ${id}`)) throw new Error(text);
});
await pool.drain();
