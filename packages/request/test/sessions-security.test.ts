/** What a security review of sessions asks for: other origins, planted cookies, caches, other applications, clocks. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { session } from '@throughline/request';
import { requestScope, upgradeScope } from '@throughline/request/http';
import { sessions } from '@throughline/request/sessions';
import { requestScope as webScope } from '@throughline/request/web';
import { WebSocket, WebSocketServer } from 'ws';
import { SECRET, type SessionHandler, startSessionServer } from './sessions/session-server.js';

/** Sets the user if the query has one, and responds with the user. */
const userHandler: SessionHandler = (request, response, url) => {
  request.resume();
  const name = url.searchParams.get('set');
  if (name !== null) session().set('user', name);
  response.end(String(session().get('user') ?? 'none'));
};

/** A request, and whether it is allowed if it carries a session cookie. HOST stands for the address of the server. */
const crossOriginCases: [method: string, headers: Record<string, string>, isAllowed: boolean][] = [
  ['POST', {}, true],
  ['POST', { 'sec-fetch-site': 'same-origin' }, true],
  ['POST', { 'sec-fetch-site': 'none' }, true],
  ['POST', { 'sec-fetch-site': 'same-site' }, false],
  ['POST', { 'sec-fetch-site': 'cross-site' }, false],
  ['POST', { 'sec-fetch-site': 'something new' }, false],
  ['POST', { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' }, true],
  ['POST', { 'sec-fetch-site': 'cross-site', origin: 'http://HOST' }, false],
  ['POST', { 'sec-fetch-site': '', origin: 'http://HOST' }, true],
  ['POST', { origin: 'http://HOST' }, true],
  ['POST', { origin: 'https://HOST' }, true],
  ['POST', { origin: 'https://evil.example' }, false],
  ['POST', { origin: 'null' }, false],
  ['POST', { origin: 'http://HOST.evil.example' }, false],
  ['POST', { origin: 'http://localhost' }, false],
  ['POST', { origin: 'https://partner.example' }, true],
  ['POST', { origin: 'http://partner.example' }, false],
  ['POST', { 'sec-fetch-site': 'cross-site', origin: 'https://partner.example' }, true],
  ['PUT', { 'sec-fetch-site': 'cross-site' }, false],
  ['PATCH', { 'sec-fetch-site': 'cross-site' }, false],
  ['DELETE', { origin: 'https://evil.example' }, false],
  ['GET', { 'sec-fetch-site': 'cross-site' }, true],
  ['HEAD', { 'sec-fetch-site': 'cross-site' }, true],
  ['OPTIONS', { origin: 'https://evil.example' }, true],
];

test('a request that another site makes a browser send is a 403 if it carries a session cookie', async () => {
  await using server = await startSessionServer(userHandler, { trustedOrigins: ['https://partner.example'] });
  const ada = server.newUser();
  await ada.send('/?set=ada');
  const host = server.url.slice('http://'.length);
  for (const [method, headers, isAllowed] of crossOriginCases) {
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('HOST', host)]),
    );
    const title = `${method} ${JSON.stringify(headers)}`;
    const { status, text } = await ada.send('/', { method, headers: sent });
    assert.equal(status, isAllowed ? 200 : 403, title);
    if (!isAllowed) assert.equal(text, 'Another site sent this request, so it was refused.\n', title);
    // Without a session cookie, there is nothing that another site could use.
    assert.equal((await server.newUser().send('/', { method, headers: sent })).status, 200, title);
    const forged = server.newUser();
    forged.jar.set('sid', 'x'.repeat(80));
    assert.equal((await forged.send('/', { method, headers: sent })).status, 200, title);
  }
  const warnings = server.logLines.filter((line) => line.includes('trustedOrigins'));
  assert.equal(warnings.length, 1, 'one line, however often it happens');
});

