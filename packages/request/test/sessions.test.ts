import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { RequestError, session, withRequestScope } from '@throughline/request';
import { sessions } from '@throughline/request/sessions';
import { type Handler, SECRET, startSessionServer } from './sessions/session-server.js';

interface Shop {
  user: string;
  cart: string[];
  note: { text: string; marks: number[] };
}

/** A shop, whose routes do one thing each. */
const shop: Handler = async (request, response, url) => {
  const mine = session<Shop>();
  const value = url.searchParams.get('v') ?? '';
  switch (url.pathname) {
    case '/sign-in':
      await mine.regenerate();
      mine.set('user', value);
      break;
    case '/add':
      mine.update('cart', (cart = []) => [...cart, value]);
      break;
    case '/set':
      mine.set(url.searchParams.get('k') as 'user', value);
      break;
    case '/delete':
      mine.delete(value as 'user');
      break;
    case '/sign-out':
      await mine.destroy();
      break;
    case '/touch':
      mine.touch();
      break;
  }
  request.resume();
  response.end(JSON.stringify({ id: mine.id, user: mine.get('user'), cart: mine.get('cart') }));
};

test('who writes nothing gets no cookie, and nothing is stored', async () => {
  const store = new Map<string, unknown>();
  await using server = await startSessionServer(shop, { store });
  const answer = await server.user().ask('/');
  assert.deepEqual(answer.cookies, []);
  assert.equal(store.size, 0);
  await server.user().ask('/delete?v=user');
  await server.user().ask('/touch');
  assert.equal(store.size, 0);
});

test('what is written is there in the next request, for this user alone', async () => {
  await using server = await startSessionServer(shop);
  const [ada, bob] = [server.user(), server.user()];
  await ada.ask('/set?k=user&v=ada');
  await bob.ask('/set?k=user&v=bob');
  assert.equal(JSON.parse((await ada.ask('/')).text).user, 'ada');
  assert.equal(JSON.parse((await bob.ask('/')).text).user, 'bob');
  assert.equal(JSON.parse((await server.user().ask('/')).text).user, undefined);
});

