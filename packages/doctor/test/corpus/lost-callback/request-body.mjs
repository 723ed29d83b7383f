// expects: lost callback, missing, line 14
/** The events of a request come from its connection, where the scope that a handler has opened is unknown. */
import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';

const requests = new AsyncLocalStorage();
let count = 0;
const server = http.createServer((req, res) => {
  requests.run({ id: count++ }, () => {
    const state = { bytes: 0 };
    req.on('data', (chunk) => {
      state.bytes += chunk.length;
    });
    req.on('end', () => {
      res.end(String(requests.getStore()?.id ?? state.bytes));
    });
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}/`;
await Promise.all(
  Array.from({ length: 4 }, () => fetch(url, { method: 'POST', body: 'x'.repeat(100_000) }).then((r) => r.text())),
);
server.closeAllConnections();
server.close();
