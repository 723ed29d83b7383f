/** What comes from outside and is wrong: cookies that nobody signed, stores that fail, clients that never end. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { getRequestScope, session } from '@throughline/request';
import type { SessionStore } from '@throughline/request/sessions';
import { sign } from 'cookie-signature';
import Keyv from 'keyv';
import { type Handler, SECRET, startSessionServer } from './sessions/session-server.js';

const named: Handler = (_request, response, url) => {
  const name = url.searchParams.get('set');
  if (name !== null) session().set('user', name);
  response.end(String(session().get('user') ?? 'nobody'));
};

test('cookies that are malformed, forged or oversized name no session', async () => {
  const store = new Map<string, unknown>();
  await using server = await startSessionServer(named, { store });
  const ada = server.user();
  await ada.ask('/?set=ada');
  const good = decodeURIComponent(ada.jar.get('sid') ?? '');
  const id = good.slice(0, 32);
  const bad = [
    '',
    '=',
    'sid',
    'sid=',
    'sid=.',
    `sid=${id}`,
    `sid=${id}.`,
    `sid=${good.slice(0, -1)}`,
    `sid=${good}A`,
    `sid=${id.toLowerCase()}${good.slice(32)}`,
    `sid=${encodeURIComponent(sign(id, 'a secret that the server has not got'))}`,
    `sid=${encodeURIComponent(sign('__proto__', SECRET))}`,
    `sid=${encodeURIComponent(sign('../../etc/passwd', SECRET))}`,
    `sid=${encodeURIComponent(sign('x'.repeat(32), SECRET))}`,
    'sid=%',
    'sid=%E0%A4%A',
    'sid=%00',
    `sid=${'x'.repeat(8000)}`,
    `sid=${'%41'.repeat(4000)}`,
    `__proto__=${good}`,
    `${'a=b; '.repeat(2000)}`,
    `sid=wrong; sid=${encodeURIComponent(good)}`,
    '"',
    'sid="',
    ';;;;,,,,',
  ];
  const before = store.size;
  for (const cookie of bad) {
    const response = await fetch(server.url, { headers: { cookie } });
    assert.equal(response.status, 200, cookie.slice(0, 60));
    assert.equal(await response.text(), 'nobody', cookie.slice(0, 60));
    assert.deepEqual(response.headers.getSetCookie(), []);
  }
  assert.equal(store.size, before);
  // And the good one still is.
  assert.equal((await ada.ask('/')).text, 'ada');
});

test('each written session gets an id of its own, also where a forged cookie comes along', async () => {
  await using server = await startSessionServer(named);
  const forged = encodeURIComponent(sign('x'.repeat(32), SECRET));
  const ids = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const user = server.user();
    user.jar.set('sid', forged);
    await user.ask(`/?set=user${i}`);
    ids.add(user.jar.get('sid') ?? '');
  }
  assert.equal(ids.size, 20);
  assert.ok(!ids.has(forged));
});

/** A store that does what it is told to, around a Map. */
class MoodyStore {
  readonly opts = {};
  readonly map = new Map<string, unknown>();
  hanging = 0;
  #mood: 'good' | 'fails' | 'hangs' = 'good';
  #waiting: (() => void)[] = [];

