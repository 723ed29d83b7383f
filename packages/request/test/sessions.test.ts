import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { RequestError, session, withRequestScope } from '@throughline/request';
import { sessions } from '@throughline/request/sessions';
import { SECRET, type SessionHandler, startSessionServer } from './sessions/session-server.js';

interface Shop {
  user: string;
  cart: string[];
  note: { text: string; marks: number[] };
}

/** A shop. Each route makes one call to the session. */
const shopHandler: SessionHandler = async (request, response, url) => {
  const shopSession = session<Shop>();
  const value = url.searchParams.get('v') ?? '';
  switch (url.pathname) {
    case '/sign-in':
      await shopSession.regenerate();
      shopSession.set('user', value);
      break;
    case '/add':
      shopSession.update('cart', (cart = []) => [...cart, value]);
      break;
    case '/set':
      shopSession.set(url.searchParams.get('k') as 'user', value);
      break;
    case '/delete':
      shopSession.delete(value as 'user');
      break;
    case '/sign-out':
      await shopSession.destroy();
      break;
    case '/touch':
      shopSession.touch();
      break;
  }
  request.resume();
  response.end(JSON.stringify({ id: shopSession.id, user: shopSession.get('user'), cart: shopSession.get('cart') }));
};

test('a request that writes nothing sets no cookie and stores nothing', async () => {
  const store = new Map<string, unknown>();
  await using server = await startSessionServer(shopHandler, { store });
  const { cookies } = await server.newUser().send('/');
  assert.deepEqual(cookies, []);
  assert.equal(store.size, 0);
  await server.newUser().send('/delete?v=user');
  await server.newUser().send('/touch');
  assert.equal(store.size, 0);
});

test('a value that one request writes can be read by the next request of the same user only', async () => {
  await using server = await startSessionServer(shopHandler);
  const [ada, bob] = [server.newUser(), server.newUser()];
  await ada.send('/set?k=user&v=ada');
  await bob.send('/set?k=user&v=bob');
  assert.equal(JSON.parse((await ada.send('/')).text).user, 'ada');
  assert.equal(JSON.parse((await bob.send('/')).text).user, 'bob');
  assert.equal(JSON.parse((await server.newUser().send('/')).text).user, undefined);
});