test('the cookie: attributes on http, and behind https with the __Host- prefix', async () => {
  await using server = await startSessionServer(shop, {}, { trustProxy: 'loopback' });
  const plain = await server.user().ask('/set?k=user&v=ada');
  assert.match(plain.cookies[0] ?? '', /^sid=[\w-]{32}\.[\w%]+; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/);
  const https = server.user();
  const headers = { 'x-forwarded-proto': 'https' };
  const secure = await https.ask('/set?k=user&v=ada', { headers });
  assert.match(secure.cookies[0] ?? '', /^__Host-sid=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  assert.equal(JSON.parse((await https.ask('/', { headers })).text).user, 'ada');
  // A cookie that plain http could have set counts for nothing behind https.
  const tossed = server.user();
  tossed.jar.set('sid', https.jar.get('__Host-sid') ?? '');
  assert.equal(JSON.parse((await tossed.ask('/', { headers })).text).user, undefined);
});

test('a proxy that is not trusted cannot say that it is https', async () => {
  await using server = await startSessionServer(shop, {}, { trustProxy: '10.0.0.0/8' });
  const answer = await server.user().ask('/set?k=user&v=ada', { headers: { 'x-forwarded-proto': 'https' } });
  assert.match(answer.cookies[0] ?? '', /^sid=/);
});

test('a domain or a path of its own takes the prefix away', async () => {
  await using server = await startSessionServer(shop, {
    cookie: { name: 's', path: '/', domain: 'example.test', secure: true },
  });
  const answer = await server.user().ask('/set?k=user&v=ada');
  assert.match(answer.cookies[0] ?? '', /^s=.*Domain=example\.test; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
});

test('a sign-in gives a new id, keeps the cart, and ends the old id', async () => {
  await using server = await startSessionServer(shop);
  const ada = server.user();
  await ada.ask('/add?v=book');
  const before = ada.jar.get('sid') ?? '';
  const signedIn = await ada.ask('/sign-in?v=ada');
  assert.notEqual(ada.jar.get('sid'), before);
  assert.deepEqual(JSON.parse(signedIn.text).cart, ['book']);
  // Whoever planted or stole the cookie from before has nothing.
  const thief = server.user();
  thief.jar.set('sid', before);
  const { user, cart } = JSON.parse((await thief.ask('/')).text);
  assert.deepEqual([user, cart], [undefined, undefined]);
  assert.equal(JSON.parse((await ada.ask('/')).text).user, 'ada');
});

test('an id that the store does not know is never adopted, though it is signed', async () => {
  const store = new Map<string, unknown>();
  await using server = await startSessionServer(shop, { store });
  const ada = server.user();
  await ada.ask('/set?k=user&v=ada');
  const cookie = ada.jar.get('sid') ?? '';
  store.clear();
  const answer = await ada.ask('/set?k=user&v=eve');
  assert.notEqual(ada.jar.get('sid'), cookie);
  assert.ok(!JSON.stringify([...store]).includes(cookie.slice(0, 32)));
  assert.equal(JSON.parse(answer.text).user, 'eve');
});

test('a sign-out deletes what was stored, takes the cookie back, and a replayed cookie is worth nothing', async () => {
  const store = new Map<string, unknown>();
  await using server = await startSessionServer(shop, { store });
  const ada = server.user();
  await ada.ask('/set?k=user&v=ada');
  const cookie = ada.jar.get('sid') ?? '';
  const out = await ada.ask('/sign-out');
  assert.match(out.cookies[0] ?? '', /^sid=; Max-Age=0; Path=\/; HttpOnly; SameSite=Lax$/);
  assert.equal(store.size, 0);
  const replay = server.user();
  replay.jar.set('sid', cookie);
  assert.equal(JSON.parse((await replay.ask('/')).text).user, undefined);
});

test('after destroy() a session can begin anew in the same request, also where nobody waited', async () => {
  await using server = await startSessionServer(async (_request, response, url) => {
    if (url.pathname === '/again') {
      const ended = session().destroy();
      session().set('user', 'bob');
      if (url.searchParams.has('wait')) await ended;
    } else {
      session().set('user', 'ada');
      session().set('secret', 'of ada');
    }
    response.end(JSON.stringify([session().get('user'), session().get('secret')]));
  });
  for (const path of ['/again', '/again?wait']) {
    const ada = server.user();
    await ada.ask('/');
    const cookie = ada.jar.get('sid');
    assert.equal((await ada.ask(path)).text, '["bob",null]');
    assert.notEqual(ada.jar.get('sid'), cookie);
  }
});

test('requests of one user at once lose neither key, nor what update() adds to the same one', async () => {
  await using server = await startSessionServer(shop);
  const ada = server.user();
  await ada.ask('/set?k=user&v=ada');
  await Promise.all(Array.from({ length: 40 }, (_, i) => ada.ask(i % 2 ? `/add?v=${i}` : `/set?k=key${i}&v=${i}`)));
  const { cart } = JSON.parse((await ada.ask('/')).text);
  assert.deepEqual([...cart].sort(), Array.from({ length: 20 }, (_, i) => `${i * 2 + 1}`).sort());
});

test('a key that was set in one request at once and deleted in another is one or the other, and the rest stays', async () => {
  await using server = await startSessionServer(shop);
  const ada = server.user();
  await ada.ask('/set?k=user&v=ada');
  await ada.ask('/add?v=book');
  await Promise.all([ada.ask('/delete?v=user'), ada.ask('/set?k=user&v=eve'), ada.ask('/add?v=pen')]);
  const { user, cart } = JSON.parse((await ada.ask('/')).text);
  assert.ok(user === undefined || user === 'eve');
  assert.deepEqual(cart, ['book', 'pen']);
});

test('a request that writes while another ends the session is told so with 409, and nothing comes back to life', async () => {
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let entered = () => {};
  const inside = new Promise<void>((resolve) => {
    entered = resolve;
  });
  const store = new Map<string, unknown>();
  await using server = await startSessionServer(
    async (request, response, url) => {
      if (url.pathname !== '/slow') return shop(request, response, url);
      session().set('note', 'late');
      entered();
      await gate;
      response.end('done');
    },
    { store },
  );
  const ada = server.user();
  await ada.ask('/set?k=user&v=ada');
  const slow = ada.ask('/slow');
  await inside;
  await ada.ask('/sign-out');
  letGo();
  const answer = await slow;
  assert.equal(answer.status, 409);
  assert.match(answer.text, /ended while this request was under way/);
  assert.deepEqual(answer.cookies, []);
  assert.ok(answer.headers.get('x-request-id'));
  assert.equal(store.size, 0);
});

test('a request that was under way before a sign-in brings its keys along if it is saved first', async () => {
  await using server = await startSessionServer(async (request, response, url) => {
    if (url.pathname !== '/both') return shop(request, response, url);
    // Another request of this user writes after this one has loaded.
    await fetch(`http://${request.headers.host}/add?v=pen`, { headers: { cookie: request.headers.cookie ?? '' } });
    await session().regenerate();
    response.end(JSON.stringify(session().get('cart')));
  });
  const ada = server.user();
  await ada.ask('/add?v=book');
  assert.equal((await ada.ask('/both')).text, '["book","pen"]');
});

test('a value is frozen, and copied when it is set', async () => {
  await using server = await startSessionServer((_request, response) => {
    const note = { text: 'a', marks: [1] };
    const mine = session<Shop>();
    mine.set('note', note);
    note.text = 'changed';
    const read = mine.get('note');
    assert.deepEqual(read, { text: 'a', marks: [1] });
    assert.ok(read);
    assert.throws(() => (read.marks as number[]).push(2), TypeError);
    response.end('ok');
  });
  const ada = server.user();
  assert.equal((await ada.ask('/')).text, 'ok');
  // And so is what was loaded.
  assert.equal((await ada.ask('/')).text, 'ok');
});

test('what JSON does not carry is refused, with the place', async () => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const refused: [unknown, RegExp][] = [
    [new Date(0), /keep k: it is a Date/],
    [{ list: [1, new Map()] }, /keep k\.list\[1\]: it is a Map/],
    [Number.NaN, /it is NaN/],
    [undefined, /it is undefined/],
    [() => 1, /it is a function/],
    [1n, /it is a bigint/],
    [cyclic, /keep k\.self: it is part of itself/],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tried
    [[1, , 2], /keep k\[1\]: it is undefined/],
  ];
  await using server = await startSessionServer((_request, response) => {
    for (const [value, message] of refused) {
      assert.throws(() => session().set('k', value), { code: 'ERR_SESSION_VALUE', message });
      assert.throws(() => session().update('k', () => (value === undefined ? Number.NaN : value)), RequestError);
    }
    assert.equal(session().id, undefined);
    session().set('k', { a: undefined, b: null, c: [true, 'x', 1.5] });
    response.end(JSON.stringify(session().get('k')));
  });
  const answer = await server.user().ask('/');
  assert.equal(answer.text, '{"b":null,"c":[true,"x",1.5]}');
});

test('prototype names are keys like any other', async () => {
  await using server = await startSessionServer((_request, response, url) => {
    const mine = session();
    for (const name of ['__proto__', 'constructor', 'hasOwnProperty', 'toString', '']) {
      if (url.pathname === '/write') {
        assert.equal(mine.get(name), undefined);
        mine.set(name, JSON.parse(`{"__proto__": {"isAdmin": true}, "of": "${name}"}`));
      } else {
        const value = mine.get(name) as Record<string, unknown>;
        assert.equal(value.of, name);
        assert.equal(value.isAdmin, undefined);
        assert.equal(Object.getPrototypeOf(value), Object.prototype);
        assert.deepEqual(Object.keys(value), ['__proto__', 'of']);
      }
    }
    assert.equal(({} as Record<string, unknown>).isAdmin, undefined);
    response.end('ok');
  });
  const ada = server.user();
  assert.equal((await ada.ask('/write')).text, 'ok');
  assert.equal((await ada.ask('/read')).text, 'ok');
});

test('an answer that is streamed carries the cookie, and everything that was written', async () => {
  await using server = await startSessionServer(async (_request, response) => {
    session().set('user', 'ada');
    response.writeHead(201, 'Made', { 'content-type': 'text/x', 'Set-Cookie': 'own=1' });
    assert.equal(response.headersSent, true);
    const more = response.write('one ');
    if (!more) await once(response, 'drain');
    response.write('two ');
    response.end('three');
  });
  const answer = await server.user().ask('/');
  assert.equal(answer.status, 201);
  assert.equal(answer.text, 'one two three');
  assert.equal(answer.headers.get('content-type'), 'text/x');
  assert.deepEqual(
    answer.cookies.map((cookie) => cookie.split('=')[0]),
    ['own', 'sid'],
  );
});

test('what is written after the headers is saved; a session that would begin there says that it is too late', async () => {
  await using server = await startSessionServer(async (request, response, url) => {
    if (url.pathname === '/') return shop(request, response, url);
    response.flushHeaders();
    assert.throws(() => session().set('user', 'eve'), { code: 'ERR_SESSION_TOO_LATE' });
    assert.equal(session().id, undefined);
    response.end('refused');
  });
  assert.equal((await server.user().ask('/begin')).text, 'refused');

  await using streaming = await startSessionServer(async (request, response, url) => {
    if (url.pathname === '/') return shop(request, response, url);
    session().set('user', 'nobody');
    response.write('a');
    // The headers wait for the store, and the socket has nothing before.
    while (response.socket?.bytesWritten === 0) await new Promise((resolve) => setImmediate(resolve));
    session().set('user', 'ada');
    await assert.rejects(session().regenerate(), { code: 'ERR_SESSION_TOO_LATE' });
    await session().save();
    session().update('cart', () => ['not waited for']);
    response.end('b');
  });
  const ada = streaming.user();
  assert.equal((await ada.ask('/late')).text, 'ab');
  const { user, cart } = JSON.parse((await ada.ask('/')).text);
  assert.deepEqual([user, cart], ['ada', ['not waited for']]);
});

test('idle and absolute time', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const pass = (ms: number) => t.mock.timers.tick(ms);
  await using server = await startSessionServer(shop, { idleTimeout: 10_000, absoluteTimeout: 30_000 });
  const ada = server.user();
  const user = async () => JSON.parse((await ada.ask('/')).text).user;
  await ada.ask('/set?k=user&v=ada');
  // A use is written down, and the cookie sent anew, when a tenth of the idle time has passed since the last time.
  pass(900);
  assert.deepEqual((await ada.ask('/')).cookies, []);
  pass(9000);
  assert.match((await ada.ask('/')).cookies[0] ?? '', /Max-Age=10;/);
  pass(9900);
  assert.equal(await user(), 'ada');
  pass(9900);
  assert.match((await ada.ask('/')).cookies[0] ?? '', /Max-Age=1;/);
  pass(400);
  assert.equal(await user(), undefined);

  const bob = server.user();
  await bob.ask('/set?k=user&v=bob');
  pass(10_001);
  assert.equal(JSON.parse((await bob.ask('/')).text).user, undefined);
});