  /** Who has waited goes on when the store is good again. */
  set mood(mood: 'good' | 'fails' | 'hangs') {
    this.#mood = mood;
    for (const goOn of this.#waiting.splice(0)) goOn();
  }

  async get(key: string): Promise<undefined> {
    await this.#answer();
    // Keyv's types say that an adapter knows what it holds.
    return this.map.get(key) as undefined;
  }

  async set(key: string, value: unknown): Promise<void> {
    await this.#answer();
    this.map.set(key, value);
  }

  async delete(key: string): Promise<boolean> {
    await this.#answer();
    return this.map.delete(key);
  }

  async clear(): Promise<void> {
    this.map.clear();
  }

  on(): this {
    return this;
  }

  async #answer(): Promise<void> {
    if (this.#mood === 'fails') throw new Error('the disk is full of cats');
    if (this.#mood !== 'hangs') return;
    this.hanging++;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

for (const mood of ['fails', 'hangs'] as const) {
  test(`a store that ${mood}: a clear 503, a line in the log, nobody else's data; then it comes back`, async () => {
    const store = new MoodyStore();
    await using server = await startSessionServer(named, { store, storeTimeout: 50 });
    const [ada, bob] = [server.user(), server.user()];
    await ada.ask('/?set=ada');
    await bob.ask('/?set=bob');
    const cookie = ada.jar.get('sid');
    const linesBefore = server.lines.length;

    store.mood = mood;
    const loading = await ada.ask('/');
    assert.equal(loading.status, 503);
    assert.equal(loading.text, 'The session could not be reached. Try again later.\n');
    assert.ok(loading.headers.get('x-request-id'));
    const saving = await server.user().ask('/?set=eve');
    assert.equal(saving.status, 503);
    assert.equal(saving.text, 'The session could not be reached. Try again later.\n');
    assert.deepEqual([loading.cookies, saving.cookies], [[], []]);
    const why = mood === 'fails' ? /the disk is full of cats/ : /no answer within 50 ms/;
    assert.equal(server.lines.length, linesBefore + 2);
    for (const line of server.lines.slice(linesBefore)) assert.match(line, why);
    // A request without a session never asks the store.
    assert.equal((await server.user().ask('/')).text, 'nobody');

    store.mood = 'good';
    assert.equal(ada.jar.get('sid'), cookie);
    assert.deepEqual([(await ada.ask('/')).text, (await bob.ask('/')).text], ['ada', 'bob']);
    await ada.ask('/?set=ada again');
    assert.equal((await ada.ask('/')).text, 'ada again');
  });
}

test('a store that hangs is asked by all the requests of a user at once, not by one after the other', async () => {
  const store = new MoodyStore();
  await using server = await startSessionServer(named, { store, storeTimeout: 2000 });
  const ada = server.user();
  await ada.ask('/?set=ada');
  store.mood = 'hangs';
  const answers = Array.from({ length: 20 }, () => ada.ask('/?set=x'));
  const first = await Promise.race(answers);
  assert.equal(first.status, 503);
  assert.equal(store.hanging, 20);
  await Promise.all(answers);
});

test('a store without compare and set serves one process, and says at the start that it is no more', async () => {
  const store = new MoodyStore();
  await using server = await startSessionServer(
    (_request, response, url) => {
      const value = url.searchParams.get('v');
      if (value !== null) session<{ list: string[] }>().update('list', (list = []) => [...list, value]);
      response.end(JSON.stringify(session().get('list')));
    },
    { store },
  );
  assert.match(server.lines[0] ?? '', /cannot compare and set in one step/);
  const ada = server.user();
  await ada.ask('/?v=0');
  await Promise.all(Array.from({ length: 20 }, (_, i) => ada.ask(`/?v=${i + 1}`)));
  assert.equal(JSON.parse((await ada.ask('/')).text).length, 21);
});

test('an entry that is another session’s, or no session at all, is taken for none', async () => {
  const store = new Map<string, unknown>();
  await using server = await startSessionServer(named, { store });
  const [ada, bob] = [server.user(), server.user()];
  await ada.ask('/?set=ada');
  await bob.ask('/?set=bob');
  const [adasKey = '', bobsKey = ''] = store.keys();
  const wrong = [
    store.get(bobsKey),
    'no JSON',
    '{"value":"no record"}',
    '{"value":null}',
    '{}',
    '{"value":"[1,2,3]"}',
    JSON.stringify({ value: JSON.stringify([2, adasKey.split(':')[1], 'now', 0, 'w', []]) }),
    JSON.stringify({ value: JSON.stringify([2, adasKey.split(':')[1], Date.now(), Date.now(), 'w', [['user']]]) }),
    JSON.stringify({ value: JSON.stringify([2, adasKey.split(':')[1], Date.now(), Date.now(), 'w', []]), expires: 1 }),
    42,
    null,
  ];
  for (const entry of wrong) {
    store.set(adasKey, entry);
    const answer = await ada.ask('/');
    assert.equal(answer.text, 'nobody', `${entry}`);
  }
  assert.equal((await bob.ask('/')).text, 'bob');
});

test('an error of the application in update() is its own, and nothing has changed', async () => {
  await using server = await startSessionServer((_request, response) => {
    assert.throws(
      () =>
        session().update('user', () => {
          throw new RangeError('mine');
        }),
      RangeError,
    );
    response.end(String(session().id));
  });
  const answer = await server.user().ask('/');
  assert.equal(answer.text, 'undefined');
  assert.deepEqual(answer.cookies, []);
});

test('a Keyv of the application, with its namespace and its own serializer', async () => {
  const map = new Map<string, unknown>();
  const store = new Keyv({
    store: map,
    namespace: 'shop',
    serialize: (data) => `packed ${JSON.stringify(data)}`,
    deserialize: (text) => JSON.parse(text.slice('packed '.length)),
  });
  await using server = await startSessionServer(named, { store });
  const ada = server.user();
  await ada.ask('/?set=ada');
  assert.equal((await ada.ask('/')).text, 'ada');
  assert.match([...map.keys()].join(), /^shop:/);
  assert.match([...map.values()].join(), /^packed /);
});

test('a client that never finishes its request: the deadline passes, the others are served, nothing is kept', async () => {
  let aborted = (_reason: unknown) => {};
  const reason = new Promise((resolve) => {
    aborted = resolve;
  });
  const store: SessionStore = new Map();
  await using server = await startSessionServer(
    (request, response, url) => {
      if (request.method === 'GET') return named(request, response, url);
      const { signal } = getRequestScope();
      session().set('user', 'eve');
      signal.addEventListener('abort', () => aborted(signal.reason));
      // The body never ends, and the answer waits for it.
      request.resume().on('end', () => response.end('done'));
      return undefined;
    },
    { store },
    { deadline: 100 },
  );
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this');
  const ada = server.user();
  await ada.ask('/?set=ada');
  assert.equal((await ada.ask('/')).text, 'ada');
  const error = await reason;
  assert.ok(error instanceof DOMException && error.name === 'TimeoutError');
  socket.destroy();
  assert.equal(store.size, 1);
});
