/** What one client can make a session cost: the depth and the size of values, and the number of sessions in memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { session } from '@throughline/request';
import { sessions } from '@throughline/request/sessions';
import { emptySession } from './sessions/empty-session.js';
import { SECRET, type SessionHandler, startSessionServer } from './sessions/session-server.js';

function nested(depth: number): unknown {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth));
}

test('a value in up to 1000 arrays and objects is kept, and a deeper one is ERR_SESSION_VALUE', async () => {
  const current = await emptySession();
  current.set('draft', nested(1000));
  assert.equal(JSON.stringify(current.get('draft')).length, 2000);
  let innermost: unknown = current.get('draft');
  while (Array.isArray(innermost) && innermost.length > 0) innermost = innermost[0];
  assert.ok(Object.isFrozen(innermost));
  for (const depth of [1001, 3000, 5000, 50_000]) {
    assert.throws(() => current.set('draft', nested(depth)), {
      code: 'ERR_SESSION_VALUE',
      message: /^A session cannot keep draft\[0\].{0,250}…: it is nested in 1000 arrays and objects\./,
    });
    assert.throws(() => current.update('draft', () => nested(depth)), { code: 'ERR_SESSION_VALUE' });
  }
  // A part of the value is too deep, after parts that are not.
  const objects = JSON.parse(`${'{"a":1,"b":'.repeat(2000)}null${'}'.repeat(2000)}`);
  assert.throws(() => current.set('draft', objects), { message: /keep draft\.b\.b/ });
});

test('a cycle is found at any depth, and beside large values', async () => {
  const current = await emptySession();
  const root: { next?: unknown; list?: unknown } = { list: [1, 2, 3] };
  let last = root;
  for (let depth = 0; depth < 5; depth++) {
    const next = {};
    last.next = next;
    last = next;
  }
  last.next = root;
  const message = /keep k\.next\.next\.next\.next\.next\.next: it is part of itself/;
  assert.throws(() => current.set('k', root), { code: 'ERR_SESSION_VALUE', message });
  // The same object twice is not a cycle.
  const shared = { a: 1 };
  current.set('k', [shared, shared]);
  assert.deepEqual(current.get('k'), [{ a: 1 }, { a: 1 }]);
});

test('a value that contains itself a billion times is refused without a walk over all of it', async () => {
  const current = await emptySession();
  let value: unknown = [];
  for (let level = 0; level < 30; level++) value = [value, value];
  assert.throws(() => current.set('k', value), { code: 'ERR_SESSION_VALUE', message: /larger than 65536 bytes/ });
});

test('set() near the end of the stack is ERR_SESSION_VALUE', async () => {
  const current = await emptySession();
  const value = nested(900);
  const codes = new Set<unknown>();
  const callWhileUnwinding = (): boolean => {
    let isKept = false;
    try {
      isKept = callWhileUnwinding();
    } catch {
      // In the innermost frames, not even the error can be created.
    }
    if (isKept) return true;
    try {
      current.set('k', value);
      return true;
    } catch (error) {
      codes.add(error instanceof Error && 'code' in error ? error.code : undefined);
      return false;
    }
  };
  assert.ok(callWhileUnwinding());
  assert.ok(codes.has('ERR_SESSION_VALUE'));
});

test('the values of a session are at most 64 KiB of JSON, and the keys count', async () => {
  const current = await emptySession();
  assert.throws(() => current.set('text', 'x'.repeat(65_536)), {
    code: 'ERR_SESSION_VALUE',
    message: /cannot keep text: the session would be larger than 65536 bytes of JSON.*`maxSize`/,
  });
  assert.equal(current.id, undefined);
  current.set('text', 'x'.repeat(60_000));
  assert.throws(() => current.set('more', 'x'.repeat(6000)), { code: 'ERR_SESSION_VALUE' });
  assert.throws(() => current.update('more', () => 'x'.repeat(6000)), { code: 'ERR_SESSION_VALUE' });
  assert.equal(current.get('more'), undefined);
  assert.throws(() => current.set('k'.repeat(6000), 1), { code: 'ERR_SESSION_VALUE' });
  // Replacing and deleting make room.
  current.set('text', 'x'.repeat(50_000));
  current.set('more', 'x'.repeat(6000));
  current.delete('text');
  current.set('text', 'x'.repeat(55_000));
});

test('maxSize counts bytes of UTF-8', async () => {
  const stored = sessions({ secret: SECRET, store: new Map(), maxSize: 100 });
  await using server = await startSessionServer(() => {}, {});
  assert.ok(server.url);
  const current = await stored.open({
    method: 'GET',
    url: '/',
    header: () => undefined,
    isSecure: false,
    headersSent: false,
    beforeHeaders() {},
    onClientGone() {},
    onClose() {},
    frameworkSession: undefined,
  });
  current.set('k', 'x'.repeat(90));
  assert.throws(() => current.set('k', '\u{1f600}'.repeat(24)), { code: 'ERR_SESSION_VALUE' });
  current.set('k', '\u{1f600}'.repeat(22));
});

/** Appends the value in the query to a text, and responds with its length. */
const appendingHandler: SessionHandler = (_request, response, url) => {
  const added = url.searchParams.get('add');
  const current = session<{ text: string; other: string }>();
  if (added !== null) current.update('text', (text = '') => text + added.repeat(100));
  const other = url.searchParams.get('other');
  if (other !== null) current.set('other', other.repeat(100));
  if (url.searchParams.has('clear')) current.delete('text');
  response.end(`${current.get('text')?.length ?? 0}`);
};