test('touch() puts the end off', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  await using server = await startSessionServer(shop, { idleTimeout: 10_000 });
  const ada = server.user();
  await ada.ask('/set?k=user&v=ada');
  t.mock.timers.tick(500);
  assert.equal((await ada.ask('/touch')).cookies.length, 1);
  t.mock.timers.tick(9800);
  assert.equal(JSON.parse((await ada.ask('/')).text).user, 'ada');
});

test('a new secret first, the old one still good: the cookie is signed anew', async () => {
  const store = new Map<string, unknown>();
  const [old, fresh] = ['an old secret of thirty-two letters', 'a new secret of thirty-two letters'] as const;
  await using before = await startSessionServer(shop, { store, secret: old });
  await using during = await startSessionServer(shop, { store, secret: [fresh, old] });
  await using after = await startSessionServer(shop, { store, secret: fresh });
  const ada = before.user();
  await ada.ask('/set?k=user&v=ada');
  const rotated = during.user();
  rotated.jar.set('sid', ada.jar.get('sid') ?? '');
  const answer = await rotated.ask('/');
  assert.equal(JSON.parse(answer.text).user, 'ada');
  assert.equal(answer.cookies.length, 1);
  const later = after.user();
  later.jar.set('sid', rotated.jar.get('sid') ?? '');
  assert.equal(JSON.parse((await later.ask('/')).text).user, 'ada');
  later.jar.set('sid', ada.jar.get('sid') ?? '');
  assert.equal(JSON.parse((await later.ask('/')).text).user, undefined);
});

