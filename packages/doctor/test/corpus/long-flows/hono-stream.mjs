// expects: none
/** A stream of events of Hono: its middleware ends as soon as the response begins. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { whileOpen } from '../outlived.mjs';

const requests = new AsyncLocalStorage();
let count = 0;
const app = new Hono();
app.use((_, next) => requests.run({ id: ++count }, next));
app.get('/', (context) =>
  streamSSE(context, async (stream) => {
    const timer = setInterval(() => stream.writeSSE({ data: String(requests.getStore().id) }), 10);
    await new Promise((resolve) => stream.onAbort(resolve));
    clearInterval(timer);
  }),
);
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
await once(server, 'listening');
const clients = await Promise.all(
  [1, 2, 3].map(async () => {
    const client = new AbortController();
    const response = await fetch(`http://127.0.0.1:${server.address().port}/`, { signal: client.signal });
    await response.body.getReader().read();
    return client;
  }),
);
await whileOpen();
for (const client of clients) client.abort();
server.closeAllConnections();
server.close();
await once(server, 'close');
