// expects: late entry, missing, line 16
/** A repository acquires a connection of generic-pool and enters it, for queries that follow. */
import { AsyncLocalStorage } from 'node:async_hooks';
import genericPool from 'generic-pool';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const connections = new AsyncLocalStorage();
let count = 0;
const pool = genericPool.createPool(
  { create: async () => ({ number: ++count }), destroy: async () => undefined },
  { max: 2 },
);
class Repository {
  async connect() {
    connections.enterWith(await pool.acquire());
  }
  async find(id) {
    const connection = connections.getStore();
    return [id, connection?.number];
  }
}
const repository = new Repository();
await interleave(
  requests,
  async (id) => {
    await repository.connect();
    return repository.find(id);
  },
  2,
);
await pool.clear();
