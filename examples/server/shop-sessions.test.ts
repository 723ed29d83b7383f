/** The sessions of the shop over real HTTP: they outlive the process, and two processes share them. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { isNotInstalled, startRedis } from '@throughline/testing/databases';
import { runToExit, ServerProcess } from './test/server-process.js';

const timeLimit = { timeout: 60_000 };

/** A browser window, which stores its cookie. */
class BrowserWindow {
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
    const [setCookie] = response.headers.getSetCookie();
    if (setCookie !== undefined) [this.cookie = ''] = setCookie.split(';');
    return response;
  }

  async cart(port: number): Promise<unknown> {
    return (await this.send(port, '/cart')).json();
  }
}

/** Runs `use` while a server serves, and returns its result. */
async function withServer<T>(
  env: NodeJS.ProcessEnv,
  use: (port: number, program: ServerProcess) => Promise<T>,
): Promise<T> {
  const program = new ServerProcess(['--requests', '8'], env);
  try {
    return await use(await program.waitUntilServing(), program);
  } finally {
    await program.kill('SIGTERM');
  }
}

describe('the sessions of the shop', timeLimit, () => {
  it('are separate for each user, survive a restart, and are stored in files that no other user can access', async () => {
    const [ada, bob] = [new BrowserWindow(), new BrowserWindow()];
    const file = await withServer({}, async (port, program) => {
      await ada.send(port, '/sign-in', 'user=ada');
      await bob.send(port, '/sign-in', 'user=bob');
      await Promise.all([ada.send(port, '/cart', 'item=book'), bob.send(port, '/cart', 'item=pen')]);
      await program.waitForOutput(/^ {2}[\da-f-]{36} {2}ada: added a book to the cart$/m);
      const [, storeFile = ''] = await program.waitForOutput(/Sessions are stored in (.+)\.$/m);
      return storeFile;
    });
    for (const path of [file, file.replace('sessions.sqlite', 'session-secret')]) {
      assert.equal((await stat(path)).mode & 0o077, 0, path);
    }
    await withServer({}, async (port) => {
      assert.deepEqual(await ada.cart(port), { user: 'ada', cart: ['book'] });
      assert.deepEqual(await bob.cart(port), { user: 'bob', cart: ['pen'] });
      // A server with another secret rejects the cookies that the first one signed.
      await withServer({ SESSION_SECRET: 'another secret of 32 characters!' }, async (other) => {
        assert.equal((await ada.send(other, '/cart')).status, 401);
      });
    });
  });

  it('get a new id and an empty cart at each sign-in, and end at sign-out', async () => {
    await withServer({}, async (port) => {
      const window = new BrowserWindow();
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

  it('start only from a form of the shop’s own pages, which escape the name of the user', async () => {
    await withServer({}, async (port) => {
      const window = new BrowserWindow();
      for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'http://elsewhere.example' }]) {
        assert.equal((await window.send(port, '/sign-in', 'user=eve', headers)).status, 403);
      }
      assert.equal((await window.send(port, '/sign-in', 'user=%3Cb%3E')).status, 400);
      const own = { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' };
      assert.equal((await window.send(port, '/sign-in', `user=o'hara`, own)).status, 303);
      const page = await window.send(port, '/shop');
      assert.match(`${page.headers.get('content-security-policy')}`, /^default-src 'none'; .+frame-ancestors 'none'/);
      assert.match(await page.text(), /o&#39;hara's cart/);
    });
  });
});

/**
 * Adds items to the cart of one user through both processes concurrently, and checks that each process has all of them.
 * @returns the window of the user
 */
async function fillCart(port: number, otherPort: number): Promise<BrowserWindow> {
  const ada = new BrowserWindow();
  await ada.send(port, '/sign-in', 'user=ada');
  const ports = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? port : otherPort));
  const responses = await Promise.all(ports.map((each) => ada.send(each, '/cart', 'item=pen')));
  assert.deepEqual(new Set(responses.map(({ status }) => status)), new Set([303]));
  const cart = Array.from(ports, () => 'pen');
  for (const each of [port, otherPort]) assert.deepEqual(await ada.cart(each), { user: 'ada', cart });
  return ada;
}

it(
  'two processes that start at the same time create one secret, and share the sessions in one file',
  timeLimit,
  async () => {
    const temporary = await mkdtemp(join(tmpdir(), 'throughline-test-'));
    const programs = [1, 2].map(() => new ServerProcess(['--requests', '8'], { TMPDIR: temporary }));
    try {
      const [one = 0, two = 0] = await Promise.all(programs.map((program) => program.waitUntilServing()));
      await fillCart(one, two);
    } finally {
      await Promise.all(programs.map((program) => program.kill('SIGTERM')));
      await rm(temporary, { recursive: true, force: true });
    }
  },
);

/** The Node option that hides node:sqlite, and makes libsql fail as `broken` says. */
function optionToHideSqlite(broken: 'missing' | 'no binary'): string {
  const error = `new Error('Cannot find ${broken === 'missing' ? 'libsql' : 'module @libsql/linux-x64-gnu'}')`;
  const hooks = toModuleUrl(
    broken === 'missing'
      ? `export async function resolve(specifier, context, next) {
           if (specifier === 'libsql') throw ${error};
           return next(specifier, context);
         }`
      : `export async function load(url, context, next) {
           if (!url.includes('/libsql/')) return next(url, context);
           return { format: 'module', shortCircuit: true, source: "throw ${error}" };
         }`,
  );
  return `--disable-warning=DEP0205 --import=${toModuleUrl(`import { register } from 'node:module';
    register(${JSON.stringify(hooks)});
    const { getBuiltinModule } = process;
    process.getBuiltinModule = (name) => name === 'node:sqlite' ? undefined : getBuiltinModule(name);`)}`;
}

function toModuleUrl(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

for (const broken of ['missing', 'no binary'] as const) {
  it(
    `a server without SQLite (${broken}) stores the sessions in memory, and prints the reason once`,
    timeLimit,
    async () => {
      await withServer({ NODE_OPTIONS: optionToHideSqlite(broken) }, async (port, program) => {
        const [line] = await program.waitForOutput(/Sessions are stored in memory .+/);
        assert.match(
          line,
          /^Sessions are stored in memory until the server stops, because there is no SQLite \(node:sqlite .+; Cannot find .+\)\.$/,
        );
        const ada = new BrowserWindow();
        await ada.send(port, '/sign-in', 'user=ada');
        assert.deepEqual(await ada.cart(port), { user: 'ada', cart: [] });
        assert.equal(program.stderr, '');
      });
    },
  );
}

it('a server whose SQLite file is damaged ends with the reason', timeLimit, async () => {
  const temporary = await mkdtemp(join(tmpdir(), 'throughline-test-'));
  try {
    const user = process.getuid?.();
    const folder = join(temporary, user === undefined ? 'throughline' : `throughline-${user}`);
    await mkdir(folder, { mode: 0o700 });
    await writeFile(join(folder, 'sessions.sqlite'), 'not a database. '.repeat(100));
    const { code, stderr } = await runToExit([], { TMPDIR: temporary });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^Cannot store the sessions in .+: .+ file is not a database\. Delete the file, or set TMPDIR/,
    );
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
});

it('a cart survives kill -9 of the server', timeLimit, async () => {
  const temporary = await mkdtemp(join(tmpdir(), 'throughline-test-'));
  const env = { TMPDIR: temporary };
  try {
    const ada = new BrowserWindow();
    const killed = new ServerProcess(['--requests', '8'], env);
    const port = await killed.waitUntilServing();
    await ada.send(port, '/sign-in', 'user=ada');
    for (let count = 0; count < 5; count++) await ada.send(port, '/cart', 'item=pen');
    await killed.kill('SIGKILL');
    await withServer(env, async (nextPort, program) => {
      assert.deepEqual(await ada.cart(nextPort), { user: 'ada', cart: ['pen', 'pen', 'pen', 'pen', 'pen'] });
      // In particular, there is no warning that node:sqlite is experimental.
      assert.equal(program.stderr, '');
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
});

it('two processes share the sessions in Redis, and recover when Redis restarts', timeLimit, async (t) => {
  const redis = await startRedis();
  if (isNotInstalled(redis)) {
    t.skip(redis.reason);
    return;
  }
  const env = { REDIS_URL: redis.url };
  try {
    await withServer(env, (port, program) =>
      withServer(env, async (otherPort) => {
        const ada = await fillCart(port, otherPort);
        const { cookie } = ada;
        await ada.send(otherPort, '/sign-out', '');
        ada.cookie = cookie;
        assert.equal((await ada.send(port, '/cart')).status, 401);

        await ada.send(port, '/sign-in', 'user=ada');
        await redis.stop();
        const failed = await ada.send(port, '/cart');
        assert.equal(failed.status, 503);
        assert.match(await failed.text(), /^The session could not be reached/);
        assert.match(program.stderr, /A session could not be loaded/);
        await redis.start();
        // The client reconnects with a delay, so the first sign-ins may still fail.
        let status = 503;
        for (let tries = 0; status === 503 && tries < 400; tries++) {
          await setTimeout(50);
          status = (await ada.send(port, '/sign-in', 'user=ada')).status;
        }
        assert.equal(status, 303);
        assert.deepEqual(await ada.cart(otherPort), { user: 'ada', cart: [] });
      }),
    );
  } finally {
    await redis[Symbol.asyncDispose]();
  }
});