test('the attributes of the cookie over HTTP, and over HTTPS, where it has the prefix __Host-', async () => {
  await using server = await startSessionServer(shopHandler, {}, { trustProxy: 'loopback' });
  const plain = await server.newUser().send('/set?k=user&v=ada');
  assert.match(plain.cookies[0] ?? '', /^sid=[\w-]{32}\.[\w%]+; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/);
  const https = server.newUser();
  const headers = { 'x-forwarded-proto': 'https' };
  const secure = await https.send('/set?k=user&v=ada', { headers });
  assert.match(secure.cookies[0] ?? '', /^__Host-sid=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  assert.equal(JSON.parse((await https.send('/', { headers })).text).user, 'ada');
  // Over HTTPS, a cookie without the prefix is ignored: it could have been set over HTTP.
  const injected = server.newUser();
  injected.jar.set('sid', https.jar.get('__Host-sid') ?? '');
  assert.equal(JSON.parse((await injected.send('/', { headers })).text).user, undefined);
});

test('the header x-forwarded-proto of an untrusted proxy is ignored', async () => {
  await using server = await startSessionServer(shopHandler, {}, { trustProxy: '10.0.0.0/8' });
  const { cookies } = await server.newUser().send('/set?k=user&v=ada', { headers: { 'x-forwarded-proto': 'https' } });
  assert.match(cookies[0] ?? '', /^sid=/);
});

test('the cookie has no prefix if a domain or a path is configured', async () => {
  await using server = await startSessionServer(shopHandler, {
    cookie: { name: 's', path: '/', domain: 'example.test', secure: true },
  });
  const { cookies } = await server.newUser().send('/set?k=user&v=ada');
  assert.match(cookies[0] ?? '', /^s=.*Domain=example\.test; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
});

test('a sign-in with regenerate() creates a new id, keeps the cart, and ends the old id', async () => {
  await using server = await startSessionServer(shopHandler);
  const ada = server.newUser();
  await ada.send('/add?v=book');
  const before = ada.jar.get('sid') ?? '';
  const signedIn = await ada.send('/sign-in?v=ada');
  assert.notEqual(ada.jar.get('sid'), before);
  assert.deepEqual(JSON.parse(signedIn.text).cart, ['book']);
  // The old cookie is worthless to an attacker who planted or stole it.
  const thief = server.newUser();
  thief.jar.set('sid', before);
  const { user, cart } = JSON.parse((await thief.send('/')).text);
  assert.deepEqual([user, cart], [undefined, undefined]);
  assert.equal(JSON.parse((await ada.send('/')).text).user, 'ada');
});

test('an id that the store does not hold is never adopted, even with a valid signature', async () => {
  const store = new Map<string, unknown>();
  await using server = await startSessionServer(shopHandler, { store });
  const ada = server.newUser();
  await ada.send('/set?k=user&v=ada');
  const cookie = ada.jar.get('sid') ?? '';
  store.clear();
  const { text } = await ada.send('/set?k=user&v=eve');
  assert.notEqual(ada.jar.get('sid'), cookie);
  assert.ok(!JSON.stringify([...store]).includes(cookie.slice(0, 32)));
  assert.equal(JSON.parse(text).user, 'eve');
});

test('a sign-out with destroy() deletes the record and removes the cookie, and a replayed cookie is worthless', async () => {
  const store = new Map<string, unknown>();
  await using server = await startSessionServer(shopHandler, { store });
  const ada = server.newUser();
  await ada.send('/set?k=user&v=ada');
  const cookie = ada.jar.get('sid') ?? '';
  const { cookies } = await ada.send('/sign-out');
  assert.match(cookies[0] ?? '', /^sid=; Max-Age=0; Path=\/; HttpOnly; SameSite=Lax$/);
  assert.equal(store.size, 0);
  const replay = server.newUser();
  replay.jar.set('sid', cookie);
  assert.equal(JSON.parse((await replay.send('/')).text).user, undefined);
});

test('after destroy() a new session can begin in the same request, even if the promise is not awaited', async () => {
  await using server = await startSessionServer(async (_request, response, url) => {
    if (url.pathname === '/again') {
      const destroyed = session().destroy();
      session().set('user', 'bob');
      if (url.searchParams.has('wait')) await destroyed;
    } else {
      session().set('user', 'ada');
      session().set('secret', 'of ada');
    }
    response.end(JSON.stringify([session().get('user'), session().get('secret')]));
  });
  for (const path of ['/again', '/again?wait']) {
    const ada = server.newUser();
    await ada.send('/');
    const cookie = ada.jar.get('sid');
    assert.equal((await ada.send(path)).text, '["bob",null]');
    assert.notEqual(ada.jar.get('sid'), cookie);
  }
});

test("concurrent requests of one user keep each other's keys, and what each adds to one key with update()", async () => {
  await using server = await startSessionServer(shopHandler);
  const ada = server.newUser();
  await ada.send('/set?k=user&v=ada');
  await Promise.all(Array.from({ length: 40 }, (_, i) => ada.send(i % 2 ? `/add?v=${i}` : `/set?k=key${i}&v=${i}`)));
  const { cart } = JSON.parse((await ada.send('/')).text);
  assert.deepEqual([...cart].sort(), Array.from({ length: 20 }, (_, i) => `${i * 2 + 1}`).sort());
});

test('a key that one request sets while another deletes it is either set or deleted, and other changes are kept', async () => {
  await using server = await startSessionServer(shopHandler);
  const ada = server.newUser();
  await ada.send('/set?k=user&v=ada');
  await ada.send('/add?v=book');
  await Promise.all([ada.send('/delete?v=user'), ada.send('/set?k=user&v=eve'), ada.send('/add?v=pen')]);
  const { user, cart } = JSON.parse((await ada.send('/')).text);
  assert.ok(user === undefined || user === 'eve');
  assert.deepEqual(cart, ['book', 'pen']);
});

test('a request that writes while another one ends the session is a 409, and the session is not restored', async () => {
  let proceed = () => {};
  const mayProceed = new Promise<void>((resolve) => {
    proceed = resolve;
  });
  let markEntered = () => {};
  const entered = new Promise<void>((resolve) => {
    markEntered = resolve;
  });
  const store = new Map<string, unknown>();
  await using server = await startSessionServer(
    async (request, response, url) => {
      if (url.pathname !== '/slow') return shopHandler(request, response, url);
      session().set('note', 'late');
      markEntered();
      await mayProceed;
      response.end('done');
    },
    { store },
  );
  const ada = server.newUser();
  await ada.send('/set?k=user&v=ada');
  const slow = ada.send('/slow');
  await entered;
  await ada.send('/sign-out');
  proceed();
  const { status, text, cookies, headers } = await slow;
  assert.equal(status, 409);
  assert.match(text, /ended while this request was in progress/);
  assert.deepEqual(cookies, []);
  assert.ok(headers.get('x-request-id'));
  assert.equal(store.size, 0);
});

test('a sign-in keeps the changes that another request has saved since the session was loaded', async () => {
  await using server = await startSessionServer(async (request, response, url) => {
    if (url.pathname !== '/both') return shopHandler(request, response, url);
    // Another request of this user writes after this one has loaded the session.
    await fetch(`http://${request.headers.host}/add?v=pen`, { headers: { cookie: request.headers.cookie ?? '' } });
    await session().regenerate();
    response.end(JSON.stringify(session().get('cart')));
  });
  const ada = server.newUser();
  await ada.send('/add?v=book');
  assert.equal((await ada.send('/both')).text, '["book","pen"]');
});

test('a value is copied when it is set, and frozen', async () => {
  await using server = await startSessionServer((_request, response) => {
    const note = { text: 'a', marks: [1] };
    const shopSession = session<Shop>();
    shopSession.set('note', note);
    note.text = 'changed';
    const read = shopSession.get('note');
    assert.deepEqual(read, { text: 'a', marks: [1] });
    assert.ok(read);
    assert.throws(() => (read.marks as number[]).push(2), TypeError);
    response.end('ok');
  });
  const ada = server.newUser();
  assert.equal((await ada.send('/')).text, 'ok');
  // A value that was loaded is frozen too.
  assert.equal((await ada.send('/')).text, 'ok');
});

test('a value that JSON cannot represent is rejected, with its path', async () => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const rejected: [unknown, RegExp][] = [
    [new Date(0), /keep k: it is a Date/],
    [{ list: [1, new Map()] }, /keep k\.list\[1\]: it is a Map/],
    [Number.NaN, /it is NaN/],
    [undefined, /it is undefined/],
    [() => 1, /it is a function/],
    [1n, /it is a bigint/],
    [cyclic, /keep k\.self: it is part of itself/],
    // biome-ignore lint/suspicious/noSparseArray: the hole is tested
    [[1, , 2], /keep k\[1\]: it is undefined/],
  ];
  await using server = await startSessionServer((_request, response) => {
    for (const [value, message] of rejected) {
      assert.throws(() => session().set('k', value), { code: 'ERR_SESSION_VALUE', message });
      assert.throws(() => session().update('k', () => (value === undefined ? Number.NaN : value)), RequestError);
    }
    assert.equal(session().id, undefined);
    session().set('k', { a: undefined, b: null, c: [true, 'x', 1.5] });
    response.end(JSON.stringify(session().get('k')));
  });
  const { text } = await server.newUser().send('/');
  assert.equal(text, '{"b":null,"c":[true,"x",1.5]}');
});

test('the names of Object.prototype members are ordinary keys', async () => {
  await using server = await startSessionServer((_request, response, url) => {
    const current = session();
    for (const name of ['__proto__', 'constructor', 'hasOwnProperty', 'toString', '']) {
      if (url.pathname === '/write') {
        assert.equal(current.get(name), undefined);
        current.set(name, JSON.parse(`{"__proto__": {"isAdmin": true}, "of": "${name}"}`));
      } else {
        const value = current.get(name) as Record<string, unknown>;
        assert.equal(value.of, name);
        assert.equal(value.isAdmin, undefined);
        assert.equal(Object.getPrototypeOf(value), Object.prototype);
        assert.deepEqual(Object.keys(value), ['__proto__', 'of']);
      }
    }
    assert.equal(({} as Record<string, unknown>).isAdmin, undefined);
    response.end('ok');
  });
  const ada = server.newUser();
  assert.equal((await ada.send('/write')).text, 'ok');
  assert.equal((await ada.send('/read')).text, 'ok');
});

test('a streamed response carries the cookie and all chunks', async () => {
  await using server = await startSessionServer(async (_request, response) => {
    session().set('user', 'ada');
    response.writeHead(201, 'Made', { 'content-type': 'text/x', 'Set-Cookie': 'custom=1' });
    assert.equal(response.headersSent, true);
    const canContinue = response.write('one ');
    if (!canContinue) await once(response, 'drain');
    response.write('two ');
    response.end('three');
  });
  const { status, text, headers, cookies } = await server.newUser().send('/');
  assert.equal(status, 201);
  assert.equal(text, 'one two three');
  assert.equal(headers.get('content-type'), 'text/x');
  assert.deepEqual(
    cookies.map((cookie) => cookie.split('=')[0]),
    ['custom', 'sid'],
  );
});

test('changes after the headers are saved, but a session that would begin there throws ERR_SESSION_TOO_LATE', async () => {
  await using server = await startSessionServer(async (request, response, url) => {
    if (url.pathname === '/') return shopHandler(request, response, url);
    response.flushHeaders();
    assert.throws(() => session().set('user', 'eve'), { code: 'ERR_SESSION_TOO_LATE' });
    assert.equal(session().id, undefined);
    response.end('too late');
  });
  assert.equal((await server.newUser().send('/begin')).text, 'too late');

  await using streaming = await startSessionServer(async (request, response, url) => {
    if (url.pathname === '/') return shopHandler(request, response, url);
    session().set('user', 'eve');
    response.write('a');
    // Nothing is written to the socket until the session has been saved.
    while (response.socket?.bytesWritten === 0) await new Promise((resolve) => setImmediate(resolve));
    session().set('user', 'ada');
    await assert.rejects(session().regenerate(), { code: 'ERR_SESSION_TOO_LATE' });
    await session().save();
    session().update('cart', () => ['not awaited']);
    response.end('b');
  });
  const ada = streaming.newUser();
  assert.equal((await ada.send('/late')).text, 'ab');
  const { user, cart } = JSON.parse((await ada.send('/')).text);
  assert.deepEqual([user, cart], ['ada', ['not awaited']]);
});

test('a session ends after the idle time and after the absolute time', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const advance = (ms: number) => t.mock.timers.tick(ms);
  await using server = await startSessionServer(shopHandler, { idleTimeout: 10_000, absoluteTimeout: 30_000 });
  const ada = server.newUser();
  const user = async () => JSON.parse((await ada.send('/')).text).user;
  await ada.send('/set?k=user&v=ada');
  // A use is saved, and the cookie sent again, once a tenth of the idle time has passed since the last saved use.
  advance(900);
  assert.deepEqual((await ada.send('/')).cookies, []);
  advance(9000);
  assert.match((await ada.send('/')).cookies[0] ?? '', /Max-Age=10;/);
  advance(9900);
  assert.equal(await user(), 'ada');
  advance(9900);
  assert.match((await ada.send('/')).cookies[0] ?? '', /Max-Age=1;/);
  advance(400);
  assert.equal(await user(), undefined);

  const bob = server.newUser();
  await bob.send('/set?k=user&v=bob');
  advance(10_001);
  assert.equal(JSON.parse((await bob.send('/')).text).user, undefined);
});

