import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, type Dispatcher, fetch, Pool, request } from 'undici';
import { BIND_FIX, type Check, type Flow, POOL_SIZE, unwrapped, type Wrap } from '../checks/check.js';
import type { Driver } from '../checks/driver.js';

export const undiciDriver: Driver = {
  title: 'undici',
  packages: ['undici'],
  async open() {
    const server = createServer(async (request, response) => {
      await delay(2);
      response.write(request.url);
      if (request.url === '/breaks-off') {
        request.socket.destroy();
        return;
      }
      await delay(2);
      response.end('.');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // The address is a string only if the server listens on a path.
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const pool = new Pool(origin, { connections: POOL_SIZE });
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
    flow.observe();
    if (body !== `${path(flow)}.`) throw new Error(`${flow.id} received the response ${body}`);
  };

  const requestWithCallback = (flow: Flow, wrap: Wrap) =>
    new Promise<void>((resolve, reject) => {
      pool.request(
        { path: path(flow), method: 'GET' },
        wrap((error: Error | null, { body }: Dispatcher.ResponseData<unknown>) => {
          flow.observe();
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
      body.on('data', wrap(flow.observe));
      body.on('error', reject);
      body.on(
        'end',
        wrap(() => {
          flow.observe();
          resolve();
        }),
      );
    });
  };

  const requestWithStream = (flow: Flow, wrap: Wrap) =>
    pool
      .stream({ path: path(flow), method: 'GET' }, () => {
        const write = wrap(flow.observe);
        return new Writable({
          write(_part, _encoding, done) {
            write();
            done();
          },
        });
      })
      .then(flow.observe);

  const poolEvent = async (flow: Flow, wrap: Wrap) => {
    const own = new Pool(origin, { connections: 1 });
    try {
      own.on('connect', wrap(flow.observe));
      const { body } = await own.request({ path: path(flow), method: 'GET' });
      await body.dump();
    } finally {
      await own.destroy();
    }
  };

  return [
    {
      name: '`fetch` with a pool',
      run: async (flow) => {
        const response = await fetch(`${origin}${path(flow)}`, { dispatcher: pool });
        flow.observe();
        expectBody(flow, await response.text());
      },
    },
    {
      name: '`request`, promise',
      run: async (flow) => {
        const { body } = await request(`${origin}${path(flow)}`, { dispatcher: pool });
        flow.observe();
        expectBody(flow, await body.text());
      },
    },
    {
      name: '`request`, callback',
      run: (flow) => requestWithCallback(flow, unwrapped),
      fix: { text: `promise, or ${BIND_FIX}(callback)`, run: (flow) => requestWithCallback(flow, flow.bind) },
    },
    {
      name: '`request`, pipelined on one connection',
      run: async (flow) => {
        const { body } = await client.request({ path: path(flow), method: 'GET' });
        flow.observe();
        expectBody(flow, await body.text());
      },
    },
    {
      name: 'body, events',
      run: (flow) => bodyEvents(flow, unwrapped),
      fix: { text: `${BIND_FIX}(listener), or \`for await\``, run: (flow) => bodyEvents(flow, flow.bind) },
    },
    {
      name: 'body, `for await`',
      run: async (flow) => {
        const { body } = await pool.request({ path: path(flow), method: 'GET' });
        for await (const _ of body) flow.observe();
        flow.observe();
      },
    },
    {
      name: '`stream`: the writes to its stream, and its promise',
      run: (flow) => requestWithStream(flow, unwrapped),
      fix: { text: `${BIND_FIX} in the stream`, run: (flow) => requestWithStream(flow, flow.bind) },
    },
    {
      name: 'pool event `connect`, for the flow that needs the connection',
      run: (flow) => poolEvent(flow, unwrapped),
      fix: { text: `${BIND_FIX}(listener)`, run: (flow) => poolEvent(flow, flow.bind) },
    },
    {
      name: 'response that breaks off, and the next request',
      run: async (flow) => {
        const broken = pool.request({ path: '/breaks-off', method: 'GET' }).then(({ body }) => body.text());
        await assert.rejects(broken);
        flow.observe();
        const { body } = await pool.request({ path: path(flow), method: 'GET' });
        flow.observe();
        expectBody(flow, await body.text());
      },
    },
  ];
}