test('a refused request changes nothing, and does not reach the store', async () => {
  const store = new (class extends Map<string, unknown> {
    readCount = 0;
    override get(key: string): unknown {
      this.readCount++;
      return super.get(key);
    }
  })();
  let handled = 0;
  await using server = await startSessionServer(
    (request, response, url) => {
      handled++;
      return userHandler(request, response, url);
    },
    { store },
  );
  const ada = server.newUser();
  await ada.send('/?set=ada');
  const { readCount } = store;
  await ada.send('/?set=eve', { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } });
  assert.deepEqual([store.readCount, handled], [readCount, 1]);
  assert.equal((await ada.send('/')).text, 'ada');
});

test("trustedOrigins: '*' turns the check off", async () => {
  await using server = await startSessionServer(userHandler, { trustedOrigins: '*' });
  const ada = server.newUser();
  await ada.send('/?set=ada');
  const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
  assert.equal((await ada.send('/', { method: 'POST', headers })).text, 'ada');
});

test('behind a trusted proxy, the host is the one that the client addressed', async () => {
  const headers = { origin: 'https://shop.example', 'x-forwarded-host': 'shop.example' };
  for (const [trustProxy, status] of [
    ['loopback', 200],
    ['10.0.0.0/8', 403],
  ] as const) {
    await using server = await startSessionServer(userHandler, {}, { trustProxy });
    const ada = server.newUser();
    await ada.send('/?set=ada');
    assert.equal((await ada.send('/', { method: 'POST', headers })).status, status, trustProxy);
    const twoProxies = { ...headers, 'x-forwarded-host': 'shop.example, internal' };
    assert.equal((await ada.send('/', { method: 'POST', headers: twoProxies })).status, status, trustProxy);
    const otherOrigin = { ...headers, origin: 'https://evil.example' };
    assert.equal((await ada.send('/', { method: 'POST', headers: otherOrigin })).status, 403);
  }
});

test('another site cannot open a WebSocket with the session of a user', async () => {
  const stored = sessions({ secret: SECRET, store: new Map() });
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer(
    requestScope(
      (_request, response) => {
        session().set('user', 'ada');
        response.end();
      },
      { session: stored },
    ),
  );
  const upgrade = upgradeScope(
    (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (webSocket) => webSocket.send(String(session().get('user')))),
    { session: stored },
  );
  server.on('upgrade', upgrade).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const response = await fetch(`http://127.0.0.1:${port}`);
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const connect = async (headers: Record<string, string>) => {
      const client = new WebSocket(`ws://127.0.0.1:${port}`, { headers });
      const outcome = await Promise.race([
        once(client, 'message').then(([message]) => String(message)),
        once(client, 'unexpected-response').then(([, refusal]) => refusal.statusCode),
      ]);
      client.on('error', () => {});
      client.terminate();
      return outcome;
    };
    assert.equal(await connect({ cookie, origin: `http://127.0.0.1:${port}` }), 'ada');
    assert.equal(await connect({ cookie, origin: 'https://evil.example' }), 403);
    assert.equal(await connect({ cookie, 'sec-fetch-site': 'cross-site' }), 403);
    assert.equal(await connect({ origin: 'https://evil.example' }), 'undefined');
  } finally {
    for (const client of sockets.clients) client.terminate();
    server.close();
    server.closeAllConnections();
  }
});

test('of several cookies with the name, the first one that names a live session counts', async () => {
  const store = new Map<string, unknown>();
  await using server = await startSessionServer(userHandler, { store });
  const [ada, eve, ended] = [server.newUser(), server.newUser(), server.newUser()];
  await ada.send('/?set=ada');
  await eve.send('/?set=eve');
  await ended.send('/?set=ended');
  const [adas, eves, endeds] = [ada, eve, ended].map((user) => `sid=${user.jar.get('sid')}`);
  store.delete([...store.keys()].find((key) => key.endsWith(endeds?.slice(4, 36) ?? '')) ?? '');
  const cases: [cookie: string, user: string][] = [
    [`sid=planted; ${adas}`, 'ada'],
    [`sid=; sid; ${adas}; sid=planted`, 'ada'],
    [`sid=${'x'.repeat(80)}; ${'sid=y; '.repeat(500)}${adas}`, 'ada'],
    [`${endeds}; ${adas}`, 'ada'],
    [`${adas}; ${eves}`, 'ada'],
    [`${eves}; ${adas}`, 'eve'],
    [`sid2=1; sidx; ${adas}`, 'ada'],
    [`"${adas}"`, 'none'],
  ];
  for (const [cookie, user] of cases) {
    const response = await fetch(server.url, { headers: { cookie } });
    assert.equal(await response.text(), user, cookie.slice(0, 60));
  }
});