test('touch() restarts the idle time', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  await using server = await startSessionServer(shopHandler, { idleTimeout: 10_000 });
  const ada = server.newUser();
  await ada.send('/set?k=user&v=ada');
  t.mock.timers.tick(500);
  assert.equal((await ada.send('/touch')).cookies.length, 1);
  t.mock.timers.tick(9800);
  assert.equal(JSON.parse((await ada.send('/')).text).user, 'ada');
});

test('a cookie that was signed with the old one of two secrets is accepted and signed with the new one', async () => {
  const store = new Map<string, unknown>();
  const oldSecret = 'an old secret of thirty-two letters';
  const newSecret = 'a new secret of thirty-two letters';
  await using before = await startSessionServer(shopHandler, { store, secret: oldSecret });
  await using during = await startSessionServer(shopHandler, { store, secret: [newSecret, oldSecret] });
  await using after = await startSessionServer(shopHandler, { store, secret: newSecret });
  const ada = before.newUser();
  await ada.send('/set?k=user&v=ada');
  const rotated = during.newUser();
  rotated.jar.set('sid', ada.jar.get('sid') ?? '');
  const { text, cookies } = await rotated.send('/');
  assert.equal(JSON.parse(text).user, 'ada');
  assert.equal(cookies.length, 1);
  const later = after.newUser();
  later.jar.set('sid', rotated.jar.get('sid') ?? '');
  assert.equal(JSON.parse((await later.send('/')).text).user, 'ada');
  later.jar.set('sid', ada.jar.get('sid') ?? '');
  assert.equal(JSON.parse((await later.send('/')).text).user, undefined);
});

