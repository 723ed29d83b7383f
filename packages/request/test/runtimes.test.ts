/** The battery, and sessions, on Bun, Deno and workerd, each a process of its own. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sign } from 'cookie-signature';
import type { AppName } from './apps/build-app.js';
import { SECRET } from './apps/session-routes.js';
import type { LossName } from './battery/cases.js';
import { testLosses } from './battery/run-battery.js';
import { ask, call, text } from './http/client.js';
import { type ServerAddress, withServer } from './http/server.js';
import { isInstalled, launch, type RuntimeName } from './runtimes/launch-server.js';
import { User } from './sessions/session-server.js';

const everywhere: LossName[] = [
  'a handler',
  'Promise.race with a timeout',
  'the path as sent',
  'a JSON body in several chunks',
  'a form in several chunks',
  'a multipart upload',
  'an error that is thrown',
  'an error after an await',
  'no such route',
  'a streamed answer that the client reads slowly',
  'server-sent events',
  'a client that goes away while it sends',
  'a client that goes away while it reads',
  'many requests over one keep-alive socket',
  'pipelined requests',
  'the deadline',
  'a request without an id',
  'an id that is not safe',
  'an id that is not trusted',
];

/** What a runtime does by itself, with or without a scope, and cannot be held against it here. */
const beyond: Record<RuntimeName, LossName[]> = {
  // It answers no pipelined request whose handler waits.
  bun: ['pipelined requests'],
  // In both, the signal of a request whose body breaks off does not abort: the reading fails alone.
  deno: ['a client that goes away while it sends'],
  workerd: ['a client that goes away while it sends'],
};

const titles: Record<RuntimeName, string> = { bun: 'Bun', deno: 'Deno', workerd: 'workerd' };
const apps: Record<AppName, string> = { hono: 'Hono', h3: 'h3', web: 'A web handler' };

const limit = { timeout: 60_000 };
const nobody = { user: null, items: [] };

/** Takes a step and gives what the session has then. */
async function step(user: User, name: string, body?: string): Promise<unknown> {
  const answer = await user.ask(`/session/${name}`, { method: 'POST', body: body ?? null });
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(answer.text);
}

function newUser({ port }: ServerAddress): User {
  return new User(`http://127.0.0.1:${port}`);
}

/** Whoever sends the cookie that a user has now. */
function copyOf(user: User, server: ServerAddress): User {
  const copy = newUser(server);
  for (const [name, value] of user.jar) copy.jar.set(name, value);
  return copy;
}

async function signInAndOut(server: ServerAddress): Promise<void> {
  const [ada, bob] = [newUser(server), newUser(server)];
  assert.deepEqual(await step(ada, 'show'), nobody);
  assert.equal(ada.jar.size, 0, 'who writes nothing gets no cookie');

  await step(ada, 'add', 'book');
  const before = copyOf(ada, server);
  assert.deepEqual(await step(before, 'show'), { user: null, items: ['book'] });
  assert.deepEqual(await step(ada, 'sign-in', 'ada'), { user: 'ada', items: ['book'] });
  await step(bob, 'sign-in', 'bob');
  await step(bob, 'add', 'pen');
  assert.deepEqual(await step(ada, 'show'), { user: 'ada', items: ['book'] });
  assert.deepEqual(await step(bob, 'show'), { user: 'bob', items: ['pen'] });
  assert.deepEqual(await step(before, 'show'), nobody, 'the id from before the sign-in has ended');

  const after = copyOf(ada, server);
  assert.deepEqual(await step(ada, 'sign-out'), nobody);
  assert.equal(ada.jar.size, 0, 'the cookie is taken back');
  assert.deepEqual(await step(after, 'show'), nobody, 'the id from before the sign-out has ended');
  assert.deepEqual(await step(bob, 'show'), { user: 'bob', items: ['pen'] });
}

async function addAtOnce(server: ServerAddress): Promise<void> {
  const ada = newUser(server);
  await step(ada, 'sign-in', 'ada');
  const cookie = [...ada.jar].map((pair) => pair.join('=')).join('; ');
  const items = Array.from({ length: 20 }, (_, index) => `item-${index}`);
  const uploads = items.map((id) =>
    call(server, {
      path: '/session/add',
      method: 'POST',
      headers: { cookie, 'x-request-id': id, 'content-type': 'text/plain', 'content-length': `${id.length}` },
    }),
  );
  try {
    // Each has loaded its session, and waits for the rest of its body.
    for (const [index, { upload }] of uploads.entries()) upload.write(items[index]?.slice(0, 1));
    for (const id of items) {
      while (!JSON.parse((await ask(server, { path: `/seen?id=${id}` })).body).loaded);
    }
    for (const [index, { upload }] of uploads.entries()) upload.end(items[index]?.slice(1));
    for (const upload of uploads) {
      const { status, body } = await upload.head();
      assert.equal(status, 200, await text(body));
    }
  } finally {
    for (const upload of uploads) upload.abort();
  }
  const { items: kept } = JSON.parse((await ada.ask('/session/show', { method: 'POST' })).text);
  assert.deepEqual(kept.toSorted(), items.toSorted());
}

async function forge(server: ServerAddress): Promise<void> {
  const ada = newUser(server);
  await step(ada, 'sign-in', 'ada');
  const [[name = '', cookie = ''] = []] = ada.jar;
  const [id = ''] = decodeURIComponent(cookie).split('.');
  const forged = [
    id,
    `${id}.`,
    `${id}.${'A'.repeat(43)}`,
    sign(id, 'another secret of thirty-two characters'),
    // Signed well, and never issued.
    sign('A'.repeat(32), SECRET),
    sign('__proto__', SECRET),
  ];
  for (const value of forged) {
    const eve = newUser(server);
    eve.jar.set(name, encodeURIComponent(value));
    assert.deepEqual(await step(eve, 'show'), nobody, value);
    await step(eve, 'add', 'pen');
    const [given = ''] = decodeURIComponent(eve.jar.get(name) ?? '').split('.');
    assert.match(given, /^[\w-]{32}$/);
    assert.ok(!value.startsWith(given), 'an id that was brought is not adopted');
  }
  assert.deepEqual(await step(ada, 'show'), { user: 'ada', items: [] });
}

for (const runtime of ['bun', 'deno', 'workerd'] as const) {
  if (!isInstalled(runtime)) {
    it.skip(`${titles[runtime]} is not installed: npm run test:all installs it`);
    continue;
  }
  for (const app of ['hono', 'h3', 'web'] as const) {
    const title = `${apps[app]} on ${titles[runtime]}`;
    const names = everywhere.filter((name) => !beyond[runtime].includes(name));
    testLosses(title, (options) => launch(runtime, app, options), names);
    describe(title, () => {
      it('has the engine of servers', () =>
        withServer(launch(runtime, app, {}), async (server) => {
          assert.equal((await ask(server, { path: '/engine' })).body, 'native');
        }));

      it('keeps a session for each user', limit, () =>
        withServer(launch(runtime, app, { sessions: true }), (server) => signInAndOut(server)),
      );

      it('loses no change of requests that all began with the same session', limit, () =>
        withServer(launch(runtime, app, { sessions: true }), (server) => addAtOnce(server)),
      );

      it('believes no cookie that it has not issued', limit, () =>
        withServer(launch(runtime, app, { sessions: true }), (server) => forge(server)),
      );
    });
  }
}