test('options that are wrong are refused when the server starts', () => {
  const refused = (options: object, message: RegExp) =>
    assert.throws(() => sessions({ secret: SECRET, store: new Map(), ...options }), {
      code: 'ERR_INVALID_OPTION',
      message,
    });
  refused({ secret: undefined }, /at least 32 characters/);
  refused({ secret: 'short' }, /at least 32 characters/);
  refused({ secret: [SECRET, 'short'] }, /at least 32 characters/);
  refused({ secret: [] }, /at least 32 characters/);
  refused({ idleTimeout: 0 }, /idleTimeout must be a number/);
  refused({ absoluteTimeout: '1d' }, /absoluteTimeout must be a number.*not 1d/);
  refused({ storeTimeout: Number.NaN }, /storeTimeout/);
  refused({ cookie: { name: 'a b' } }, /cookie\.name/);
  refused({ cookie: { name: '__Host-sid' } }, /must not begin with __/);
  refused({ cookie: { path: 'x' } }, /cookie\.path/);
  refused({ cookie: { domain: 'a;b' } }, /cookie\.domain/);
  refused({ cookie: { sameSite: 'strange' } }, /cookie\.sameSite/);
  refused({ cookie: { sameSite: 'none', secure: false } }, /needs https/);
});

test('sessions in memory say so at the start, others do not', () => {
  const lines: string[] = [];
  const log = { warn: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
  sessions({ secret: SECRET, log });
  assert.match(lines.join(), /^Sessions are kept in the memory of this process/);
  sessions({ secret: SECRET, log, store: new Map() });
  assert.equal(lines.length, 1);
});

test('session() says what is missing', () => {
  assert.throws(() => session(), { code: 'ERR_NO_REQUEST_SCOPE' });
  withRequestScope({}, () =>
    assert.throws(() => session(), { code: 'ERR_NO_SESSION', message: /Give the adapter one/ }),
  );
});
