/** The shop over real HTTP: sessions that outlive the process, and that two processes share. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { isMissing, startRedis } from '@throughline/testing/databases';
import { Program } from './program.js';

const limit = { timeout: 60_000 };

/** A browser's window: it keeps its cookie. */
class Window {
  cookie = '';

  async send(port: number, path: string, form?: string, headers: Record<string, string> = {}): Promise<Response> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: form === undefined ? 'GET' : 'POST',
      headers: {
        cookie: this.cookie,
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      body: form ?? null,
      redirect: 'manual',
    });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) [this.cookie = ''] = set.split(';');
    return response;
  }

  async cart(port: number): Promise<unknown> {
    return (await this.send(port, '/cart')).json();
  }
}

async function using<T>(env: NodeJS.ProcessEnv, use: (port: number, program: Program) => Promise<T>): Promise<T> {
  const program = new Program(['--requests', '8'], env);
  try {
    return await use(await program.port(), program);
  } finally {
    await program.signal('SIGTERM');
  }
}

describe('the shop', limit, () => {
  it('keeps users apart, and signed in over a restart, in files that are nobody else’s', async () => {
    const [ada, bob] = [new Window(), new Window()];
    const file = await using({}, async (port, program) => {
      await ada.send(port, '/sign-in', 'user=ada');
      await bob.send(port, '/sign-in', 'user=bob');
      await Promise.all([ada.send(port, '/cart', 'item=book'), bob.send(port, '/cart', 'item=pen')]);
      await program.printed(/^ {2}[\da-f-]{36} {2}ada: put a book into the cart$/m);
      const [, kept = ''] = await program.printed(/Sessions are kept in (.+)\.$/m);
      return kept;
    });
    for (const path of [file, file.replace('sessions.sqlite', 'session-secret')]) {
      assert.equal((await stat(path)).mode & 0o077, 0, path);
    }
    await using({}, async (port) => {
      assert.deepEqual(await ada.cart(port), { user: 'ada', cart: ['book'] });
      assert.deepEqual(await bob.cart(port), { user: 'bob', cart: ['pen'] });
      // Another secret believes no cookie of the first.
      await using({ SESSION_SECRET: 'another secret of 32 characters!' }, async (other) => {
        assert.equal((await ada.send(other, '/cart')).status, 401);
      });
    });
  });

  it('gives a new id at sign-in, nothing of the user before, and ends the old id at sign-out', async () => {
    await using({}, async (port) => {
      const window = new Window();
      await window.send(port, '/sign-in', 'user=ada');
      const first = window.cookie;
      await window.send(port, '/cart', 'item=book');
      await window.send(port, '/sign-in', 'user=bob');
      assert.notEqual(window.cookie, first);
      assert.deepEqual(await window.cart(port), { user: 'bob', cart: [] });
      const second = window.cookie;
      await window.send(port, '/sign-out', '');
      for (const cookie of [first, second]) {
        window.cookie = cookie;
        assert.equal((await window.send(port, '/cart')).status, 401);
      }
    });
  });

  it('takes forms from its own pages only, and shows a name as text', async () => {
    await using({}, async (port) => {
      const window = new Window();
      for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'http://elsewhere.example' }]) {
        assert.equal((await window.send(port, '/sign-in', 'user=eve', headers)).status, 403);
      }
      assert.equal((await window.send(port, '/sign-in', 'user=%3Cb%3E')).status, 400);
      const own = { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' };
      assert.equal((await window.send(port, '/sign-in', `user=o'hara`, own)).status, 303);
      const page = await window.send(port, '/shop');
      assert.match(`${page.headers.get('content-security-policy')}`, /^default-src 'none'; .+frame-ancestors 'none'/);
      assert.match(await page.text(), /Cart of o&#39;hara/);
    });
  });
});

/** Has one user put things into the cart through both processes at once, and finds all of them in either. */
async function fillCart(one: number, two: number): Promise<Window> {
  const ada = new Window();
  await ada.send(one, '/sign-in', 'user=ada');
  const ports = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? one : two));
  const answers = await Promise.all(ports.map((port) => ada.send(port, '/cart', 'item=pen')));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([303]));
  const cart = Array.from(ports, () => 'pen');
  for (const port of [one, two]) assert.deepEqual(await ada.cart(port), { user: 'ada', cart });
  return ada;
}

it('two processes that start at once make one secret, and share the sessions in one file', limit, async () => {
  const temporary = await mkdtemp(join(tmpdir(), 'throughline-test-'));
  const programs = [1, 2].map(() => new Program(['--requests', '8'], { TMPDIR: temporary }));
  try {
    const [one = 0, two = 0] = await Promise.all(programs.map((program) => program.port()));
    await fillCart(one, two);
  } finally {
    await Promise.all(programs.map((program) => program.signal('SIGTERM')));
    await rm(temporary, { recursive: true, force: true });
  }
});

/** Has Node not find a package, as where it could not be compiled. */
function without(name: string): string {
  const resolve = `export async function resolve(wanted, context, next) {
    if (wanted === '${name}') throw new Error('Cannot find ${name}');
    return next(wanted, context);
  }`;
  const hooks = `data:text/javascript,${encodeURIComponent(resolve)}`;
  const main = `import { register } from 'node:module'; register(${JSON.stringify(hooks)});`;
  return `--import=data:text/javascript,${encodeURIComponent(main)}`;
}

it('keeps the sessions in memory where SQLite is missing, and says why', limit, async () => {
  await using({ NODE_OPTIONS: without('@keyv/sqlite') }, async (port, program) => {
    await program.printed(/Sessions are kept in memory until the server ends, .+ \(Error: Cannot find @keyv\/sqlite\)/);
    const ada = new Window();
    await ada.send(port, '/sign-in', 'user=ada');
    assert.deepEqual(await ada.cart(port), { user: 'ada', cart: [] });
  });
});

it('two processes share the sessions in Redis, and stand it when it stops', limit, async (t) => {
  const redis = await startRedis();
  if (isMissing(redis)) {
    t.skip(redis.missing);
    return;
  }
  const env = { REDIS_URL: redis.url };
  try {
    await using(env, (one, program) =>
      using(env, async (two) => {
        const ada = await fillCart(one, two);
        const { cookie } = ada;
        await ada.send(two, '/sign-out', '');
        ada.cookie = cookie;
        assert.equal((await ada.send(one, '/cart')).status, 401);

        await ada.send(one, '/sign-in', 'user=ada');
        await redis.stop();
        const failed = await ada.send(one, '/cart');
        assert.equal(failed.status, 503);
        assert.match(await failed.text(), /^The session could not be reached/);
        assert.match(program.stderr, /A session could not be loaded/);
        await redis.start();
        // It comes back when it has noticed.
        let status = 503;
        for (let tries = 0; status === 503 && tries < 400; tries++) {
          await setTimeout(50);
          status = (await ada.send(one, '/sign-in', 'user=ada')).status;
        }
        assert.equal(status, 303);
        assert.deepEqual(await ada.cart(two), { user: 'ada', cart: [] });
      }),
    );
  } finally {
    await redis[Symbol.asyncDispose]();
  }
});
