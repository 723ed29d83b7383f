/** Requests of one user that conflict with each other, and stores that write late or lose the result of a write. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { session } from '@throughline/request';
import { requestScope, upgradeScope } from '@throughline/request/http';
import { type AtomicKeyvAdapter, sessions } from '@throughline/request/sessions';
import Keyv from 'keyv';
import { WebSocket, WebSocketServer } from 'ws';
import { SECRET, type SessionHandler, startSessionServer } from './sessions/session-server.js';

/** A promise that the test resolves. */
class Gate {
  open = (): void => {};
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

/** Sets the keys in the query, and responds with the values of the keys `a`, `b` and `c`. */
const keysHandler: SessionHandler = async (_request, response, url) => {
  const current = session();
  if (url.pathname === '/sign-in') await current.regenerate();
  if (url.pathname === '/sign-out') await current.destroy();
  for (const [key, value] of url.searchParams) current.set(key, value);
  response.end(JSON.stringify([current.get('a'), current.get('b'), current.get('c')]));
};

/** A Map whose next write can fail, before or after it has been done. */
class UnreliableMap extends Map<string, unknown> {
  failsNextWrite = false;
  /** Does the next write and then throws, as when the connection breaks after the server has done it. */
  losesNextResult = false;

  override set(key: string, value: unknown): this {
    if (this.failsNextWrite) {
      this.failsNextWrite = false;
      throw new Error('the write failed');
    }
    super.set(key, value);
    if (this.losesNextResult) {
      this.losesNextResult = false;
      throw new Error('the connection broke');
    }
    return this;
  }
}

test('a save that fails once, after another request has written, loses no change of either request', async () => {
  const store = new UnreliableMap();
  const [entered, mayProceed] = [new Gate(), new Gate()];
  await using server = await startSessionServer(
    async (request, response, url) => {
      if (url.pathname !== '/slow') return keysHandler(request, response, url);
      response.write('begun');
      entered.open();
      await mayProceed.opened;
      session().set('a', '1');
      store.failsNextWrite = true;
      await assert.rejects(session().save(), { code: 'ERR_SESSION_STORE' });
      session().set('c', '1');
      await session().save();
      response.end();
    },
    { store },
  );
  const ada = server.newUser();
  await ada.send('/?a=0');
  const slow = ada.send('/slow');
  await entered.opened;
  await ada.send('/?b=1');
  mayProceed.open();
  await slow;
  assert.equal((await ada.send('/')).text, '["1","1","1"]');
});

test('a write that the store has done, but whose result was lost, is not repeated', async () => {
  const store = new UnreliableMap();
  await using server = await startSessionServer(
    async (_request, response, url) => {
      const counter = session<{ count: number }>();
      if (url.pathname === '/count') {
        counter.update('count', (count = 0) => count + 1);
        store.losesNextResult = true;
        await assert.rejects(counter.save(), { code: 'ERR_SESSION_STORE' });
      }
      response.end(`${counter.get('count')}`);
    },
    { store },
  );
  const ada = server.newUser();
  // The first request begins the session.
  for (const count of ['1', '2', '3']) {
    const { status, text } = await ada.send('/count');
    assert.deepEqual([status, text], [200, count]);
    assert.equal((await ada.send('/')).text, count);
  }
});

test('a request that only reads does not replace the cookie of a concurrent sign-in', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const [entered, mayProceed] = [new Gate(), new Gate()];
  await using server = await startSessionServer(
    async (request, response, url) => {
      if (url.pathname !== '/poll') return keysHandler(request, response, url);
      entered.open();
      await mayProceed.opened;
      response.end('polled');
    },
    { idleTimeout: 10_000 },
  );
  const ada = server.newUser();
  await ada.send('/?a=1');
  // More than a tenth of the idle time, so that the use must be saved.
  t.mock.timers.tick(2000);
  const poll = ada.send('/poll');
  await entered.opened;
  await ada.send('/sign-in');
  mayProceed.open();
  const { status, text, cookies } = await poll;
  assert.deepEqual([status, text, cookies], [200, 'polled', []]);
  assert.equal((await ada.send('/')).text, '["1",null,null]');
});

test('regenerate() that succeeds after it has failed sets the new cookie', async () => {
  const store = new UnreliableMap();
  await using server = await startSessionServer(
    async (request, response, url) => {
      if (url.pathname !== '/again') return keysHandler(request, response, url);
      store.failsNextWrite = true;
      await assert.rejects(session().regenerate(), { code: 'ERR_SESSION_STORE' });
      await session().regenerate();
      response.end('done');
    },
    { store },
  );
  const ada = server.newUser();
  await ada.send('/?a=1');
  const before = ada.jar.get('sid');
  assert.equal((await ada.send('/again')).text, 'done');
  assert.notEqual(ada.jar.get('sid'), before);
  assert.equal((await ada.send('/')).text, '["1",null,null]');
});

