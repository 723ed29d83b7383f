/** The sessions of a user: sign-in, several requests that sign in at once, and signing out everywhere. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { session, withRequestScope } from '@throughline/request';
import { type ApplicationSessions, sessions } from '@throughline/request/sessions';
import { requestScope } from '@throughline/request/web';
import { CountingStore } from './sessions/counting-store.js';
import { SECRET, type SessionHandler, startSessionServer } from './sessions/session-server.js';
import type { SessionUser } from './sessions/session-user.js';

const silentLog = { warn() {}, error() {} };

interface Shop {
  cart: string[];
  device: string;
}

/** A promise that the test resolves. */
class Gate {
  open = (): void => {};
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

/** Signs users in and out, and responds with the user and the cart. */
function shopHandler(shopSessions: () => ApplicationSessions): SessionHandler {
  return async (_request, response, url) => {
    const current = session<Shop>();
    const value = url.searchParams.get('v') ?? '';
    switch (url.pathname) {
      case '/add':
        current.update('cart', (cart = []) => [...cart, value]);
        break;
      case '/sign-in':
        current.set('device', url.searchParams.get('device') ?? '');
        await current.regenerate({ user: value });
        break;
      case '/regenerate':
        await current.regenerate();
        break;
      case '/sign-out':
        await current.destroy();
        break;
      case '/sign-out-elsewhere': {
        const others = (await shopSessions().sessionsOf(value)).filter(({ isCurrent }) => !isCurrent);
        await Promise.all(others.map((other) => other.end()));
        break;
      }
      case '/sign-out-everywhere':
        for (const one of await shopSessions().sessionsOf(value)) await one.end();
        break;
      case '/list': {
        const all = await shopSessions().sessionsOf(value);
        response.end(JSON.stringify(all.map((one) => [one.get('device'), one.isCurrent])));
        return;
      }
    }
    response.end(JSON.stringify([current.user ?? null, current.get('cart') ?? null]));
  };
}

/** A server whose sessions the test can list too. */
async function startShop(options: Parameters<typeof startSessionServer>[1] = {}, handler?: SessionHandler) {
  const store = options.store ?? new Map<string, unknown>();
  const shopSessions = sessions({ secret: SECRET, log: silentLog, ...options, store });
  const server = await startSessionServer(handler ?? shopHandler(() => shopSessions), { ...options, store });
  return { server, shopSessions, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

test('regenerate({ user }) signs a user in: the session keeps its values, gets a new id, and is listed', async () => {
  await using shop = await startShop();
  const ada = shop.server.newUser();
  await ada.send('/add?v=book');
  const before = ada.jar.get('sid');
  assert.deepEqual(JSON.parse((await ada.send('/sign-in?v=ada&device=phone')).text), ['ada', ['book']]);
  assert.notEqual(ada.jar.get('sid'), before);
  assert.deepEqual(JSON.parse((await ada.send('/')).text), ['ada', ['book']]);
  const [listed] = await shop.shopSessions.sessionsOf('ada');
  assert.equal(listed?.id, ada.jar.get('sid')?.slice(0, 32));
  assert.equal(listed?.get('device'), 'phone');
  assert.equal(listed?.isCurrent, false);
  assert.ok(Math.abs((listed?.createdAt ?? 0) - Date.now()) < 10_000);
  assert.ok((listed?.usedAt ?? 0) >= (listed?.createdAt ?? 0));
});

test('regenerate({ user }) begins a session, and without a user the user stays the same', async () => {
  await using shop = await startShop();
  const ada = shop.server.newUser();
  await ada.send('/sign-in?v=ada');
  assert.deepEqual(JSON.parse((await ada.send('/regenerate')).text), ['ada', null]);
  assert.deepEqual(JSON.parse((await ada.send('/')).text), ['ada', null]);
  assert.equal((await shop.shopSessions.sessionsOf('ada')).length, 1);
});

test('signing in another user drops the values of the previous one and ends that session', async () => {
  await using shop = await startShop();
  const browser = shop.server.newUser();
  await browser.send('/sign-in?v=ada');
  await browser.send('/add?v=book');
  const adasCookie = browser.jar.get('sid') ?? '';
  assert.deepEqual(JSON.parse((await browser.send('/sign-in?v=bob')).text), ['bob', null]);
  assert.deepEqual(JSON.parse((await browser.send('/')).text), ['bob', null]);
  const thief = shop.server.newUser();
  thief.jar.set('sid', adasCookie);
  assert.deepEqual(JSON.parse((await thief.send('/')).text), [null, null]);
  assert.deepEqual(await shop.shopSessions.sessionsOf('ada'), []);
  assert.equal((await shop.shopSessions.sessionsOf('bob')).length, 1);
});

test('a user signs out everywhere else, or everywhere, and other users are not affected', async () => {
  await using shop = await startShop();
  const devices: SessionUser[] = [];
  for (const device of ['phone', 'laptop', 'tablet']) {
    const user = shop.server.newUser();
    await user.send(`/sign-in?v=ada&device=${device}`);
    devices.push(user);
  }
  const [phone, laptop, tablet] = devices as [SessionUser, SessionUser, SessionUser];
  const bob = shop.server.newUser();
  await bob.send('/sign-in?v=bob');
  assert.deepEqual(JSON.parse((await laptop.send('/list?v=ada')).text), [
    ['phone', false],
    ['laptop', true],
    ['tablet', false],
  ]);
  await laptop.send('/sign-out-elsewhere?v=ada');
  const users = async () =>
    Promise.all([phone, laptop, tablet, bob].map(async (user) => JSON.parse((await user.send('/')).text)[0]));
  assert.deepEqual(await users(), [null, 'ada', null, 'bob']);

  const { cookies } = await laptop.send('/sign-out-everywhere?v=ada');
  assert.match(cookies[0] ?? '', /^sid=; Max-Age=0/);
  assert.deepEqual(await users(), [null, null, null, 'bob']);
  assert.deepEqual(await shop.shopSessions.sessionsOf('ada'), []);
});

test('sessionsOf() works outside of a request, and lists no session that has been signed out or has expired', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const store = new Map<string, unknown>();
  await using shop = await startShop({ store, idleTimeout: 10_000, absoluteTimeout: 30_000 });
  const [one, other] = [shop.server.newUser(), shop.server.newUser()];
  await one.send('/sign-in?v=ada');
  await other.send('/sign-in?v=ada');
  assert.equal((await shop.shopSessions.sessionsOf('ada')).length, 2);
  await one.send('/sign-out');
  assert.equal((await withRequestScope({}, () => shop.shopSessions.sessionsOf('ada'))).length, 1);
  t.mock.timers.tick(10_001);
  assert.deepEqual(await shop.shopSessions.sessionsOf('ada'), []);
  // The list itself expires too.
  t.mock.timers.tick(11 * 60_000);
  await shop.server.newUser().send('/add?v=book');
  while ([...store.keys()].some((key) => key.includes(':user:'))) await new Promise((resolve) => setImmediate(resolve));
  // Signing in again after the list has expired, but before it was deleted, is listed.
  await one.send('/sign-in?v=bob');
  t.mock.timers.tick(30_001);
  await one.send('/sign-in?v=bob');
  assert.equal((await shop.shopSessions.sessionsOf('bob')).length, 1);
});

test('fifty sign-ins of one user at once in two processes are all listed, and all end', async () => {
  const store = new CountingStore();
  await using one = await startShop({ store });
  await using other = await startShop({ store });
  const users = Array.from({ length: 50 }, (_, i) => (i % 2 ? one : other).server.newUser());
  const responses = await Promise.all(users.map((user) => user.send('/sign-in?v=ada')));
  assert.deepEqual(new Set(responses.map(({ status }) => status)), new Set([200]));
  const listed = await one.shopSessions.sessionsOf('ada');
  assert.deepEqual(listed.map(({ id }) => id).sort(), users.map(({ jar }) => jar.get('sid')?.slice(0, 32)).sort());
  await Promise.all(listed.map((session) => session.end()));
  assert.deepEqual(await other.shopSessions.sessionsOf('ada'), []);
  assert.equal(store.map.size, 0);
});

test('a sign-in that fails halfway leaves no session that is not listed', async () => {
  const store = new CountingStore();
  const compareAndSet = store.compareAndSet.bind(store);
  // The process dies after the n-th write: all further ones fail.
  for (let lastWrite = 0; lastWrite < 6; lastWrite++) {
    store.map.clear();
    await using shop = await startShop({ store });
    const ada = shop.server.newUser();
    await ada.send('/add?v=book');
    let writes = 0;
    store.compareAndSet = (...args) =>
      writes++ < lastWrite ? compareAndSet(...args) : Promise.reject(new Error('the process has died'));
    await ada.send('/sign-in?v=ada').catch(() => {});
    store.compareAndSet = compareAndSet;
    const records = [...store.map.values()].filter((text) => text.includes('\\"ada\\"') && text.includes('book'));
    const listed = await shop.shopSessions.sessionsOf('ada');
    assert.equal(listed.length, records.length, `after ${lastWrite} writes`);
  }
});

/** Sends a request to a handler that acts on its session. */
async function act(shopSessions: ApplicationSessions, action: () => unknown, cookie = ''): Promise<[number, string]> {
  const log = { error() {} };
  const handle = requestScope(
    async () => {
      await action();
      return new Response();
    },
    { session: shopSessions, log },
  );
  const response = await handle(new Request('http://localhost/', { headers: { cookie } }));
  return [response.status, response.headers.getSetCookie()[0]?.split(';')[0] ?? ''];
}

test('sessionsOf() lists a session that moves to another id while it reads the list', async () => {
  const store = new CountingStore();
  const shopSessions = sessions({ secret: SECRET, store, log: silentLog });
  const [, cookie] = await act(shopSessions, () => session().regenerate({ user: 'ada' }));
  const get = store.get.bind(store);
  // A thief moves the session after sessionsOf() has read the list, and before it reads the session.
  store.get = async (key) => {
    if (key.includes(':user:')) return get(key);
    store.get = get;
    await act(shopSessions, () => session().regenerate(), cookie);
    return get(key);
  };
  const listed = await shopSessions.sessionsOf('ada');
  assert.equal(listed.length, 1);
  await listed[0]?.end();
  assert.equal(store.map.size, 1); // the move, which ends after a minute
  assert.deepEqual(await shopSessions.sessionsOf('ada'), []);
});

test('regenerate({ user }) signs in while a save of the same request is in progress', async () => {
  const store = new CountingStore();
  const shopSessions = sessions({ secret: SECRET, store, log: silentLog });
  const [status, cookie] = await act(shopSessions, async () => {
    session().set('theme', 'dark');
    const saved = session().save();
    while (store.commandCount === 0) await undefined;
    session().set('cart', ['book']);
    const savedAgain = session().save();
    await session().regenerate({ user: 'ada' });
    await Promise.all([saved, savedAgain]);
  });
  assert.equal(status, 200);
  assert.deepEqual(
    (await shopSessions.sessionsOf('ada')).map(({ id }) => id),
    [cookie.slice(4, 36)],
  );
  await act(
    shopSessions,
    () => assert.deepEqual([session().user, session().get('theme'), session().get('cart')], ['ada', 'dark', ['book']]),
    cookie,
  ).then(([statusOfNext]) => assert.equal(statusOfNext, 200));
  assert.equal(store.map.size, 2); // the session and the list of the user
});

test('a sign-out that fails makes the response fail, although a later sign-in of the same request succeeds', async () => {
  const store = new CountingStore();
  const shopSessions = sessions({ secret: SECRET, store, log: silentLog });
  const [, cookie] = await act(shopSessions, () => session().regenerate({ user: 'ada' }));
  const compareAndSet = store.compareAndSet.bind(store);
  store.compareAndSet = async () => {
    store.compareAndSet = compareAndSet;
    throw new Error('the server is down');
  };
  const [status] = await act(
    shopSessions,
    async () => {
      session()
        .destroy()
        .catch(() => {});
      await session().regenerate({ user: 'bob' });
    },
    cookie,
  );
  assert.equal((await shopSessions.sessionsOf('ada')).length, 1);
  assert.equal(status, 503);
});

test('a sign-in that is tried again after a failure of the store is listed once', async () => {
  const store = new CountingStore();
  const shopSessions = sessions({ secret: SECRET, store, log: silentLog });
  const compareAndSet = store.compareAndSet.bind(store);
  let failures = 0;
  store.compareAndSet = async (key, ...rest) => {
    if (!key.includes(':user:') && failures++ === 0) throw new Error('the server is down');
    return compareAndSet(key, ...rest);
  };
  await act(shopSessions, async () => {
    await assert.rejects(session().regenerate({ user: 'ada' }), { code: 'ERR_SESSION_STORE' });
    await session().save();
  });
  assert.equal(
    JSON.parse(JSON.parse([...store.map.values()].find((text) => text.includes('ada')) ?? '').value)[2].length,
    1,
  );
});

test('a user has at most 1000 sessions: the oldest ends', async () => {
  const store = new Map<string, unknown>();
  await using shop = await startShop({ store });
  const first = shop.server.newUser();
  await first.send('/sign-in?v=ada');
  const [key = ''] = [...store.keys()].filter((candidate) => candidate.includes(':user:'));
  // As if the user had signed in a thousand times.
  const entry = JSON.parse(String(store.get(key)));
  const list = JSON.parse(entry.value);
  const others = Array.from({ length: 999 }, (_, i) => [`${i}`.padStart(32, 'x'), Date.now()]);
  store.set(key, JSON.stringify({ ...entry, value: JSON.stringify([list[0], list[1], [...list[2], ...others]]) }));
  await shop.server.newUser().send('/sign-in?v=ada');
  while (JSON.parse((await first.send('/')).text)[0] !== null) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(shop.server.logLines.some((line) => line.includes('more than 1000 sessions')));
});

test('a user must be a string that is not empty, and regenerate() has no other option', async () => {
  await using shop = await startShop({}, async (_request, response) => {
    const current = session();
    // @ts-expect-error a JavaScript program can do this
    await assert.rejects(current.regenerate({ user: 42 }), { code: 'ERR_SESSION_VALUE', message: /Pass String\(id\)/ });
    await assert.rejects(current.regenerate({ user: '' }), { code: 'ERR_SESSION_VALUE', message: /not an empty one/ });
    // @ts-expect-error a JavaScript program can do this
    await assert.rejects(current.regenerate({ userId: 'ada' }), {
      code: 'ERR_INVALID_OPTION',
      message: /Did you mean "user"/,
    });
    response.end(String(current.id));
  });
  assert.equal((await shop.server.newUser().send('/')).text, 'undefined');
  // @ts-expect-error a JavaScript program can do this
  await assert.rejects(shop.shopSessions.sessionsOf(undefined), { code: 'ERR_SESSION_VALUE' });
});

test('users with any names have separate lists', async () => {
  await using shop = await startShop();
  const names = [
    'ada',
    'Ada',
    'ada ',
    '__proto__',
    ':user:',
    'x'.repeat(5000),
    '\u{1f600}',
    "'; DROP TABLE keyv; --",
    '\u0000',
  ];
  for (const name of names) await shop.server.newUser().send(`/sign-in?v=${encodeURIComponent(name)}`);
  for (const name of names) assert.equal((await shop.shopSessions.sessionsOf(name)).length, 1, name.slice(0, 20));
});

/**
 * Runs two requests of one client that both have loaded the session before either continues. The second one acts when
 * the first one has responded.
 * @param user the user of the session; default: none
 */
async function sendBoth(
  paths: readonly [string, string],
  act: (action: string) => Promise<void>,
  user?: string,
): Promise<{
  statuses: number[];
  texts: string[];
  users: [SessionUser, SessionUser];
  read: (user: SessionUser) => Promise<unknown>;
}> {
  let arrived = 0;
  const bothArrived = new Gate();
  const firstDone = new Gate();
  await using server = await startSessionServer(async (_request, response, url) => {
    const current = session<Shop & { note: string }>();
    if (url.pathname === '/begin') {
      current.set('cart', ['book']);
      if (user !== undefined) await current.regenerate({ user });
    }
    if (url.searchParams.has('turn')) {
      if (++arrived === 2) bothArrived.open();
      await bothArrived.opened;
      // The second request acts when the first one has responded.
      if (url.searchParams.get('turn') === '1') await firstDone.opened;
      await act(url.pathname.slice(1));
    }
    response.end(JSON.stringify([current.user ?? null, current.get('note') ?? null, current.get('cart') ?? null]));
  });
  const first = server.newUser();
  await first.send('/begin');
  const second = server.newUser();
  for (const [name, value] of first.jar) second.jar.set(name, value);
  const responses = [first.send(`/${paths[0]}?turn=0`).finally(firstDone.open), second.send(`/${paths[1]}?turn=1`)];
  const results = await Promise.all(responses);
  // The state is read while the server still runs.
  const states = new Map<SessionUser, unknown>();
  for (const user of [first, second]) states.set(user, JSON.parse((await user.send('/')).text));
  return {
    statuses: results.map(({ status }) => status),
    texts: results.map(({ text }) => text),
    users: [first, second],
    read: async (user) => states.get(user),
  };
}

test('two overlapping regenerate() both continue, each with what its own request has loaded', async () => {
  const { statuses, users, read } = await sendBoth(['one', 'two'], async (action) => {
    await session().regenerate();
    session().set('note', action);
  });
  assert.deepEqual(statuses, [200, 200]);
  assert.deepEqual(await read(users[0]), [null, 'one', ['book']]);
  assert.deepEqual(await read(users[1]), [null, 'two', ['book']]);
  // An attacker who planted the id that both have sent does not get into the session of the other.
  assert.notEqual(users[0].jar.get('sid'), users[1].jar.get('sid'));
});

test('two overlapping sign-ins of one user both continue with one session, which has the changes of both', async () => {
  const { statuses, users, read } = await sendBoth(['one', 'two'], async (action) => {
    await session().regenerate({ user: 'ada' });
    if (action === 'one') session().set('note', action);
    else session<Shop>().update('cart', (cart = []) => [...cart, 'pen']);
  });
  assert.deepEqual(statuses, [200, 200]);
  assert.equal(users[0].jar.get('sid'), users[1].jar.get('sid'));
  assert.deepEqual(await read(users[1]), ['ada', 'one', ['book', 'pen']]);
});

test('two overlapping sign-ins of different users both continue, and neither gets what the other has added', async () => {
  const { statuses, users, read } = await sendBoth(['ada', 'bob'], async (action) => {
    await session().regenerate({ user: action });
    session().set('note', `of ${action}`);
  });
  assert.deepEqual(statuses, [200, 200]);
  assert.deepEqual(await read(users[0]), ['ada', 'of ada', ['book']]);
  assert.deepEqual(await read(users[1]), ['bob', 'of bob', ['book']]);
});

test('a request that does not sign in learns nothing of a sign-in that overlaps it', async () => {
  const { statuses, users, read } = await sendBoth(['one', 'two'], async (action) => {
    await session().regenerate(action === 'one' ? { user: 'ada' } : {});
  });
  assert.deepEqual(statuses, [200, 200]);
  assert.deepEqual(await read(users[0]), ['ada', null, ['book']]);
  assert.deepEqual(await read(users[1]), [null, null, ['book']]);
});

for (const [title, act] of [
  [
    'regenerate() after the first has signed in and then ended the session',
    async (action) => {
      await session().regenerate({ user: 'ada' });
      if (action === 'one') await session().destroy();
    },
  ],
  [
    'regenerate() after the first has ended the session',
    async (action) => {
      if (action === 'one') await session().destroy();
      else await session().regenerate();
    },
  ],
] satisfies [string, (action: string) => Promise<void>][]) {
  test(`of two overlapping requests, the second fails with ERR_SESSION_GONE: ${title}`, async () => {
    const { statuses, texts, users, read } = await sendBoth(['one', 'two'], act);
    assert.equal(statuses[0], 200);
    assert.match(texts[1] ?? '', /^ERR_SESSION_GONE$|^The session was ended/);
    assert.deepEqual(await read(users[1]), [null, null, null]);
  });
}

for (const options of [{}, { user: 'ada' }]) {
  test(`the id of a user that has been replaced gives access to nothing: regenerate(${JSON.stringify(options)})`, async () => {
    // A thief who knows the id has begun a request before the user gets a new id and ends all other sessions.
    const act = () => session().regenerate(options);
    const { statuses, texts, users, read } = await sendBoth(['one', 'two'], act, 'ada');
    assert.equal(statuses[0], 200);
    assert.match(texts[1] ?? '', /^ERR_SESSION_GONE$|^The session was ended/);
    assert.deepEqual(await read(users[0]), ['ada', null, ['book']]);
    assert.deepEqual(await read(users[1]), [null, null, null]);
  });
}

test('a sign-out that overlaps a regenerate() ends the new session', async () => {
  const { statuses, users, read } = await sendBoth(['one', 'two'], async (action) => {
    if (action === 'one') await session().regenerate();
    else await session().destroy();
  });
  assert.deepEqual(statuses, [200, 200]);
  assert.deepEqual(await read(users[0]), [null, null, null]);
});

test('a request that arrives with an id that has been replaced has no session', async () => {
  await using shop = await startShop();
  const ada = shop.server.newUser();
  await ada.send('/add?v=book');
  const planted = ada.jar.get('sid') ?? '';
  await ada.send('/sign-in?v=ada');
  const attacker = shop.server.newUser();
  for (const path of ['/', '/regenerate', '/add?v=pen', '/sign-in?v=ada']) {
    attacker.jar.set('sid', planted);
    const [user, cart] = JSON.parse((await attacker.send(path)).text);
    assert.notDeepEqual([user, cart], ['ada', ['book']], path);
    assert.ok(!JSON.stringify(cart).includes('book'), path);
  }
  assert.deepEqual(JSON.parse((await ada.send('/')).text), ['ada', ['book']]);
});

test('a sign-in takes two more commands than regenerate(), and only sign-ins and sign-outs access the list', async () => {
  const store = new CountingStore();
  await using shop = await startShop({ store });
  const commandsOf = async (user: SessionUser, path: string) => {
    store.resetCount();
    assert.equal((await user.send(path)).status, 200);
    return store.commandCount;
  };
  const ada = shop.server.newUser();
  await ada.send('/add?v=book');
  const regenerate = await commandsOf(ada, '/regenerate');
  assert.equal(await commandsOf(ada, '/sign-in?v=ada'), regenerate + 2);
  assert.equal(await commandsOf(ada, '/'), 1);
  assert.equal(await commandsOf(ada, '/add?v=pen'), 2);
  assert.equal(await commandsOf(ada, '/sign-in?v=ada'), regenerate + 4);
  assert.equal(await commandsOf(ada, '/sign-out'), 4);
});

for (const [title, serverCount] of [
  ['one process', 1],
  ['two processes', 2],
] as const) {
  for (const options of [{}, { user: 'ada' }]) {
    test(`ten regenerate(${JSON.stringify(options)}) at the same time in ${title} all succeed`, async () => {
      const store = new CountingStore();
      let arrived = 0;
      const allArrived = new Gate();
      const handler: SessionHandler = async (_request, response, url) => {
        const current = session<Shop & { note: string }>();
        if (url.pathname === '/begin') current.set('cart', ['book']);
        if (url.pathname === '/sign-in') {
          if (++arrived === 10) allArrived.open();
          await allArrived.opened;
          await current.regenerate(options);
          current.set('note', 'signed in');
        }
        response.end(JSON.stringify([current.user ?? null, current.get('note') ?? null, current.get('cart') ?? null]));
      };
      await using one = await startShop({ store }, handler);
      await using other = await startShop({ store }, handler);
      const first = one.server.newUser();
      await first.send('/begin');
      const clicks = Array.from({ length: 10 }, (_, i) => {
        const user = (i % serverCount ? other : one).server.newUser();
        for (const [name, value] of first.jar) user.jar.set(name, value);
        return user;
      });
      const responses = await Promise.all(clicks.map((user) => user.send('/sign-in')));
      assert.deepEqual(new Set(responses.map(({ status }) => status)), new Set([200]));
      for (const user of clicks) {
        assert.deepEqual(JSON.parse((await user.send('/')).text), [options.user ?? null, 'signed in', ['book']]);
      }
      // Those who sign in the same user share one session. No session is left that no cookie names.
      const cookies = new Set(clicks.map(({ jar }) => jar.get('sid')));
      assert.equal(cookies.size, options.user === undefined ? 10 : 1);
      if (options.user !== undefined) assert.equal((await one.shopSessions.sessionsOf('ada')).length, 1);
    });
  }
}