test('sessions() rejects invalid options', () => {
  const assertRejected = (options: object, message: RegExp) =>
    assert.throws(() => sessions({ secret: SECRET, store: new Map(), ...options }), {
      code: 'ERR_INVALID_OPTION',
      message,
    });
  assertRejected(
    { secret: undefined },
    /^`secret` of sessions\(\) is undefined\..* such as SESSION_SECRET.*at least 32/,
  );
  assertRejected({ secret: [SECRET, undefined] }, /^`secret\[1\]` of sessions\(\) is undefined\..*SESSION_SECRET/);
  assertRejected({ secret: '' }, /^`secret` of sessions\(\) has only 0 characters\..*at least 32 characters/);
  assertRejected({ secret: [SECRET, 'short'] }, /^`secret\[1\]` of sessions\(\) has only 5 characters\./);
  assertRejected({ secret: null }, /^`secret` of sessions\(\) must be a string, not null\./);
  assertRejected({ secret: [] }, /^`secret` of sessions\(\) is an empty array\..*at least 32 characters/);
  assertRejected({ idleTimeout: 0 }, /idleTimeout must be a number/);
  assertRejected({ absoluteTimeout: '1d' }, /absoluteTimeout must be a number.*not 1d/);
  assertRejected({ storeTimeout: Number.NaN }, /storeTimeout/);
  assertRejected({ cookie: { name: 'a b' } }, /cookie\.name/);
  assertRejected({ cookie: { name: '__Host-sid' } }, /must not begin with __/);
  assertRejected({ cookie: { path: 'x' } }, /cookie\.path/);
  assertRejected({ cookie: { domain: 'a;b' } }, /cookie\.domain/);
  assertRejected({ cookie: { sameSite: 'strange' } }, /cookie\.sameSite/);
  assertRejected({ cookie: { sameSite: 'none', secure: false } }, /needs HTTPS/);
});

test('sessions() logs a warning if it keeps the sessions in memory by default', () => {
  const logLines: string[] = [];
  const log = { warn: (line: string) => logLines.push(line), error: (line: string) => logLines.push(line) };
  sessions({ secret: SECRET, log });
  assert.match(logLines.join(), /^Sessions are kept in the memory of this process/);
  sessions({ secret: SECRET, log, store: new Map() });
  assert.equal(logLines.length, 1);
});

test('session() throws if there is no request, or no session', () => {
  assert.throws(() => session(), { code: 'ERR_NO_REQUEST_SCOPE' });
  withRequestScope({}, () =>
    assert.throws(() => session(), { code: 'ERR_NO_SESSION', message: /Pass sessions to the adapter/ }),
  );
});