test('an update() whose function throws when it is called again makes the response fail, and changes nothing', async () => {
  const [entered, mayProceed] = [new Gate(), new Gate()];
  await using server = await startSessionServer(async (request, response, url) => {
    if (url.pathname !== '/slow') return keysHandler(request, response, url);
    session<{ a: string }>().update('a', (a) => {
      if (a === 'full') throw new RangeError('too many');
      return 'free';
    });
    entered.open();
    await mayProceed.opened;
    response.end('never');
  });
  const ada = server.newUser();
  await ada.send('/?a=0');
  const slow = ada.send('/slow');
  await entered.opened;
  await ada.send('/?a=full');
  mayProceed.open();
  const { status, text } = await slow;
  assert.deepEqual([status, text], [500, 'The response could not be sent.\n']);
  assert.match(server.logLines.join(), /RangeError: too many/);
  assert.equal((await ada.send('/')).text, '["full",null,null]');
});

test('an update() that stores nothing begins no session, and a key that is not a string is rejected', async () => {
  await using server = await startSessionServer((_request, response) => {
    session().update('a', () => undefined);
    // @ts-expect-error a JavaScript program can do this
    assert.throws(() => session().set(42, 'x'), { code: 'ERR_SESSION_VALUE', message: /must be a string, not number/ });
    // @ts-expect-error a JavaScript program can do this
    assert.throws(() => session().update({}, () => 'x'), { code: 'ERR_SESSION_VALUE' });
    response.end(String(session().id));
  });
  const { text, cookies } = await server.newUser().send('/');
  assert.deepEqual([text, cookies], ['undefined', []]);
});

/** An adapter of Keyv without compare-and-set. Its writes wait for a gate. */
class GatedAdapter {
  readonly opts = {};
  readonly map = new Map<string, unknown>();
  gate: Gate | undefined;

  async get(key: string): Promise<undefined> {
    // The types of Keyv expect an adapter to know the type of its values.
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

/** An adapter of user code that can compare and set, and that fails if it is written to in another way. */
class AtomicAdapter extends GatedAdapter implements AtomicKeyvAdapter {
  readonly prefixes: string[] = [];
  readonly calls: (string | undefined)[][] = [];
  failNext = false;

  async compareAndSet(
    key: string,
    expected: string | undefined,
    next: string | undefined,
    ttl: number,
  ): Promise<boolean> {
    if (this.failNext) {
      this.failNext = false;
      throw new Error('the database is locked');
    }
    this.calls.push([key, expected, next]);
    assert.ok(next === undefined ? ttl === 0 : ttl > 0, `${ttl}`);
    if (this.map.get(key) !== expected) return false;
    if (next === undefined) this.map.delete(key);
    else this.map.set(key, next);
    return true;
  }

  async deleteExpired(prefix: string): Promise<void> {
    this.prefixes.push(prefix);
  }

  override set = () => assert.fail('sessions compare and set');
  override delete = () => assert.fail('sessions compare and set');
}

test('an adapter with compareAndSet is safe to share, and sessions change it in no other way', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const store = new AtomicAdapter();
  const lines: string[] = [];
  const log = { warn: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
  // Two servers, as two processes would have.
  await using one = await startSessionServer(keysHandler, { store, log });
  await using other = await startSessionServer(keysHandler, { store, log });
  assert.deepEqual(lines, []);
  const ada = one.newUser();
  await ada.send('/?a=1');
  const elsewhere = other.newUser();
  for (const [name, value] of ada.jar) elsewhere.jar.set(name, value);
  await Promise.all([ada.send('/?b=2'), elsewhere.send('/?c=3')]);
  assert.equal((await ada.send('/')).text, '["1","2","3"]');
  assert.ok(store.calls.every(([key]) => key?.startsWith('session:')));
  assert.deepEqual(store.calls[0]?.[1], undefined, 'no entry is expected first');

  const { calls } = store;
  assert.ok(calls.slice(1).every(([, expected]) => typeof expected === 'string'));
  store.failNext = true;
  assert.equal((await ada.send('/?a=4')).status, 503);
  assert.equal((await ada.send('/')).text, '["1","2","3"]');

  t.mock.timers.tick(11 * 60_000);
  await ada.send('/?a=5');
  assert.deepEqual(store.prefixes, ['session:']);
  await ada.send('/sign-out');
  assert.equal(store.map.size, 0);
});

test('an adapter with compareAndSet but without deleteExpired deletes expired entries itself', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const store = Object.assign(new AtomicAdapter(), { deleteExpired: undefined });
  await using server = await startSessionServer(keysHandler, { store: store as unknown as AtomicAdapter });
  const ada = server.newUser();
  await ada.send('/?a=1');
  t.mock.timers.tick(11 * 60_000);
  assert.equal((await ada.send('/?b=2')).text, '["1","2",null]');
});

test('a late write does not restore a session that has been destroyed in the meantime', async () => {
  const store = new GatedAdapter();
  await using server = await startSessionServer(keysHandler, { store, storeTimeout: 50 });
  const ada = server.newUser();
  await ada.send('/?a=1');
  const cookie = { ...Object.fromEntries(ada.jar) };
  const gate = new Gate();
  store.gate = gate;
  assert.equal((await ada.send('/?b=1')).status, 503);
  store.gate = undefined;
  const signOut = ada.send('/sign-out');
  gate.open();
  await signOut;
  await nextTurn();
  const replay = server.newUser();
  replay.jar.set('sid', cookie.sid ?? '');
  const { status, text } = await replay.send('/');
  assert.deepEqual([status, text], [200, '[null,null,null]']);
});

test('a Keyv without a serializer is rejected for an adapter, and a Keyv of another copy of the package is accepted', async () => {
  const store = new Keyv({ store: new GatedAdapter() });
  Object.assign(store, { serialize: undefined, deserialize: undefined });
  assert.throws(() => sessions({ secret: SECRET, store }), {
    code: 'ERR_INVALID_OPTION',
    message: /without `serialize`/,
  });

  const other: typeof import('keyv') = createRequire(import.meta.url)('keyv');
  assert.notEqual(other.Keyv, Keyv);
  // The two copies of the class have different types.
  const foreign = new other.Keyv() as unknown as Keyv;
  await using server = await startSessionServer(keysHandler, { store: foreign });
  const ada = server.newUser();
  await ada.send('/?a=1');
  assert.equal((await ada.send('/')).text, '["1",null,null]');
});

test('expired entries are deleted from a Map, even with a custom serializer', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const map = new Map<string, unknown>();
  const store = new Keyv({
    store: map,
    namespace: 'shop',
    serialize: (data) => `packed ${JSON.stringify(data)}`,
    deserialize: (text) => JSON.parse(text.slice('packed '.length)),
  });
  await using server = await startSessionServer(keysHandler, { store, idleTimeout: 1000.5 });
  for (let i = 0; i < 5; i++) await server.newUser().send('/?a=1');
  map.set('shop:broken', 'not packed');
  assert.equal(map.size, 6);
  t.mock.timers.tick(11 * 60_000);
  await server.newUser().send('/?a=1');
  while (map.size > 2) await nextTurn();
  assert.ok(map.has('shop:broken'));
});

