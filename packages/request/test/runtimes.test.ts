/** The battery, and sessions, on Bun, Deno and workerd. Each server runs in a separate process. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sign } from 'cookie-signature';
import type { AppName } from './apps/build-app.js';
import { SECRET } from './apps/session-routes.js';
import type { CaseName } from './battery/cases.js';
import { runBattery } from './battery/run-battery.js';
import { openRequest, readText, sendRequest } from './http/client.js';
import { type ServerAddress, withServer } from './http/server.js';
import { isInstalled, launchServer, type RuntimeName, runProgram } from './runtimes/launch-server.js';
import { SessionUser } from './sessions/session-user.js';

const sharedCases: CaseName[] = [
  'an async handler',
  'Promise.race() with a timeout',
  'the path as the client sent it',
  'a JSON body in several chunks',
  'a form body in several chunks',
  'a multipart upload',
  'an error thrown synchronously',
  'an error thrown after an await',
  'a request without a matching route',
  'a streamed response that the client reads slowly',
  'server-sent events',
  'a client that disconnects during its upload',
  'a client that disconnects during the response',
  'many requests on one keep-alive connection',
  'pipelined requests',
  'a step that returns control from elsewhere, two requests interleaved',
  'a step that returns control from elsewhere, 200 requests interleaved',
  'the deadline of a request',
  'a request without an id',
  'an unsafe request id',
  'an untrusted request id',
];

/** The cases that a runtime does not support, with or without a scope. */
const unsupportedCases: Record<RuntimeName, CaseName[]> = {
  // Bun does not respond to a pipelined request whose handler is asynchronous.
  bun: ['pipelined requests'],
  // In Deno and workerd, the signal of a request does not abort if its body breaks off. Only reading the body fails.
  deno: ['a client that disconnects during its upload'],
  workerd: [
    'a client that disconnects during its upload',
    // workerd itself ends a request whose code another request calls: "Cannot perform I/O on behalf of a different
    // request".
    'a step that returns control from elsewhere, two requests interleaved',
    'a step that returns control from elsewhere, 200 requests interleaved',
  ],
};

const runtimeTitles: Record<RuntimeName, string> = { bun: 'Bun', deno: 'Deno', workerd: 'workerd' };
const appTitles: Record<AppName, string> = { hono: 'Hono', h3: 'h3', web: 'A web handler' };

const timeLimit = { timeout: 60_000 };
const emptyVisit = { user: null, items: [] };

/**
 * Sends an action to the session routes.
 * @returns the content of the session afterwards
 */
async function postSessionAction(user: SessionUser, action: string, body?: string): Promise<unknown> {
  const { status, text } = await user.send(`/session/${action}`, { method: 'POST', body: body ?? null });
  assert.equal(status, 200, text);
  return JSON.parse(text);
}

function newUser({ port }: ServerAddress): SessionUser {
  return new SessionUser(`http://127.0.0.1:${port}`);
}

/** A user with a copy of the cookies that another user has now. */
function copyOf(user: SessionUser, server: ServerAddress): SessionUser {
  const copy = newUser(server);
  for (const [name, value] of user.jar) copy.jar.set(name, value);
  return copy;
}

async function testSignInAndOut(server: ServerAddress): Promise<void> {
  const [ada, bob] = [newUser(server), newUser(server)];
  assert.deepEqual(await postSessionAction(ada, 'show'), emptyVisit);
  assert.equal(ada.jar.size, 0, 'a request that writes nothing must not set a cookie');

  await postSessionAction(ada, 'add', 'book');
  const before = copyOf(ada, server);
  assert.deepEqual(await postSessionAction(before, 'show'), { user: null, items: ['book'] });
  assert.deepEqual(await postSessionAction(ada, 'sign-in', 'ada'), { user: 'ada', items: ['book'] });
  await postSessionAction(bob, 'sign-in', 'bob');
  await postSessionAction(bob, 'add', 'pen');
  assert.deepEqual(await postSessionAction(ada, 'show'), { user: 'ada', items: ['book'] });
  assert.deepEqual(await postSessionAction(bob, 'show'), { user: 'bob', items: ['pen'] });
  assert.deepEqual(await postSessionAction(before, 'show'), emptyVisit, 'the sign-in must end the old id');

  const after = copyOf(ada, server);
  assert.deepEqual(await postSessionAction(ada, 'sign-out'), emptyVisit);
  assert.equal(ada.jar.size, 0, 'the sign-out must remove the cookie');
  assert.deepEqual(await postSessionAction(after, 'show'), emptyVisit, 'the sign-out must end the id');
  assert.deepEqual(await postSessionAction(bob, 'show'), { user: 'bob', items: ['pen'] });
}

async function testOtherSites(server: ServerAddress): Promise<void> {
  const ada = newUser(server);
  await postSessionAction(ada, 'sign-in', 'ada');
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
    const { status } = await ada.send('/session/sign-out', { method: 'POST', headers });
    assert.ok(status >= 400, `${status}`);
    assert.deepEqual(await postSessionAction(ada, 'show'), { user: 'ada', items: [] });
  }
  const origin = `http://127.0.0.1:${server.port}`;
  const { text, headers } = await ada.send('/session/sign-out', { method: 'POST', headers: { origin } });
  assert.deepEqual(JSON.parse(text), emptyVisit);
  assert.deepEqual([headers.get('cache-control'), headers.get('vary')], ['private', 'Cookie']);
}

