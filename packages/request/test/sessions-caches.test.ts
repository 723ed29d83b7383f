/**
 * What must hold although signatures and parsed records are kept: nothing outlives the session, and no request sees what
 * another one has not saved.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { session } from '@throughline/request';
import { sessions } from '@throughline/request/sessions';
import { requestScope } from '@throughline/request/web';
import Keyv from 'keyv';
import { CountingStore } from './sessions/counting-store.js';
import { SECRET, type SessionHandler, startSessionServer } from './sessions/session-server.js';

interface Note {
  text: string;
  marks: number[];
}

interface Notes {
  user: string;
  note: Note;
  count: number;
}

const notesHandler: SessionHandler = async (_request, response, url) => {
  const current = session<Notes>();
  const value = url.searchParams.get('v') ?? '';
  if (url.pathname === '/set') current.set('user', value);
  if (url.pathname === '/note') current.set('note', { text: value, marks: [1] });
  if (url.pathname === '/sign-in') await current.regenerate({ user: value });
  if (url.pathname === '/sign-out') await current.destroy();
  response.end(JSON.stringify([current.user ?? null, current.get('user') ?? null, current.get('note')?.text ?? null]));
};

/** Stores in the memory of this process, and elsewhere. */
const STORES = { Map: () => new Map<string, unknown>(), adapter: () => new CountingStore() } as const;

/** The entries of either store. */
function entriesOf(store: Map<string, unknown> | CountingStore): Map<string, unknown> {
  return store instanceof Map ? store : store.map;
}

for (const [title, createStore] of Object.entries(STORES)) {
  test(`${title}: what another process does to a session is seen by the next request`, async () => {
    const store = createStore();
    // Each server keeps its own parsed records, as another process would.
    await using one = await startSessionServer(notesHandler, { store });
    await using other = await startSessionServer(notesHandler, { store });
    const ada = one.newUser();
    const elsewhere = other.newUser();
    await ada.send('/set?v=ada');
    elsewhere.jar.set('sid', ada.jar.get('sid') ?? '');
    assert.equal((await elsewhere.send('/')).text, '[null,"ada",null]');
    await ada.send('/set?v=eve');
    assert.equal((await elsewhere.send('/')).text, '[null,"eve",null]');
    await elsewhere.send('/note?v=hello');
    assert.equal((await ada.send('/')).text, '[null,"eve","hello"]');
    // A restored entry counts as it is, although a later one was read.
    const [[key, entry] = ['', '']] = entriesOf(store);
    await ada.send('/note?v=later');
    assert.equal((await ada.send('/')).text, '[null,"eve","later"]');
    entriesOf(store).set(key, entry as string);
    assert.equal((await ada.send('/')).text, '[null,"eve","hello"]');
    // An entry of another session under this key is not read.
    const bob = one.newUser();
    await bob.send('/set?v=bob');
    const [, [, entryOfBob] = ['', '']] = entriesOf(store);
    entriesOf(store).set(key, entryOfBob as string);
    assert.equal((await ada.send('/')).text, '[null,null,null]');
    entriesOf(store).set(key, entry as string);
    await elsewhere.send('/sign-out');
    for (const server of [one, other]) {
      const replay = server.newUser();
      replay.jar.set('sid', ada.jar.get('sid') ?? '');
      assert.equal((await replay.send('/')).text, '[null,null,null]');
    }
    await ada.send('/set?v=new');
    entriesOf(store).clear();
    assert.equal((await ada.send('/')).text, '[null,null,null]');
  });

  test(`${title}: a session that moved or ended is worthless in each process, also after signing out everywhere`, async () => {
    const store = createStore();
    const shopSessions = sessions({ secret: SECRET, store, log: { warn() {}, error() {} } });
    await using one = await startSessionServer(notesHandler, { store });
    await using other = await startSessionServer(notesHandler, { store });
    const ada = one.newUser();
    await ada.send('/set?v=ada');
    const planted = ada.jar.get('sid') ?? '';
    await ada.send('/sign-in?v=ada');
    const signedIn = ada.jar.get('sid') ?? '';
    const read = async (server: typeof one, cookie: string) => {
      const user = server.newUser();
      user.jar.set('sid', cookie);
      return (await user.send('/')).text;
    };
    for (const server of [one, other]) {
      assert.equal(await read(server, planted), '[null,null,null]');
      assert.equal(await read(server, signedIn), '["ada","ada",null]');
    }
    for (const listed of await shopSessions.sessionsOf('ada')) await listed.end();
    for (const server of [one, other]) assert.equal(await read(server, signedIn), '[null,null,null]');
  });

  test(`${title}: a session that was read a moment ago expires`, async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
    await using server = await startSessionServer(notesHandler, {
      store: createStore(),
      idleTimeout: 10_000,
      absoluteTimeout: 15_000,
    });
    const [ada, bob] = [server.newUser(), server.newUser()];
    await ada.send('/set?v=ada');
    await bob.send('/set?v=bob');
    t.mock.timers.tick(9900);
    assert.equal((await ada.send('/')).text, '[null,"ada",null]');
    t.mock.timers.tick(200);
    assert.equal((await bob.send('/')).text, '[null,null,null]');
    assert.equal((await ada.send('/')).text, '[null,"ada",null]');
    t.mock.timers.tick(4901);
    assert.equal((await ada.send('/')).text, '[null,null,null]');
  });

  test(`${title}: what a request changes is seen by no other request before it is saved`, async () => {
    const store = createStore();
    const opened: Promise<unknown>[] = [];
    await using server = await startSessionServer(
      async (request, response, url) => {
        if (url.pathname !== '/unsaved') return notesHandler(request, response, url);
        const current = session<Notes>();
        const note = current.get('note') as Note;
        // The values of all requests are the same objects, so no part of them may change.
        assert.throws(() => note.marks.push(2), TypeError);
        assert.throws(() => Object.assign(note, { text: 'changed' }), TypeError);
        assert.throws(() => Object.setPrototypeOf(note.marks, null), TypeError);
        assert.throws(() => Object.defineProperty(note, 'more', { value: 1 }), TypeError);
        current.set('user', 'unsaved');
        current.update('note', (value) => ({ text: `${value?.text}!`, marks: [] }));
        current.delete('count');
        const { headers } = request;
        const other = fetch(`http://${headers.host}/`, { headers: { cookie: headers.cookie ?? '' } });
        opened.push(other.then(async (one) => assert.equal(await one.text(), '[null,"ada","hello"]')));
        await opened.at(-1);
        assert.deepEqual([current.get('user'), current.get('note')?.text], ['unsaved', 'hello!']);
        // Nothing is saved.
        response.destroy();
      },
      { store },
    );
    const ada = server.newUser();
    await ada.send('/set?v=ada');
    await ada.send('/note?v=hello');
    await assert.rejects(ada.send('/unsaved'));
    await Promise.all(opened);
    assert.equal(opened.length, 1);
    assert.equal((await ada.send('/')).text, '[null,"ada","hello"]');
  });
}

