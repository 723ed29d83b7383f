/** Requests of one user that get in each other's way, and stores that answer late, once only, or never the same. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { session } from '@throughline/request';
import { requestScope, upgradeScope } from '@throughline/request/http';
import { sessions } from '@throughline/request/sessions';
import Keyv from 'keyv';
import { WebSocket, WebSocketServer } from 'ws';
import { type Handler, SECRET, startSessionServer } from './sessions/session-server.js';

/** Something that a test lets happen. */
class Gate {
  open = (): void => {};
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

const keyed: Handler = async (_request, response, url) => {
  const mine = session();
  if (url.pathname === '/sign-in') await mine.regenerate();
  if (url.pathname === '/sign-out') await mine.destroy();
  for (const [key, value] of url.searchParams) mine.set(key, value);
  response.end(JSON.stringify([mine.get('a'), mine.get('b'), mine.get('c')]));
};

/** A Map that fails, or does what it is told and then fails to say so. */
class OddMap extends Map<string, unknown> {
  failNext = false;
  /** Sets the value and throws all the same, as when a connection breaks after the server has done it. */
  loseNextAnswer = false;

  override set(key: string, value: unknown): this {
    if (this.failNext) {
      this.failNext = false;
      throw new Error('not this time');
    }
    super.set(key, value);
    if (this.loseNextAnswer) {
      this.loseNextAnswer = false;
      throw new Error('the connection broke');
    }
    return this;
  }
}

test('a save that fails once, after another request has written, loses nothing of the other', async () => {
  const store = new OddMap();
  const [inside, go] = [new Gate(), new Gate()];
  await using server = await startSessionServer(
    async (request, response, url) => {
      if (url.pathname !== '/slow') return keyed(request, response, url);
      response.write('begun');
      inside.open();
      await go.opened;
      session().set('a', '1');
      store.failNext = true;
      await assert.rejects(session().save(), { code: 'ERR_SESSION_STORE' });
      session().set('c', '1');
      await session().save();
      response.end();
    },
    { store },
  );
  const ada = server.user();
  await ada.ask('/?a=0');
  const slow = ada.ask('/slow');
  await inside.opened;
  await ada.ask('/?b=1');
  go.open();
  await slow;
  assert.equal((await ada.ask('/')).text, '["1","1","1"]');
});

test('a write that was done although the store did not say so is not done twice', async () => {
  const store = new OddMap();
  await using server = await startSessionServer(
    async (_request, response, url) => {
      const mine = session<{ count: number }>();
      if (url.pathname === '/count') {
        mine.update('count', (count = 0) => count + 1);
        store.loseNextAnswer = true;
        await assert.rejects(mine.save(), { code: 'ERR_SESSION_STORE' });
      }
      response.end(`${mine.get('count')}`);
    },
    { store },
  );
  const ada = server.user();
  // The first of them begins the session.
  for (const count of ['1', '2', '3']) {
    const answer = await ada.ask('/count');
    assert.deepEqual([answer.status, answer.text], [200, count]);
    assert.equal((await ada.ask('/')).text, count);
  }
});

test('a request that only reads does not take back the cookie of a sign-in meanwhile', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const [inside, go] = [new Gate(), new Gate()];
  await using server = await startSessionServer(
    async (request, response, url) => {
      if (url.pathname !== '/poll') return keyed(request, response, url);
      inside.open();
      await go.opened;
      response.end('polled');
    },
    { idleTimeout: 10_000 },
  );
  const ada = server.user();
  await ada.ask('/?a=1');
  // So much has passed that a use is written down.
  t.mock.timers.tick(2000);
  const poll = ada.ask('/poll');
  await inside.opened;
  await ada.ask('/sign-in');
  go.open();
  const answer = await poll;
  assert.deepEqual([answer.status, answer.text, answer.cookies], [200, 'polled', []]);
  assert.equal((await ada.ask('/')).text, '["1",null,null]');
});

