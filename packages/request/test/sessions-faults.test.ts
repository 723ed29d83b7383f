/**
 * Sessions under faults from outside: forged cookies, failing stores, foreign entries, and clients that never finish a
 * request.
 */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { getRequestScope, session } from '@throughline/request';
import type { SessionStore } from '@throughline/request/sessions';
import { sign } from 'cookie-signature';
import Keyv from 'keyv';
import { SECRET, type SessionHandler, startSessionServer } from './sessions/session-server.js';

/** Sets the user if the query contains one, and responds with the user. */
const userHandler: SessionHandler = (_request, response, url) => {
  const name = url.searchParams.get('set');
  if (name !== null) session().set('user', name);
  response.end(String(session().get('user') ?? 'none'));
};

/** The value of a cookie whose id is not that of a session. */
function signedCookie(id: string, secret = SECRET): string {
  return encodeURIComponent(sign(`sid.${id}`, secret).slice('sid.'.length));
}

test('malformed, forged and oversized cookies name no session', async () => {
  const store = new Map<string, unknown>();
  await using server = await startSessionServer(userHandler, { store });
  const ada = server.newUser();
  await ada.send('/?set=ada');
  const validValue = decodeURIComponent(ada.jar.get('sid') ?? '');
  const id = validValue.slice(0, 32);
  const invalidCookies = [
    '',
    '=',
    'sid',
    'sid=',
    'sid=.',
    `sid=${id}`,
    `sid=${id}.`,
    `sid=${validValue.slice(0, -1)}`,
    `sid=${validValue}A`,
    `sid=${id.toLowerCase()}${validValue.slice(32)}`,
    `sid=${signedCookie(id, 'a secret that the server does not have')}`,
    `sid=${encodeURIComponent(sign(id, SECRET))}`,
    `sid=${signedCookie('__proto__')}`,
    `sid=${signedCookie('../../etc/passwd')}`,
    `sid=${signedCookie('x'.repeat(32))}`,
    'sid=%',
    'sid=%E0%A4%A',
    'sid=%00',
    `sid=${'x'.repeat(8000)}`,
    `sid=${'%41'.repeat(4000)}`,
    `__proto__=${validValue}`,
    `${'a=b; '.repeat(2000)}`,
    `sid2=${encodeURIComponent(validValue)}`,
    '"',
    'sid="',
    ';;;;,,,,',
  ];
  const sizeBefore = store.size;
  for (const cookie of invalidCookies) {
    const response = await fetch(server.url, { headers: { cookie } });
    assert.equal(response.status, 200, cookie.slice(0, 60));
    assert.equal(await response.text(), 'none', cookie.slice(0, 60));
    assert.deepEqual(response.headers.getSetCookie(), []);
  }
  assert.equal(store.size, sizeBefore);
  // The valid cookie still names its session.
  assert.equal((await ada.send('/')).text, 'ada');
});

test('each new session gets its own id, even if the request carries a forged cookie', async () => {
  await using server = await startSessionServer(userHandler);
  const forged = signedCookie('x'.repeat(32));
  const ids = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const user = server.newUser();
    user.jar.set('sid', forged);
    await user.send(`/?set=user${i}`);
    ids.add(user.jar.get('sid') ?? '');
  }
  assert.equal(ids.size, 20);
  assert.ok(!ids.has(forged));
});

/** An adapter of Keyv around a Map, whose operations succeed, fail or hang as the test decides. */
class ControllableStore {
  readonly opts = {};
  readonly map = new Map<string, unknown>();
  /** The number of operations that have hung so far. */
  hangCount = 0;
  #behavior: 'works' | 'fails' | 'hangs' = 'works';
  #waiting: (() => void)[] = [];