test('the limit also holds for what other requests have stored, and a session that is too large can be made smaller', async () => {
  const store = new Map<string, unknown>();
  await using server = await startSessionServer(appendingHandler, { store, maxSize: 1000 });
  const ada = server.newUser();
  for (let i = 0; i < 9; i++) await ada.send('/?add=x');
  assert.equal((await ada.send('/?other=x')).text, 'ERR_SESSION_VALUE');
  assert.equal((await ada.send('/?add=x')).text, 'ERR_SESSION_VALUE');
  assert.equal((await ada.send('/')).text, '900');
  // The limit was lowered: the session is read, and everything that makes it smaller is allowed.
  await using stricter = await startSessionServer(appendingHandler, { store, maxSize: 500 });
  const sameUser = stricter.newUser();
  for (const [name, value] of ada.jar) sameUser.jar.set(name, value);
  assert.equal((await sameUser.send('/')).text, '900');
  assert.equal((await sameUser.send('/?add=x')).text, 'ERR_SESSION_VALUE');
  assert.equal((await sameUser.send('/?clear')).text, '0');
  assert.equal((await sameUser.send('/?add=x')).text, '100');
});

test('a Map holds at most `maxSessions` sessions: the one written the longest time ago ends, with one warning', async () => {
  const store = new Map<string, unknown>();
  store.set('of the application', 1);
  store.set(`cache:${'x'.repeat(32)}`, 1);
  store.set(`session:other:${'x'.repeat(32)}`, 1);
  await using server = await startSessionServer(
    async (_request, response, url) => {
      const name = url.searchParams.get('set');
      if (name !== null) session().set('user', name);
      if (url.pathname === '/sign-in') await session().regenerate({ user: 'ada' });
      response.end(String(session().get('user')));
    },
    { store, maxSessions: 3 },
  );
  const users = Array.from({ length: 5 }, () => server.newUser());
  for (const [index, user] of users.entries()) {
    await user.send(`/?set=${index}`);
    // A use that is written makes the first session the newest one.
    if (index === 2) await users[0]?.send('/?set=again');
  }
  assert.deepEqual(await Promise.all(users.map(async (user) => (await user.send('/')).text)), [
    'again',
    'undefined',
    'undefined',
    '3',
    '4',
  ]);
  assert.equal([...store.values()].filter((value) => value === 1).length, 3, 'nothing else is removed');
  assert.equal(store.size, 6);
  const warnings = server.logLines.filter((line) => line.includes('holds 3 sessions'));
  assert.equal(warnings.length, 1);
  // The list of the sessions of a user is not evicted: a session that it lacks could not be ended.
  await users[4]?.send('/sign-in');
  for (let i = 0; i < 5; i++) await server.newUser().send('/?set=x');
  assert.equal([...store.keys()].filter((key) => key.includes(':user:')).length, 1);
});

test('the sessions that a Map already holds when the server starts count, and a Keyv around a Map has the limit too', async () => {
  const { default: Keyv } = await import('keyv');
  const map = new Map<string, unknown>();
  const handler: SessionHandler = (_request, response) => {
    session().set('user', 'ada');
    response.end();
  };
  await using before = await startSessionServer(handler, { store: map });
  for (let i = 0; i < 3; i++) await before.newUser().send('/');
  await using after = await startSessionServer(handler, {
    store: new Keyv({ store: map, namespace: 'session' }),
    maxSessions: 3,
  });
  for (let i = 0; i < 2; i++) await after.newUser().send('/');
  assert.equal(map.size, 3);
});

test('properties that other code has added to Object.prototype are not parts of a value', async () => {
  const current = await emptySession();
  Object.assign(Object.prototype, { addedByOtherCode: () => {} });
  try {
    current.set('k', { a: { b: 1 } });
    assert.equal(JSON.stringify(current.get('k')), '{"a":{"b":1}}');
  } finally {
    Reflect.deleteProperty(Object.prototype, 'addedByOtherCode');
  }
});