test('regenerate() that failed and then went well gives the new cookie', async () => {
  const store = new OddMap();
  await using server = await startSessionServer(
    async (request, response, url) => {
      if (url.pathname !== '/again') return keyed(request, response, url);
      store.failNext = true;
      await assert.rejects(session().regenerate(), { code: 'ERR_SESSION_STORE' });
      await session().regenerate();
      response.end('done');
    },
    { store },
  );
  const ada = server.user();
  await ada.ask('/?a=1');
  const before = ada.jar.get('sid');
  assert.equal((await ada.ask('/again')).text, 'done');
  assert.notEqual(ada.jar.get('sid'), before);
  assert.equal((await ada.ask('/')).text, '["1",null,null]');
});

test('an update that throws when it is made again is an error of its own, and changes nothing', async () => {
  const [inside, go] = [new Gate(), new Gate()];
  await using server = await startSessionServer(async (request, response, url) => {
    if (url.pathname !== '/slow') return keyed(request, response, url);
    session<{ a: string }>().update('a', (a) => {
      if (a === 'full') throw new RangeError('too many');
      return 'mine';
    });
    inside.open();
    await go.opened;
    response.end('never');
  });
  const ada = server.user();
  await ada.ask('/?a=0');
  const slow = ada.ask('/slow');
  await inside.opened;
  await ada.ask('/?a=full');
  go.open();
  const answer = await slow;
  assert.deepEqual([answer.status, answer.text], [500, 'The answer could not be sent.\n']);
  assert.match(server.lines.join(), /RangeError: too many/);
  assert.equal((await ada.ask('/')).text, '["full",null,null]');
});

test('an update that leaves nothing begins no session, and a key that is no string is refused', async () => {
  await using server = await startSessionServer((_request, response) => {
    session().update('a', () => undefined);
    // @ts-expect-error what a JavaScript program may do
    assert.throws(() => session().set(42, 'x'), { code: 'ERR_SESSION_VALUE', message: /must be a string, not number/ });
    // @ts-expect-error what a JavaScript program may do
    assert.throws(() => session().update({}, () => 'x'), { code: 'ERR_SESSION_VALUE' });
    response.end(String(session().id));
  });
  const answer = await server.user().ask('/');
  assert.deepEqual([answer.text, answer.cookies], ['undefined', []]);
});

/** An adapter of its own kind, which can be told to be slow. */
class Adapter {
  readonly opts = {};
  readonly map = new Map<string, unknown>();
  gate: Gate | undefined;
  gets = 0;

  async get(key: string): Promise<undefined> {
    this.gets++;
    // Keyv's types say that an adapter knows what it holds.
    return structuredClone(this.map.get(key)) as undefined;
  }

  async set(key: string, value: unknown): Promise<void> {
    await this.gate?.opened;
    this.map.set(key, value);
  }

  async delete(key: string): Promise<boolean> {
    return this.map.delete(key);
  }

  async clear(): Promise<void> {
    this.map.clear();
  }

  on(): this {
    return this;
  }
}

test('a write that lands late does not bring back who has signed out since', async () => {
  const store = new Adapter();
  await using server = await startSessionServer(keyed, { store, storeTimeout: 50 });
  const ada = server.user();
  await ada.ask('/?a=1');
  const cookie = { ...Object.fromEntries(ada.jar) };
  const gate = new Gate();
  store.gate = gate;
  assert.equal((await ada.ask('/?b=1')).status, 503);
  store.gate = undefined;
  const out = ada.ask('/sign-out');
  gate.open();
  await out;
  await turn();
  const replay = server.user();
  replay.jar.set('sid', cookie.sid ?? '');
  const { status, text } = await replay.ask('/');
  assert.deepEqual([status, text], [200, '[null,null,null]']);
});

