import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { Client, type Dispatcher, fetch, Pool, request } from 'undici';
import type { Driver } from '../driver.js';
import { asItIs, type Check, CONNECTIONS, type Flow, type Wrap } from '../run-check.js';

const BIND = 'AsyncLocalStorage.bind';

export const undiciDriver: Driver = {
  title: 'undici',
  packages: ['undici'],
  async open() {
    const server = createServer(async (incoming, answer) => {
      await wait(2);
      answer.write(incoming.url);
      if (incoming.url === '/ends') {
        incoming.socket.destroy();
        return;
      }
      await wait(2);
      answer.end('.');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server that listens on a port has an address.
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const pool = new Pool(origin, { connections: CONNECTIONS });
    const client = new Client(origin, { pipelining: 4 });
    return {
      checks: checks(origin, pool, client),
      close: async () => {
        await Promise.all([pool.destroy(), client.destroy()]);
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },
};

function checks(origin: string, pool: Pool, client: Client): Check[] {
  const path = ({ index }: Flow) => `/flow${index}`;

  const expectBody = (flow: Flow, body: string) => {
    flow.look();
    if (body !== `${path(flow)}.`) throw new Error(`${flow.id} was answered ${body}`);
  };

  const viaCallback = (flow: Flow, wrap: Wrap) =>
    new Promise<void>((resolve, reject) => {
      pool.request(
        { path: path(flow), method: 'GET' },
        wrap((error: Error | null, { body }: Dispatcher.ResponseData<unknown>) => {
          flow.look();
          if (error) reject(error);
          else
            body
              .text()
              .then((text) => expectBody(flow, text))
              .then(resolve, reject);
        }),
      );
    });

  const bodyEvents = async (flow: Flow, wrap: Wrap) => {
    const { body } = await pool.request({ path: path(flow), method: 'GET' });
    await new Promise<void>((resolve, reject) => {
      body.on('data', wrap(flow.look));
      body.on('error', reject);
      body.on(
        'end',
        wrap(() => {
          flow.look();
          resolve();
        }),
      );
    });
  };

  const viaStream = (flow: Flow, wrap: Wrap) =>
    pool
      .stream({ path: path(flow), method: 'GET' }, () => {
        const write = wrap(flow.look);
        return new Writable({
          write(_part, _encoding, done) {
            write();
            done();
          },
        });
      })
      .then(flow.look);

  const poolEvent = async (flow: Flow, wrap: Wrap) => {
    const own = new Pool(origin, { connections: 1 });
    try {
      own.on('connect', wrap(flow.look));
      const { body } = await own.request({ path: path(flow), method: 'GET' });
      await body.dump();
    } finally {
      await own.destroy();
    }
  };

  return [
    {
      name: '`fetch`, with a pool',
      run: async (flow) => {
        const response = await fetch(`${origin}${path(flow)}`, { dispatcher: pool });
        flow.look();
        expectBody(flow, await response.text());
      },
    },
    {
      name: '`request`, promise',
      run: async (flow) => {
        const { body } = await request(`${origin}${path(flow)}`, { dispatcher: pool });
        flow.look();
        expectBody(flow, await body.text());
      },
    },
    {
      name: '`request`, callback',
      run: (flow) => viaCallback(flow, asItIs),
      fix: { text: `promise, or ${BIND}(callback)`, run: (flow) => viaCallback(flow, flow.bind) },
    },
    {
      name: '`request`, pipelined on one connection',
      run: async (flow) => {
        const { body } = await client.request({ path: path(flow), method: 'GET' });
        flow.look();
        expectBody(flow, await body.text());
      },
    },
    {
      name: 'body, its events',
      run: (flow) => bodyEvents(flow, asItIs),
      fix: { text: `${BIND}(listener), or \`for await\``, run: (flow) => bodyEvents(flow, flow.bind) },
    },
    {
      name: 'body, `for await`',
      run: async (flow) => {
        const { body } = await pool.request({ path: path(flow), method: 'GET' });
        for await (const _ of body) flow.look();
        flow.look();
      },
    },
    {
      name: '`stream`: writes to its stream, and its promise',
      run: (flow) => viaStream(flow, asItIs),
      fix: { text: `${BIND} in the stream`, run: (flow) => viaStream(flow, flow.bind) },
    },
    {
      name: 'event `connect` of a pool, as the flow that asks',
      run: (flow) => poolEvent(flow, asItIs),
      fix: { text: `${BIND}(listener)`, run: (flow) => poolEvent(flow, flow.bind) },
    },
    {
      name: 'answer that breaks off, and the request after it',
      run: async (flow) => {
        const broken = pool.request({ path: '/ends', method: 'GET' }).then(({ body }) => body.text());
        await assert.rejects(broken);
        flow.look();
        const { body } = await pool.request({ path: path(flow), method: 'GET' });
        flow.look();
        expectBody(flow, await body.text());
      },
    },
  ];
}