async function testConcurrentChanges(server: ServerAddress): Promise<void> {
  const ada = newUser(server);
  await postSessionAction(ada, 'sign-in', 'ada');
  const cookie = [...ada.jar].map((pair) => pair.join('=')).join('; ');
  const items = Array.from({ length: 20 }, (_, index) => `item-${index}`);
  const uploads = items.map((id) =>
    openRequest(server, {
      path: '/session/add',
      method: 'POST',
      headers: { cookie, 'x-request-id': id, 'content-type': 'text/plain', 'content-length': `${id.length}` },
    }),
  );
  try {
    // Each request has loaded its session and waits for the rest of its body before any of them continues.
    for (const [index, { upload }] of uploads.entries()) upload.write(items[index]?.slice(0, 1));
    for (const id of items) {
      while (!JSON.parse((await sendRequest(server, { path: `/reads?id=${id}` })).body).loaded);
    }
    for (const [index, { upload }] of uploads.entries()) upload.end(items[index]?.slice(1));
    for (const upload of uploads) {
      const { status, body } = await upload.response();
      assert.equal(status, 200, await readText(body));
    }
  } finally {
    for (const upload of uploads) upload.abort();
  }
  const { items: storedItems } = JSON.parse((await ada.send('/session/show', { method: 'POST' })).text);
  assert.deepEqual(storedItems.toSorted(), items.toSorted());
}

async function testForgedCookies(server: ServerAddress): Promise<void> {
  const ada = newUser(server);
  await postSessionAction(ada, 'sign-in', 'ada');
  const [[name = '', cookie = ''] = []] = ada.jar;
  const [id = ''] = decodeURIComponent(cookie).split('.');
  const forgedValues = [
    id,
    `${id}.`,
    `${id}.${'A'.repeat(43)}`,
    sign(id, 'another secret of thirty-two characters'),
    // Signed with the right secret, but never issued.
    sign(`sid.${'A'.repeat(32)}`, SECRET).slice('sid.'.length),
    sign('sid.__proto__', SECRET).slice('sid.'.length),
  ];
  for (const value of forgedValues) {
    const eve = newUser(server);
    eve.jar.set(name, encodeURIComponent(value));
    assert.deepEqual(await postSessionAction(eve, 'show'), emptyVisit, value);
    await postSessionAction(eve, 'add', 'pen');
    const [newId = ''] = decodeURIComponent(eve.jar.get(name) ?? '').split('.');
    assert.match(newId, /^[\w-]{32}$/);
    assert.ok(!value.startsWith(newId), 'the id of the client must not be adopted');
  }
  assert.deepEqual(await postSessionAction(ada, 'show'), { user: 'ada', items: [] });
}

for (const runtime of ['bun', 'deno', 'workerd'] as const) {
  if (!isInstalled(runtime)) {
    it.skip(`${runtimeTitles[runtime]} is not installed: npm run test:all installs it`);
    continue;
  }
  for (const app of ['hono', 'h3', 'web'] as const) {
    const title = `${appTitles[app]} on ${runtimeTitles[runtime]}`;
    const cases = sharedCases.filter((name) => !unsupportedCases[runtime].includes(name));
    runBattery(title, (options) => launchServer(runtime, app, options), cases);
    describe(title, () => {
      it('uses the native engine', () =>
        withServer(launchServer(runtime, app, {}), async (server) => {
          assert.equal((await sendRequest(server, { path: '/engine' })).body, 'native');
        }));

      it('keeps a separate session for each user', timeLimit, () =>
        withServer(launchServer(runtime, app, { hasSessions: true }), (server) => testSignInAndOut(server)),
      );

      it('refuses requests of other sites', timeLimit, () =>
        withServer(launchServer(runtime, app, { hasSessions: true }), (server) => testOtherSites(server)),
      );

      it('loses no change of concurrent requests of one user', timeLimit, () =>
        withServer(launchServer(runtime, app, { hasSessions: true }), (server) => testConcurrentChanges(server)),
      );

      it('rejects cookies that it has not issued', timeLimit, () =>
        withServer(launchServer(runtime, app, { hasSessions: true }), (server) => testForgedCookies(server)),
      );
    });
  }
}

for (const runtime of ['bun', 'deno'] as const) {
  const skip = !isInstalled(runtime) && 'The runtime is not installed: npm run test:all installs it.';
  it(`the adapters for node:http servers hold requests that are called back from elsewhere, on ${runtimeTitles[runtime]}`, {
    ...timeLimit,
    skip,
  }, async () => {
    const lines = (await runProgram(runtime, 'called-from-elsewhere.js')).trim().split('\n');
    assert.equal(lines.length, 36);
    assert.deepEqual(
      lines.filter((line) => !line.endsWith(': 40 of 40')),
      [],
    );
  });
}
