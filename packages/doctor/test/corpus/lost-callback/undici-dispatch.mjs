// expects: lost callback, another, line 27
/** A client of undici has one connection, which calls the handlers of all requests in the flow that opened it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Client } from 'undici';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
await once(server, 'listening');
const client = new Client(`http://127.0.0.1:${server.address().port}`);
await interleave(
  requests,
  () =>
    new Promise((resolve, reject) => {
      let text = '';
      client.dispatch(
        { path: '/', method: 'GET' },
        {
          onConnect() {},
          onHeaders: () => true,
          onData(chunk) {
            text += chunk;
            return true;
          },
          onComplete() {
            resolve(`${text} ${requests.getStore()?.id}`);
          },
          onError: reject,
        },
      );
    }),
);
await client.close();
server.closeAllConnections();
server.close();