test('a Keyv of the application unpacks an entry each time, because it may no longer accept what it has accepted', async () => {
  let isRevoked = false;
  const store = new Keyv({
    store: new Map(),
    serialize: JSON.stringify,
    deserialize: (text) => {
      if (isRevoked) throw new Error('The key of this entry was revoked.');
      return JSON.parse(text);
    },
  });
  await using server = await startSessionServer(notesHandler, { store });
  const ada = server.newUser();
  await ada.send('/set?v=ada');
  assert.equal((await ada.send('/')).text, '[null,"ada",null]');
  isRevoked = true;
  assert.equal((await ada.send('/')).text, '[null,null,null]');
});

test('a session in memory is loaded and saved without a promise and without a timer', async (t) => {
  const stored = sessions({ secret: SECRET, store: new Map() });
  const handle = requestScope(
    () => {
      session().set('count', (session().get('count') ?? 0) + 1);
      return new Response(`${session().get('count')}`);
    },
    { session: stored },
  );
  // An adapter for the Fetch API returns a promise only if it must wait for the store.
  const first = handle(new Request('http://localhost/')) as unknown;
  assert.ok(first instanceof Response);
  const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const setTimer = t.mock.method(globalThis, 'setTimeout');
  const second = handle(new Request('http://localhost/', { headers: { cookie } })) as unknown;
  assert.ok(second instanceof Response);
  assert.equal(await second.text(), '2');
  assert.equal(setTimer.mock.callCount(), 0);
});

test('a thousand requests that write one session in memory at once are all saved, without a delay', async (t) => {
  const stored = sessions({ secret: SECRET, store: new Map() });
  const handle = requestScope(
    async () => {
      session().update('count', (count = 0) => count + 1);
      // All requests have loaded the session before one of them is saved.
      await new Promise((resolve) => setImmediate(resolve));
      return new Response(`${session().get('count')}`);
    },
    { session: stored },
  );
  const cookie = (await handle(new Request('http://localhost/'))).headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const setTimer = t.mock.method(globalThis, 'setTimeout');
  const request = () => handle(new Request('http://localhost/', { headers: { cookie } }));
  const responses = await Promise.all(Array.from({ length: 1000 }, request));
  assert.ok(responses.every(({ status }) => status === 200));
  assert.equal(setTimer.mock.callCount(), 0);
  assert.equal(await (await request()).text(), '1002');
});

