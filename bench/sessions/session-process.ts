/**
 * A process that serves sessions from a store: `session-process.js <store> <address>`. It sends its port to the parent
 * process, and the number of its commands whenever the parent sends a message.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { session } from '@throughline/request';
import { requestScope } from '@throughline/request/http';
import { sessions } from '@throughline/request/sessions';
import { openCountedStore, STORE_NAMES } from './counted-stores.js';

const [, , storeName, address] = process.argv;
const name = STORE_NAMES.find((candidate) => candidate === storeName);
if (name === undefined || address === undefined) throw new Error('Usage: session-process.js <store> <address>');

const { store, commandCount } = openCountedStore(name, address);
const listener = requestScope(
  async (_request, response) => {
    const current = session<{ writes: number }>();
    // All requests have loaded the session before one of them writes.
    await new Promise((resolve) => setTimeout(resolve, 20));
    current.update('writes', (writes = 0) => writes + 1);
    await current.save().catch(() => {
      response.statusCode = 500;
    });
    response.end(`${current.get('writes')}`);
  },
  { session: sessions({ secret: 'a secret that both processes know', store }) },
);
const server = createServer(listener).listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('message', () => process.send?.({ commandCount: commandCount() }));
process.on('disconnect', () => process.exit());
