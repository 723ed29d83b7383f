// expects: none
/** Streams of events, which end when the client leaves: of an async handler, and of one that waits for the body first. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { whileOpen } from '../outlived.mjs';

const requests = new AsyncLocalStorage();
let count = 0;
async function stream(res) {
  const timer = setInterval(() => res.write(`data: ${requests.getStore().id}\n\n`), 10);
  res.on('close', () => clearInterval(timer));
  res.writeHead(200, { 'content-type': 'text/event-stream' });
}
const server = createServer((req, res) => {
  if (req.url === '/now') requests.run({ id: ++count }, () => stream(res));
  else req.resume().on('end', () => requests.run({ id: ++count }, () => stream(res)));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const clients = await Promise.all(
  ['now', 'now', 'later', 'later'].map(async (path) => {
    const client = new AbortController();
    const response = await fetch(`http://127.0.0.1:${server.address().port}/${path}`, { signal: client.signal });
    await response.body.getReader().read();
    return client;
  }),
);
await whileOpen();
for (const client of clients) client.abort();
server.closeAllConnections();
server.close();
await once(server, 'close');
