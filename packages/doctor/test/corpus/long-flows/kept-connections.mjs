// expects: none
/** Connections that are kept for later requests: of the agents of Node, of fetch, and of a pool that is made lazily. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import { createPool } from 'generic-pool';
import { interleave } from '../flows.mjs';
import { whileOpen } from '../outlived.mjs';

const requests = new AsyncLocalStorage();
const agent = new Agent({ keepAlive: true });
const server = createServer((_, res) => res.end('ok'));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${server.address().port}/`;
let pool;
function connections() {
  pool ??= createPool(
    { create: async () => ({}), destroy: async () => undefined },
    { max: 2, evictionRunIntervalMillis: 1000, idleTimeoutMillis: 60_000 },
  );
  return pool;
}
await interleave(requests, async () => {
  await (await fetch(url)).text();
  const [response] = await once(get(url, { agent }), 'response');
  await once(response.resume(), 'end');
  const connection = await connections().acquire();
  await connections().release(connection);
});
await whileOpen();
agent.destroy();
await pool.drain();
await pool.clear();
server.closeAllConnections();
server.close();