test('a response that sets the session cookie is not for shared caches, unless the application said otherwise', async () => {
  const responses: Record<string, [set: Record<string, string>, cacheControl: string | null, vary: string | null]> = {
    '/plain': [{}, 'private', 'Cookie'],
    '/own': [{ 'cache-control': 'public, max-age=60' }, 'public, max-age=60', 'Cookie'],
    '/vary': [{ vary: 'Accept-Encoding' }, 'private', 'Accept-Encoding, Cookie'],
    '/varies': [{ vary: 'accept, cookie' }, 'private', 'accept, cookie'],
    '/any': [{ vary: '*' }, 'private', '*'],
  };
  const handler: SessionHandler = (_request, response, url) => {
    if (url.searchParams.has('write')) session().set('user', 'ada');
    if (url.searchParams.has('sign-out')) void session().destroy();
    const [headers] = responses[url.pathname] ?? [{}];
    if (url.searchParams.has('head')) response.writeHead(200, headers);
    else for (const [name, value] of Object.entries(headers)) response.setHeader(name, `${value}`);
    response.end();
  };
  await using server = await startSessionServer(handler);
  const web = webScope(
    (request: Request) => {
      const url = new URL(request.url);
      if (url.searchParams.has('write')) session().set('user', 'ada');
      return new Response('', { headers: responses[url.pathname]?.[0] ?? {} });
    },
    { session: sessions({ secret: SECRET, store: new Map() }) },
  );
  for (const [path, [set, cacheControl, vary]] of Object.entries(responses)) {
    for (const query of ['?write', '?write&head']) {
      const user = server.newUser();
      const { headers } = await user.send(path + query);
      assert.deepEqual([headers.get('cache-control'), headers.get('vary')], [cacheControl, vary], path + query);
      const read = await user.send(path);
      assert.deepEqual(
        [read.headers.get('cache-control'), read.headers.get('vary')],
        [set['cache-control'] ?? null, set.vary ?? null],
        'a response without the cookie is not changed',
      );
      assert.equal((await user.send(`${path}?sign-out`)).headers.get('vary'), vary);
    }
    const response = await web(new Request(`http://localhost${path}?write`));
    assert.deepEqual([response.headers.get('cache-control'), response.headers.get('vary')], [cacheControl, vary], path);
  }
});

test('applications with one secret and one store share no session if their names differ', async () => {
  const store = new Map<string, unknown>();
  await using shop = await startSessionServer(userHandler, { store, name: 'shop' });
  await using admin = await startSessionServer(userHandler, { store, name: 'admin' });
  await using sameAsShop = await startSessionServer(userHandler, { store, name: 'shop' });
  const ada = shop.newUser();
  await ada.send('/?set=ada');
  const elsewhere = admin.newUser();
  const restarted = sameAsShop.newUser();
  for (const user of [elsewhere, restarted]) user.jar.set('sid', ada.jar.get('sid') ?? '');
  assert.equal((await elsewhere.send('/')).text, 'none');
  assert.equal((await restarted.send('/')).text, 'ada');
  // An entry under the key of the other application does not make its cookie valid there.
  const [[key, entry] = ['', '']] = store;
  store.set(key.replace(':shop:', ':admin:'), entry);
  assert.equal((await elsewhere.send('/')).text, 'none');
});

test('the name of an application is by default that of its cookie', async () => {
  const store = new Map<string, unknown>();
  await using shop = await startSessionServer(userHandler, { store, cookie: { name: 'shop' } });
  await using admin = await startSessionServer(userHandler, { store, cookie: { name: 'admin' } });
  const ada = shop.newUser();
  await ada.send('/?set=ada');
  const elsewhere = admin.newUser();
  elsewhere.jar.set('admin', ada.jar.get('shop') ?? '');
  assert.equal((await elsewhere.send('/')).text, 'none');
});

