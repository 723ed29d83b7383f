/** Events of Socket.IO, with its server and its client. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type EventSource, type EventTarget, emit, emitWithAck, on } from '@throughline/propagation/socket-io';
import { Server, type Socket as ServerSocket } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { type Reading, readValues, tenant } from './processes/declared-values.js';

const withoutValues = { hasDeadline: false, hasScope: true };
const httpServer = createServer();
const server = new Server(httpServer, { transports: ['websocket'] });

let client: Socket;
let serverSocket: ServerSocket;

before(async () => {
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
  const connected = new Promise<ServerSocket>((resolve) => server.on('connection', resolve));
  const { port } = httpServer.address() as AddressInfo;
  client = io(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
  serverSocket = await connected;
  on(
    serverSocket,
    'read',
    async (...args: unknown[]) => {
      const acknowledge = args.pop() as (reading: Reading) => void;
      await undefined;
      acknowledge(readValues(args));
    },
    { trust: true },
  );
});
after(async () => {
  client.close();
  await server.close();
});

describe('an event of Socket.IO', () => {
  it('carries the values of its sender, and its acknowledgement runs in that flow', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `tenant-${index}`);
    const results = await Promise.all(
      names.map((name) =>
        tenant.run(
          name,
          () =>
            new Promise((resolve) => {
              emit(client, 'read', name, { nested: true }, (reading: Reading) => resolve([reading, tenant.get()]));
            }),
        ),
      ),
    );
    assert.deepEqual(
      results,
      names.map((name) => [{ message: [name, { nested: true }], tenant: name, ...withoutValues }, name]),
    );
  });

  it('carries them with a promise for the acknowledgement, with bytes, and from the server', async () => {
    const reading = await tenant.run('acme', () => emitWithAck(client, 'read', Buffer.from([1, 2])));
    assert.deepEqual(reading, { message: [Buffer.from([1, 2])], tenant: 'acme', ...withoutValues });
    for (const target of [serverSocket, server, server.to(serverSocket.id)]) {
      const arrival = new Promise((resolve) => {
        const stop = on(
          client,
          'changed',
          (...args) => {
            stop();
            resolve([args, tenant.get()]);
          },
          { trust: true },
        );
      });
      tenant.run('acme', () => emit(target, 'changed', 1, 'two'));
      assert.deepEqual(await arrival, [[1, 'two'], 'acme']);
    }
  });

  it('that was sent by emit() itself arrives unchanged, without values', async () => {
    const lookalike = { '@throughline/propagation': 1 };
    for (const args of [[], ['raw'], [lookalike], [{ ...lookalike, '@throughline/propagation': {}, more: 1 }]]) {
      const reading = await tenant.run('acme', () => client.emitWithAck('read', ...args));
      assert.deepEqual(reading, { message: args, ...withoutValues });
    }
    const forged = { '@throughline/propagation': { baggage: 'tenant=forged' } };
    const reading = await tenant.run('acme', () => emitWithAck(client, 'read', forged));
    assert.deepEqual(reading, { message: [forged], tenant: 'acme', ...withoutValues });
  });

  it('is not believed without trust', async () => {
    const stop = on(serverSocket, 'untrusted', (done) => (done as (value: unknown) => void)(tenant.get() ?? 'none'));
    assert.equal(await tenant.run('acme', () => emitWithAck(client, 'untrusted')), 'none');
    stop();
  });

  it('needs valid arguments', () => {
    assert.throws(() => emit({} as EventTarget, 'x'), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => emitWithAck({} as Socket, 'x'), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => on({} as EventSource, 'x', () => {}), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => on(client, 'x', 1 as unknown as () => void), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => on(client, 'x', () => {}, { once: true } as object), { code: 'ERR_INVALID_ARG_VALUE' });
    assert.throws(() => on(client, 'x', () => {}, { from: 1 } as object), { code: 'ERR_INVALID_ARG_TYPE' });
  });
});
