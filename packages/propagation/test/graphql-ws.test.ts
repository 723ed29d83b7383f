/** Operations of graphql-ws: queries, and subscriptions whose events come from elsewhere. */
import assert from 'node:assert/strict';
import { EventEmitter, on, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { propagatingClient, propagatingServer } from '@throughline/propagation/graphql-ws';
import { buildSchema, parse } from 'graphql';
import { type Client, createClient, type ServerOptions } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocket, WebSocketServer } from 'ws';
import { tenant } from './processes/declared-values.js';

const schema = buildSchema(`
  type Query { tenant: String, context: String }
  type Event { number: Int, tenant: String }
  type Subscription { events: Event }
`);
const events = new EventEmitter();

const readTenant = async () => {
  await undefined;
  return tenant.get();
};

const options: ServerOptions = {
  schema,
  context: () => ({ tenant: tenant.get() }),
  roots: {
    query: { tenant: readTenant, context: (_: unknown, context: { tenant: string }) => context.tenant },
    subscription: {
      async *events() {
        for await (const [number] of on(events, 'event')) {
          yield { events: { number, tenant: readTenant } };
          if (number === 2) return;
        }
      },
    },
  },
};

async function start(server: ServerOptions): Promise<{ client: Client; stop(): Promise<void> }> {
  const webSocketServer = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(webSocketServer, 'listening');
  const { dispose } = useServer(server, webSocketServer) as unknown as { dispose(): Promise<void> };
  const { port } = webSocketServer.address() as AddressInfo;
  const client = propagatingClient(createClient({ url: `ws://127.0.0.1:${port}`, webSocketImpl: WebSocket }));
  return {
    client,
    stop: async () => {
      await client.dispose();
      await dispose();
    },
  };
}

const query = (client: Client, text: string) =>
  new Promise((resolve, reject) => {
    let data: unknown;
    client.subscribe(
      { query: text },
      { next: (result) => (data = [result.data, tenant.get()]), error: reject, complete: () => resolve(data) },
    );
  });

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

describe('an operation of graphql-ws', () => {
  let client: Client;
  let stop: () => Promise<void>;

  before(async () => {
    ({ client, stop } = await start(propagatingServer(options, { trust: true })));
  });
  after(() => stop());

  it('runs with the values of the flow that has started it, in which its results arrive', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `tenant-${index}`);
    const results = await Promise.all(names.map((name) => tenant.run(name, () => query(client, '{ tenant context }'))));
    assert.deepEqual(
      plain(results),
      names.map((name) => [{ tenant: name, context: name }, name]),
    );
    assert.deepEqual(plain(await query(client, '{ tenant }')), [{ tenant: null }, null]);
  });

  it('runs with its own values, although the application has prepared one object of arguments for all', async () => {
    const prepared = { schema, document: parse('{ tenant }') };
    let count = 0;
    const wait = () => new Promise((resolve) => setTimeout(resolve, 10 * count++));
    const onSubscribe = async () => {
      await wait();
      return prepared;
    };
    const context = async () => {
      await wait();
      return {};
    };
    const other = await start(propagatingServer({ ...options, onSubscribe, context }, { trust: true }));
    const names = Array.from({ length: 10 }, (_element, index) => `tenant-${index}`);
    try {
      const results = await Promise.all(names.map((name) => tenant.run(name, () => query(other.client, '{ tenant }'))));
      assert.deepEqual(
        plain(results),
        names.map((name) => [{ tenant: name }, name]),
      );
      assert.deepEqual(Object.keys(prepared), ['schema', 'document']);
    } finally {
      await other.stop();
    }
  });

  it('runs each event of a subscription with the values of its subscriber, also if another flow emits it', async () => {
    const names = ['acme', 'other'];
    const subscriptions = names.map(async (name) => {
      const results: unknown[] = [];
      const iterable = tenant.run(name, () => client.iterate({ query: 'subscription { events { number tenant } }' }));
      for await (const { data } of iterable) results.push(data?.events);
      return results;
    });
    while (events.listenerCount('event') < names.length) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const number of [1, 2]) tenant.run('of the emitter', () => events.emit('event', number));
    assert.deepEqual(
      plain(await Promise.all(subscriptions)),
      names.map((name) => [
        { number: 1, tenant: name },
        { number: 2, tenant: name },
      ]),
    );
  });

  it('keeps the extensions of its payload', async () => {
    const payloads: unknown[] = [];
    const fake = { subscribe: (payload: unknown) => payloads.push(payload) } as unknown as Client;
    tenant.run('acme', () =>
      propagatingClient(fake).subscribe(
        { query: '{ tenant }', extensions: { own: 1 } },
        { next() {}, error() {}, complete() {} },
      ),
    );
    assert.deepEqual(payloads, [
      { query: '{ tenant }', extensions: { own: 1, '@throughline/propagation': { baggage: 'tenant=acme' } } },
    ]);
  });
});

describe('a server of graphql-ws', () => {
  it('that creates the arguments itself runs the operation with its values', async () => {
    const { client, stop } = await start(
      propagatingServer(
        {
          onSubscribe: (_context, _id, payload) => ({
            schema,
            document: parse(payload.query),
            rootValue: { tenant: readTenant },
            contextValue: {},
          }),
        },
        { trust: true },
      ),
    );
    try {
      assert.deepEqual(plain(await tenant.run('acme', () => query(client, '{ tenant }'))), [
        { tenant: 'acme' },
        'acme',
      ]);
    } finally {
      await stop();
    }
  });

  it('does not believe a client without trust, and reports an invalid operation', async () => {
    const { client, stop } = await start(propagatingServer(options));
    try {
      assert.deepEqual(plain(await tenant.run('acme', () => query(client, '{ tenant }'))), [{ tenant: null }, 'acme']);
      await assert.rejects(
        query(client, '{ unknown }'),
        (errors: unknown) => Array.isArray(errors) && /Cannot query field/.test(errors[0].message),
      );
    } finally {
      await stop();
    }
    assert.throws(() => propagatingServer(options, { trusted: true } as object), { code: 'ERR_INVALID_ARG_VALUE' });
    assert.throws(() => propagatingServer(options, { trust: 1 } as object), { code: 'ERR_INVALID_ARG_TYPE' });
  });
});