test('a Keyv that hands objects to an adapter is refused, and one of another copy of Keyv is not', async () => {
  const store = new Keyv({ store: new Adapter() });
  Object.assign(store, { serialize: undefined, deserialize: undefined });
  assert.throws(() => sessions({ secret: SECRET, store }), {
    code: 'ERR_INVALID_OPTION',
    message: /without `serialize`/,
  });

  const other: typeof import('keyv') = createRequire(import.meta.url)('keyv');
  assert.notEqual(other.Keyv, Keyv);
  // The classes are two, and so are their types.
  const foreign = new other.Keyv() as unknown as Keyv;
  await using server = await startSessionServer(keyed, { store: foreign });
  const ada = server.user();
  await ada.ask('/?a=1');
  assert.equal((await ada.ask('/')).text, '["1",null,null]');
});

test('entries that have expired are deleted from a Map, whichever serializer packs them', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const map = new Map<string, unknown>();
  const store = new Keyv({
    store: map,
    namespace: 'shop',
    serialize: (data) => `packed ${JSON.stringify(data)}`,
    deserialize: (text) => JSON.parse(text.slice('packed '.length)),
  });
  await using server = await startSessionServer(keyed, { store, idleTimeout: 1000.5 });
  for (let i = 0; i < 5; i++) await server.user().ask('/?a=1');
  map.set('shop:broken', 'not packed');
  assert.equal(map.size, 6);
  t.mock.timers.tick(11 * 60_000);
  await server.user().ask('/?a=1');
  while (map.size > 2) await turn();
  assert.ok(map.has('shop:broken'));
});

test('what the store said stays in the log', async () => {
  const store = new OddMap();
  await using server = await startSessionServer(
    async (_request, response) => {
      session().set('a', '1');
      store.failNext = true;
      const error: unknown = await session()
        .save()
        .catch((reason: unknown) => reason);
      response.end(String(error));
    },
    { store },
  );
  const { text } = await server.user().ask('/');
  assert.equal(text, 'RequestError: The store of the sessions has failed.');
});

test('a storeTimeout that no timer can wait for is refused', () => {
  assert.throws(() => sessions({ secret: SECRET, store: new Map(), storeTimeout: 2 ** 31 }), {
    code: 'ERR_INVALID_OPTION',
    message: /at most 2147483647/,
  });
});

test('a WebSocket: reload() reads the session anew, and one that has expired is not written to again', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const kept = sessions({ secret: SECRET, store: new Map(), idleTimeout: 10_000 });
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer(
    requestScope(
      async (request, response) => {
        if (request.url === '/out') await session().destroy();
        else if (request.url === '/in') session().set('a', '1');
        response.end(String(session().get('a')));
      },
      { session: kept },
    ),
  );
  const upgrade = upgradeScope(
    (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('message', async (message) => {
          const mine = session();
          try {
            if (String(message) === 'write') {
              mine.set('b', '1');
              await mine.save();
            } else {
              await mine.reload();
            }
            webSocket.send(String(mine.get('a')));
          } catch (error) {
            webSocket.send(error instanceof Error && 'code' in error ? String(error.code) : String(error));
          }
        });
      });
    },
    { session: kept },
  );
  server.on('upgrade', upgrade).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const signIn = async () => (await fetch(`${url}/in`)).headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const open = async (cookie: string) => {
    const client = new WebSocket(`ws://127.0.0.1:${port}`, { headers: { cookie } });
    await once(client, 'open');
    return client;
  };
  const say = async (client: WebSocket, what: string) => {
    client.send(what);
    const [answer] = await once(client, 'message');
    return String(answer);
  };
  try {
    const cookie = await signIn();
    const client = await open(cookie);
    assert.equal(await say(client, 'reload'), '1');
    await fetch(`${url}/out`, { headers: { cookie } });
    assert.equal(await say(client, 'reload'), 'undefined');

    const second = await signIn();
    const late = await open(second);
    t.mock.timers.tick(10_001);
    assert.equal(await say(late, 'write'), 'ERR_SESSION_GONE');
    assert.equal(await (await fetch(url, { headers: { cookie: second } })).text(), 'undefined');
  } finally {
    for (const client of sockets.clients) client.terminate();
    server.close();
    server.closeAllConnections();
  }
});