  /** A change makes the operations that hang continue. */
  set behavior(behavior: 'works' | 'fails' | 'hangs') {
    this.#behavior = behavior;
    for (const proceed of this.#waiting.splice(0)) proceed();
  }

  async get(key: string): Promise<undefined> {
    await this.#behave();
    // The types of Keyv expect an adapter to know the type of its values.
    return this.map.get(key) as undefined;
  }

  async set(key: string, value: unknown): Promise<void> {
    await this.#behave();
    this.map.set(key, value);
  }

  async delete(key: string): Promise<boolean> {
    await this.#behave();
    return this.map.delete(key);
  }

  async clear(): Promise<void> {
    this.map.clear();
  }

  on(): this {
    return this;
  }

  async #behave(): Promise<void> {
    if (this.#behavior === 'fails') throw new Error('the disk is full');
    if (this.#behavior !== 'hangs') return;
    this.hangCount++;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

for (const behavior of ['fails', 'hangs'] as const) {
  test(`a store that ${behavior}: the response is a 503, a line is logged, and the sessions are back when the store is`, async () => {
    const store = new ControllableStore();
    await using server = await startSessionServer(userHandler, { store, storeTimeout: 50 });
    const [ada, bob] = [server.newUser(), server.newUser()];
    await ada.send('/?set=ada');
    await bob.send('/?set=bob');
    const cookie = ada.jar.get('sid');
    const lineCountBefore = server.logLines.length;

    store.behavior = behavior;
    const loading = await ada.send('/');
    assert.equal(loading.status, 503);
    assert.equal(loading.text, 'The session could not be reached. Try again later.\n');
    assert.ok(loading.headers.get('x-request-id'));
    const saving = await server.newUser().send('/?set=eve');
    assert.equal(saving.status, 503);
    assert.equal(saving.text, 'The session could not be reached. Try again later.\n');
    assert.deepEqual([loading.cookies, saving.cookies], [[], []]);
    const cause = behavior === 'fails' ? /the disk is full/ : /no response within 50 ms/;
    assert.equal(server.logLines.length, lineCountBefore + 2);
    for (const line of server.logLines.slice(lineCountBefore)) assert.match(line, cause);
    // A request without a session does not access the store.
    assert.equal((await server.newUser().send('/')).text, 'none');

    store.behavior = 'works';
    assert.equal(ada.jar.get('sid'), cookie);
    assert.deepEqual([(await ada.send('/')).text, (await bob.send('/')).text], ['ada', 'bob']);
    await ada.send('/?set=ada again');
    assert.equal((await ada.send('/')).text, 'ada again');
  });
}

test('the requests of one user access a store that hangs concurrently, not one after another', async () => {
  const store = new ControllableStore();
  await using server = await startSessionServer(userHandler, { store, storeTimeout: 2000 });
  const ada = server.newUser();
  await ada.send('/?set=ada');
  store.behavior = 'hangs';
  const responses = Array.from({ length: 20 }, () => ada.send('/?set=x'));
  const first = await Promise.race(responses);
  assert.equal(first.status, 503);
  assert.equal(store.hangCount, 20);
  await Promise.all(responses);
});

test('a store without compare-and-set works in one process, and sessions() logs a warning', async () => {
  const store = new ControllableStore();
  await using server = await startSessionServer(
    (_request, response, url) => {
      const value = url.searchParams.get('v');
      if (value !== null) session<{ list: string[] }>().update('list', (list = []) => [...list, value]);
      response.end(JSON.stringify(session().get('list')));
    },
    { store },
  );
  assert.match(server.logLines[0] ?? '', /cannot compare and set in one step/);
  const ada = server.newUser();
  await ada.send('/?v=0');
  await Promise.all(Array.from({ length: 20 }, (_, i) => ada.send(`/?v=${i + 1}`)));
  assert.equal(JSON.parse((await ada.send('/')).text).length, 21);
});

test('an entry that belongs to another session, or is not a session, is ignored', async () => {
  const store = new Map<string, unknown>();
  await using server = await startSessionServer(userHandler, { store });
  const [ada, bob] = [server.newUser(), server.newUser()];
  await ada.send('/?set=ada');
  await bob.send('/?set=bob');
  const [adasKey = '', bobsKey = ''] = store.keys();
  const id = adasKey.split(':').at(-1);
  const now = Date.now();
  const packed = (record: unknown, expires?: number) => JSON.stringify({ value: JSON.stringify(record), expires });
  const foreignEntries = [
    store.get(bobsKey),
    'not JSON',
    '{"value":"not a record"}',
    '{"value":null}',
    '{}',
    '{"value":"[1,2,3]"}',
    packed([3, id, 'now', 0, 'w', null, []]),
    packed([3, id, now, now, 'w', null, [['user']]]),
    packed([3, id, now, now, 'w', 42, []]),
    packed([2, id, now, now, 'w', []]),
    packed([3, id, 42]),
    packed([3, id, now, now, 'w', null, []], 1),
    42,
    null,
  ];
  for (const entry of foreignEntries) {
    store.set(adasKey, entry);
    const { text } = await ada.send('/');
    assert.equal(text, 'none', `${entry}`);
  }
  // The record would be read if it were intact.
  store.set(adasKey, packed([3, id, now, now, 'w', null, [['user', 'intact']]]));
  assert.equal((await ada.send('/')).text, 'intact');
  assert.equal((await bob.send('/')).text, 'bob');
});

test('update() rethrows an error of its function, and changes nothing', async () => {
  await using server = await startSessionServer((_request, response) => {
    assert.throws(
      () =>
        session().update('user', () => {
          throw new RangeError('from the function');
        }),
      RangeError,
    );
    response.end(String(session().id));
  });
  const { text, cookies } = await server.newUser().send('/');
  assert.equal(text, 'undefined');
  assert.deepEqual(cookies, []);
});

test('a Keyv with a namespace and a custom serializer', async () => {
  const map = new Map<string, unknown>();
  const store = new Keyv({
    store: map,
    namespace: 'shop',
    serialize: (data) => `packed ${JSON.stringify(data)}`,
    deserialize: (text) => JSON.parse(text.slice('packed '.length)),
  });
  await using server = await startSessionServer(userHandler, { store });
  const ada = server.newUser();
  await ada.send('/?set=ada');
  assert.equal((await ada.send('/')).text, 'ada');
  assert.match([...map.keys()].join(), /^shop:/);
  assert.match([...map.values()].join(), /^packed /);
});

test('a client that never finishes its request: its deadline passes, other users are served, and it stores nothing', async () => {
  let markAborted = (_reason: unknown) => {};
  const reason = new Promise((resolve) => {
    markAborted = resolve;
  });
  const store: SessionStore = new Map();
  await using server = await startSessionServer(
    (request, response, url) => {
      if (request.method === 'GET') return userHandler(request, response, url);
      const { signal } = getRequestScope();
      session().set('user', 'eve');
      signal.addEventListener('abort', () => markAborted(signal.reason));
      // The response waits for the end of the body, which never comes.
      request.resume().on('end', () => response.end('done'));
      return undefined;
    },
    { store },
    { deadline: 100 },
  );
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this');
  const ada = server.newUser();
  await ada.send('/?set=ada');
  assert.equal((await ada.send('/')).text, 'ada');
  const error = await reason;
  assert.ok(error instanceof DOMException && error.name === 'TimeoutError');
  socket.destroy();
  assert.equal(store.size, 1);
});