/** A Map that throws once, before or after the next write. */
class FailingMap extends Map<string, unknown> {
  failure: 'before' | 'after' | undefined;

  override set(key: string, value: unknown): this {
    const { failure } = this;
    this.failure = undefined;
    if (failure === 'before') throw new Error('the write failed');
    super.set(key, value);
    if (failure === 'after') throw new Error('the result was lost');
    return this;
  }
}

for (const [failure, count] of [
  ['before', 1],
  ['after', 2],
] as const) {
  test(`a Map that fails ${failure} a write makes the response a 503, and the change is made at most once`, async () => {
    const store = new FailingMap();
    await using server = await startSessionServer(
      (_request, response, url) => {
        if (url.pathname === '/count') session<Notes>().update('count', (value = 0) => value + 1);
        if (url.searchParams.has('fail')) store.failure = failure;
        response.end(`${session<Notes>().get('count')}`);
      },
      { store },
    );
    const ada = server.newUser();
    await ada.send('/count');
    const failed = await ada.send('/count?fail');
    assert.deepEqual([failed.status, failed.cookies], [503, []]);
    assert.match(server.logLines.at(-1) ?? '', /could not be saved.*(?:write failed|result was lost)/);
    assert.equal((await ada.send('/')).text, `${count}`);
    assert.equal((await ada.send('/count')).text, `${count + 1}`);
  });
}

for (const failure of ['before', 'after'] as const) {
  test(`a later save of a request whose response failed ${failure} a write makes its change once`, async () => {
    const store = new FailingMap();
    await using server = await startSessionServer(
      async (_request, response, url) => {
        const current = session<Notes>();
        if (url.pathname === '/count') current.update('count', (value = 0) => value + 1);
        if (url.searchParams.has('fail')) store.failure = failure;
        response.end(`${current.get('count')}`);
        if (url.searchParams.has('fail')) await current.save();
      },
      { store },
    );
    const ada = server.newUser();
    await ada.send('/count');
    assert.equal((await ada.send('/count?fail')).status, 503);
    assert.equal((await ada.send('/')).text, '2');
  });
}

test('a call that Node rejects after the session was saved adds its cookie once, and keeps the other cookies', async () => {
  await using server = await startSessionServer(async (_request, response, url) => {
    session<Notes>().update('count', (value = 0) => value + 1);
    response.appendHeader('set-cookie', 'own=1');
    const invalid = url.pathname.slice(1) as 'end' | 'write' | 'writeHead';
    if (invalid === 'writeHead') assert.throws(() => response.writeHead(200, { 'bad name': '1' }));
    else assert.throws(() => response[invalid](42));
    assert.equal(response.headersSent, false);
    // What is changed after the call is saved too.
    session<Notes>().update('count', (value = 0) => value + 1);
    response.statusCode = 500;
    response.end(`${session<Notes>().get('count')}`);
    if (!response.writableFinished) await once(response, 'finish');
  });
  for (const method of ['end', 'write', 'writeHead']) {
    const ada = server.newUser();
    assert.equal((await ada.send(`/${method}`)).text, '2');
    const { status, text, cookies } = await ada.send(`/${method}`);
    assert.deepEqual([status, text], [500, '4'], method);
    assert.deepEqual(
      cookies.map((cookie) => cookie.split('=')[0]),
      ['own', 'sid'],
      method,
    );
  }
});

for (const method of ['write', 'end', 'writeHead', 'flushHeaders'] as const) {
  test(`a response that begins with ${method}() carries the cookie of a session in memory`, async () => {
    await using server = await startSessionServer((_request, response) => {
      session<Notes>().set('user', 'ada');
      if (method === 'write') response.write('text');
      if (method === 'writeHead') response.writeHead(200, { vary: 'Accept' });
      if (method === 'flushHeaders') response.flushHeaders();
      response.end();
    });
    const { cookies, headers } = await server.newUser().send('/');
    assert.match(cookies.join(), /^sid=/);
    assert.equal(headers.get('cache-control'), 'private');
    assert.equal(headers.get('vary'), method === 'writeHead' ? 'Accept, Cookie' : 'Cookie');
  });
}