test('a session that began under a clock that was ahead lasts no longer than one that begins now', async (t) => {
  const now = 1_000_000_000;
  t.mock.timers.enable({ apis: ['Date'], now: now + 365 * 86_400_000 });
  await using server = await startSessionServer(userHandler, { idleTimeout: 10_000, absoluteTimeout: 30_000 });
  const ada = server.newUser();
  await ada.send('/?set=ada');
  t.mock.timers.setTime(now);
  const { text, cookies } = await ada.send('/');
  assert.equal(text, 'ada');
  assert.match(cookies[0] ?? '', /Max-Age=10;/);
  // Used all the time, it ends after the absolute time.
  for (let elapsed = 9000; elapsed < 30_000; elapsed += 9000) {
    t.mock.timers.setTime(now + elapsed);
    assert.equal((await ada.send('/')).text, 'ada');
  }
  t.mock.timers.setTime(now + 30_001);
  assert.equal((await ada.send('/')).text, 'none');

  // Not used, it ends after the idle time.
  t.mock.timers.setTime(now + 365 * 86_400_000);
  const bob = server.newUser();
  await bob.send('/?set=bob');
  t.mock.timers.setTime(now);
  await bob.send('/');
  t.mock.timers.setTime(now + 10_001);
  assert.equal((await bob.send('/')).text, 'none');
});

test('/web: a handler that throws after regenerate() does not sign the user out', async () => {
  const handle = webScope(
    async (request: Request) => {
      const { pathname } = new URL(request.url);
      if (pathname === '/begin') session().set('user', 'ada');
      if (pathname === '/fail') {
        await session().regenerate();
        throw new Error('after the session has moved');
      }
      return new Response(String(session().get('user')));
    },
    { session: sessions({ secret: SECRET, store: new Map() }), log: { error() {} } },
  );
  const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const first = cookieOf(await handle(new Request('http://localhost/begin')));
  const failed = await handle(new Request('http://localhost/fail', { headers: { cookie: first } }));
  assert.equal(failed.status, 500);
  assert.ok(failed.headers.get('x-request-id'));
  const second = cookieOf(failed);
  assert.notEqual(second, '');
  const response = await handle(new Request('http://localhost/', { headers: { cookie: second } }));
  assert.equal(await response.text(), 'ada');
});

for (const [title, act] of [
  [
    'update() throws when it is called again',
    (_store) => {
      let calls = 0;
      session().update('x', () => {
        if (++calls > 1) throw new RangeError('from the function');
        return 1;
      });
    },
  ],
  [
    'the store fails afterwards',
    (store) => {
      session().set('x', 1);
      store.isDown = true;
    },
  ],
] satisfies [string, (store: { isDown: boolean }) => void][]) {
  test(`an error response after regenerate() carries the new cookie: ${title}`, async () => {
    const store = new (class extends Map<string, unknown> {
      isDown = false;
      override set(key: string, value: unknown): this {
        if (this.isDown) throw new Error('the disk is full');
        return super.set(key, value);
      }
    })();
    await using server = await startSessionServer(
      async (request, response, url) => {
        if (url.pathname !== '/fail') return userHandler(request, response, url);
        await session().regenerate();
        act(store);
        if (!store.isDown) {
          // Another request writes to the new session, so that the update must be repeated.
          const [[key, entry] = ['', '']] = [...store].filter(([, text]) => String(text).includes('user'));
          store.set(key, String(entry).replace('ada', 'eve'));
        }
        response.setHeader('x-own', '1');
        response.end('never');
      },
      { store },
    );
    const ada = server.newUser();
    await ada.send('/?set=ada');
    const before = ada.jar.get('sid');
    const { status, headers, cookies } = await ada.send('/fail');
    assert.ok(status >= 500);
    assert.equal(cookies.length, 1);
    assert.equal(headers.get('cache-control'), 'private');
    assert.equal(headers.get('x-own'), null);
    assert.notEqual(ada.jar.get('sid'), before);
    store.isDown = false;
    assert.notEqual((await ada.send('/')).text, 'none');
  });
}