test('the message of an error of the store is not part of the error that is thrown', async () => {
  const store = new UnreliableMap();
  await using server = await startSessionServer(
    async (_request, response) => {
      session().set('a', '1');
      store.failsNextWrite = true;
      const error: unknown = await session()
        .save()
        .catch((reason: unknown) => reason);
      response.end(String(error));
    },
    { store },
  );
  const { text } = await server.newUser().send('/');
  assert.equal(text, 'RequestError: The store of the sessions has failed.');
});

test('a storeTimeout above the longest delay of a timer is rejected', () => {
  assert.throws(() => sessions({ secret: SECRET, store: new Map(), storeTimeout: 2 ** 31 }), {
    code: 'ERR_INVALID_OPTION',
    message: /at most 2147483647/,
  });
});

test('a WebSocket: reload() loads the session again, and a write to an expired session is an error', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const storedSessions = sessions({ secret: SECRET, store: new Map(), idleTimeout: 10_000 });
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer(
    requestScope(
      async (request, response) => {
        if (request.url === '/out') await session().destroy();
        else if (request.url === '/in') session().set('a', '1');
        response.end(String(session().get('a')));
      },
      { session: storedSessions },
    ),
  );
  const upgrade = upgradeScope(
    (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('message', async (message) => {
          const current = session();
          try {
            if (String(message) === 'write') {
              current.set('b', '1');
              await current.save();
            } else {
              await current.reload();
            }
            webSocket.send(String(current.get('a')));
          } catch (error) {
            webSocket.send(error instanceof Error && 'code' in error ? String(error.code) : String(error));
          }
        });
      });
    },
    { session: storedSessions },
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
  const sendMessage = async (client: WebSocket, message: string) => {
    client.send(message);
    const [reply] = await once(client, 'message');
    return String(reply);
  };
  try {
    const cookie = await signIn();
    const client = await open(cookie);
    assert.equal(await sendMessage(client, 'reload'), '1');
    await fetch(`${url}/out`, { headers: { cookie } });
    assert.equal(await sendMessage(client, 'reload'), 'undefined');

    const secondCookie = await signIn();
    const secondClient = await open(secondCookie);
    t.mock.timers.tick(10_001);
    assert.equal(await sendMessage(secondClient, 'write'), 'ERR_SESSION_GONE');
    assert.equal(await (await fetch(url, { headers: { cookie: secondCookie } })).text(), 'undefined');
  } finally {
    for (const client of sockets.clients) client.terminate();
    server.close();
    server.closeAllConnections();
  }
});
