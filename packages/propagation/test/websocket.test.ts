/** WebSocket messages, with `ws` on both sides. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { Propagated, withDeadline } from '@throughline/propagation';
import { receive, send, type WebSocketTarget } from '@throughline/propagation/websocket';
import { WebSocket, WebSocketServer } from 'ws';
import { type Reading, readValues, tenant } from './processes/declared-values.js';

const withoutValues = { hasDeadline: false, hasScope: true };
const limited = new Propagated<string>('limited-to-sockets', { to: ['wss://billing.internal'] });

let server: WebSocketServer;
let client: WebSocket;

before(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    receive<string | Buffer>(
      socket,
      async (data) => {
        await undefined;
        const content = typeof data === 'string' ? data : [...data];
        send(socket, JSON.stringify(readValues(content)));
      },
      { trust: true, from: 'the test' },
    );
  });
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(client, 'open');
});
after(() => {
  client.terminate();
  server.close();
});

function next(trust: boolean | readonly string[] = true): Promise<{ reading: Reading; here: string | undefined }> {
  return new Promise((resolve) => {
    const stop = receive(
      client,
      (text) => {
        stop();
        resolve({ reading: JSON.parse(text) as Reading, here: tenant.get() });
      },
      { trust },
    );
  });
}

describe('a WebSocket', () => {
  it('carries the values with text and bytes, in both directions', async () => {
    for (const [name, data, content] of [
      ['acme', 'text', 'text'],
      ['other', new Uint8Array([1, 2]), [1, 2]],
      ['acme', Buffer.from([3]), [3]],
      ['other', '', ''],
      ['acme', '\n{"a":1}\n', '\n{"a":1}\n'],
      ['other', new ArrayBuffer(2), [0, 0]],
    ] as const) {
      const arrival = next();
      tenant.run(name, () => send(client, data));
      const { reading, here } = await arrival;
      assert.deepEqual(reading, { message: content, tenant: name, ...withoutValues });
      assert.equal(here, name);
    }
  });

  it('delivers messages of many flows with their own values', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `tenant-${index}`);
    const all = new Promise<string[]>((resolve) => {
      const readings: string[] = [];
      const stop = receive(
        client,
        (text) => {
          const { message, tenant: there } = JSON.parse(text) as Reading;
          readings.push(`${Array.isArray(message) ? names[message[0] as number] : message} ${there} ${tenant.get()}`);
          if (readings.length < names.length) return;
          stop();
          resolve(readings);
        },
        { trust: true },
      );
    });
    for (const [index, name] of names.entries()) {
      tenant.run(name, () => send(client, index % 2 === 0 ? name : new Uint8Array([index])));
    }
    assert.deepEqual(
      await all,
      names.map((name) => `${name} ${name} ${name}`),
    );
  });

  it('delivers what was sent without an envelope unchanged and without values, text that looks like one too', async () => {
    for (const data of [
      'raw',
      '\0throughline',
      '\0throughline{',
      '\0throughline[1',
      '\0throughline"x"\nrest',
      Buffer.from([1]),
    ]) {
      const arrival = next();
      tenant.run('acme', () => client.send(data));
      const { reading } = await arrival;
      assert.deepEqual(reading, { message: typeof data === 'string' ? data : [...data], ...withoutValues });
    }
    const lookalike = '\0throughline{"baggage":"tenant=forged"}\ntext';
    const arrival = next();
    tenant.run('acme', () => send(client, lookalike));
    assert.deepEqual((await arrival).reading, { message: lookalike, tenant: 'acme', ...withoutValues });
  });

  it('believes only what it is told to', async () => {
    for (const [trust, expected] of [
      [false, undefined],
      [['other'], undefined],
      [['tenant'], 'acme'],
    ] as const) {
      const arrival = next(trust);
      tenant.run('acme', () => send(client, 'x'));
      assert.equal((await arrival).here, expected);
    }
  });

  it('carries the deadline, and no value that may go elsewhere only', async () => {
    const sent: unknown[] = [];
    const socket = { url: 'wss://billing.internal/socket', send: (data: unknown) => sent.push(data) };
    const arrival = next();
    limited.run('s3', () => {
      withDeadline(60_000, () => send(client, 'x'));
      send(socket, 'x');
      send(socket, 'x', { to: 'wss://elsewhere' });
    });
    assert.equal((await arrival).reading.hasDeadline, true);
    assert.deepEqual(sent, ['\0throughline{"baggage":"limited-to-sockets=s3"}\nx', '\0throughline{}\nx']);
  });

  it('refuses invalid arguments', () => {
    assert.throws(() => send({} as WebSocketTarget, 'x'), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => send(client, 'x', { too: 'x' } as object), { code: 'ERR_INVALID_ARG_VALUE' });
    assert.throws(() => receive({} as WebSocket, () => {}), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => receive(client, 1 as unknown as () => void), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => receive(client, () => {}, { trust: 1 } as object), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => receive(client, () => {}, { from: 1 } as object), { code: 'ERR_INVALID_ARG_TYPE' });
  });
});
