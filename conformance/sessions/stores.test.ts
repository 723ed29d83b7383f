/**
 * Sessions in each store that they are made for, with its real server: what one server wrote another reads, two that write
 * at once lose nothing, what has expired goes, and a database that goes away and comes back is an error in between.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import KeyvPostgres from '@keyv/postgres';
import KeyvRedis from '@keyv/redis';
import KeyvValkey from '@keyv/valkey';
import { session } from '@throughline/request';
import { requestScope } from '@throughline/request/http';
import { type SessionOptions, type SessionStore, sessions } from '@throughline/request/sessions';
import { type Database, isMissing, type Missing, startPostgres, startRedis } from '@throughline/testing/databases';
import pg from 'pg';
import { createClient } from 'redis';

const secret = 'a secret of thirty-two characters';

interface Shop {
  cart: string[];
  user: string;
}

class Server implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #server;

  constructor(store: SessionStore, options: Partial<SessionOptions> = {}) {
    const log = { warn: (line: string) => this.lines.push(line), error: (line: string) => this.lines.push(line) };
    const handler = async (url: URL) => {
      const mine = session<Shop>();
      const value = url.searchParams.get('v') ?? '';
      if (url.pathname === '/add') mine.update('cart', (cart = []) => [...cart, value]);
      if (url.pathname === '/sign-in') {
        await mine.regenerate();
        mine.set('user', value);
      }
      if (url.pathname === '/sign-out') await mine.destroy();
      return JSON.stringify({ user: mine.get('user'), cart: mine.get('cart') });
    };
    this.#server = createServer(
      requestScope(
        async (request, response) => {
          response.end(await handler(new URL(request.url ?? '', 'http://localhost')).catch(String));
        },
        { session: sessions({ secret, store, log, ...options }) },
      ),
    ).listen(0, '127.0.0.1');
  }

  async ask(path: string, user: User): Promise<{ status: number; text: string }> {
    if (!this.#server.listening) await once(this.#server, 'listening');
    const address = this.#server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const response = await fetch(`http://127.0.0.1:${address.port}${path}`, { headers: { cookie: user.cookie } });
    const [cookie] = response.headers.getSetCookie();
    if (cookie !== undefined) user.cookie = cookie.split(';')[0] ?? '';
    return { status: response.status, text: await response.text() };
  }

  async shop(user: User): Promise<Partial<Shop>> {
    return JSON.parse((await this.ask('/', user)).text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

interface User {
  cookie: string;
}

interface Closable {
  disconnect?(): Promise<unknown>;
}

/** What every store must do. `open` gives a connection of its own each time, as another process would have. */
async function check(open: () => SessionStore & Closable): Promise<void> {
  const stores = [open(), open()] as const;
  try {
    await using one = new Server(stores[0]);
    await using other = new Server(stores[1]);
    assert.deepEqual([one.lines, other.lines], [[], []], 'nothing to warn of');

    const ada: User = { cookie: '' };
    await one.ask('/add?v=first', ada);
    assert.deepEqual((await other.shop(ada)).cart, ['first']);

    const adds = Array.from({ length: 40 }, (_, i) => (i % 2 ? one : other).ask(`/add?v=${i}`, { ...ada }));
    for (const { status } of await Promise.all(adds)) assert.equal(status, 200);
    const { cart } = await one.shop(ada);
    assert.deepEqual([...(cart ?? [])].sort(), ['first', ...Array.from({ length: 40 }, (_, i) => `${i}`)].sort());

    const before = { ...ada };
    await one.ask('/sign-in?v=ada', ada);
    assert.notEqual(ada.cookie, before.cookie);
    assert.equal((await other.shop(ada)).user, 'ada');
    assert.equal((await other.shop(ada)).cart?.length, 41);
    assert.deepEqual(await other.shop(before), {});

    const signedIn = { ...ada };
    await other.ask('/sign-out', ada);
    assert.deepEqual(await one.shop(signedIn), {});

    // It expires, in the store too.
    await using brief = new Server(stores[0], { idleTimeout: 60 });
    const bob: User = { cookie: '' };
    await brief.ask('/sign-in?v=bob', bob);
    await new Promise((resolve) => setTimeout(resolve, 80));
    assert.deepEqual(await one.shop(bob), {});

    const odd: User = { cookie: '' };
    await one.ask(`/sign-in?v=${encodeURIComponent("'); DROP TABLE keyv; --:base64:$1 ? \u0000 \u{1f600}")}`, odd);
    assert.equal((await other.shop(odd)).user, "'); DROP TABLE keyv; --:base64:$1 ? \u0000 \u{1f600}");
  } finally {
    for (const store of stores) await store.disconnect?.();
  }
}

/** Runs with a database, or says why not. */
async function using(
  t: TestContext,
  start: () => Promise<Database | Missing>,
  use: (database: Database) => Promise<void>,
): Promise<void> {
  const database = await start();
  if (isMissing(database)) {
    t.skip(database.missing);
    return;
  }
  try {
    await use(database);
  } finally {
    await database[Symbol.asyncDispose]();
  }
}

/** An error while the database is away, with its line in the log; what was stored is there when it is back. */
async function checkReturn(database: Database, store: SessionStore & Closable, isKept: boolean): Promise<void> {
  await using server = new Server(store, { storeTimeout: 1000 });
  const ada: User = { cookie: '' };
  try {
    await server.ask('/sign-in?v=ada', ada);
    await database.stop();
    const { status, text } = await server.ask('/', { ...ada });
    assert.deepEqual([status, text], [503, 'The session could not be reached. Try again later.\n']);
    assert.equal((await server.ask('/add?v=x', { cookie: '' })).status, 503);
    assert.ok(server.lines.length >= 2);
    assert.match(server.lines[0] ?? '', /The store of the sessions has failed/);
    await database.start();
    let status2 = 503;
    while (status2 === 503) ({ status: status2 } = await server.ask('/', { ...ada }));
    assert.equal((await server.shop(ada)).user, isKept ? 'ada' : undefined);
    await server.ask('/add?v=y', ada);
    assert.deepEqual((await server.shop(ada)).cart, ['y']);
  } finally {
    await store.disconnect?.();
  }
}

test('Redis, by @keyv/redis', (t) =>
  using(t, startRedis, async (database) => {
    await check(() => new KeyvRedis(database.url));
    const client = await createClient({ url: database.url }).connect();
    const keys = await client.keys('*');
    // The last one of check(), and no other: a sign-out deletes, an end lets Redis delete.
    assert.equal(keys.length, 1);
    assert.ok((await client.pTTL(keys[0] ?? '')) > 0);
    await client.close();
    await checkReturn(database, new KeyvRedis(database.url), false);
  }));

test('Redis, by @keyv/valkey', (t) =>
  using(t, startRedis, async (database) => {
    await check(() => new KeyvValkey(database.url));
    await checkReturn(database, new KeyvValkey(database.url), false);
  }));

/** The adapter on a pool of the application's own, as docs/request.md recommends: its own pool listens to no errors. */
function onPool(pool: pg.Pool): KeyvPostgres {
  class PooledPostgres extends KeyvPostgres {
    override async connect() {
      return async (sql: string, values?: unknown[]) => (await pool.query(sql, values)).rows;
    }
  }
  return new PooledPostgres();
}

test('PostgreSQL, by @keyv/postgres', (t) =>
  using(t, startPostgres, async (database) => {
    const pool = new pg.Pool({ connectionString: database.url });
    pool.on('error', () => {});
    try {
      await check(() => onPool(pool));
      const stored = async () => (await pool.query(`SELECT * FROM keyv WHERE key LIKE 'session:%'`)).rowCount;
      assert.equal(await stored(), 2);
      // What others keep in the same table, JSON or not, is none of the sessions'.
      await pool.query(
        `INSERT INTO keyv VALUES ('session', 'x'), ('session:x', 'no JSON'), ('sessions:1', '{"expires":1}')`,
      );
      // Entries that have expired are looked for every ten minutes, when something is saved.
      t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
      await using server = new Server(onPool(pool));
      t.mock.timers.tick(11 * 60_000);
      await server.ask('/add?v=x', { cookie: '' });
      t.mock.timers.reset();
      while ((await stored()) !== 3) await new Promise((resolve) => setTimeout(resolve, 10));
      assert.equal((await pool.query('SELECT * FROM keyv')).rowCount, 5);
      await checkReturn(database, onPool(pool), true);
    } finally {
      await pool.end();
    }
  }));

test('PostgreSQL, by a pool of the adapter’s own', (t) =>
  using(t, startPostgres, async (database) => {
    const store = new KeyvPostgres({ uri: database.url });
    // The adapters of one address share a pool, and only the last of them may close it.
    await check(() => Object.assign(new KeyvPostgres({ uri: database.url }), { disconnect: undefined }));
    await store.disconnect();
  }));

test('SQLite, by @keyv/sqlite', async (t) => {
  const module = await import('@keyv/sqlite').catch((error: unknown) => error);
  if (module === null || typeof module !== 'object' || !('KeyvSqlite' in module)) {
    t.skip(`@keyv/sqlite could not be installed here: ${module}`);
    return;
  }
  const { KeyvSqlite } = module as typeof import('@keyv/sqlite');
  const folder = await mkdtemp(join(tmpdir(), 'throughline-sqlite-'));
  try {
    const open = () => new KeyvSqlite({ uri: `sqlite://${join(folder, 'sessions.sqlite')}`, busyTimeout: 5000 });
    await check(open);
    const store = open();
    try {
      const rows = async () => (await store.query('SELECT * FROM keyv')).length;
      assert.equal(await rows(), 2);
      // One entry that is broken must not keep the others for ever.
      await store.query(`INSERT INTO keyv VALUES ('session:x', 'no JSON'), ('sessions:1', '{"expires":1}')`);
      t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
      await using server = new Server(store);
      t.mock.timers.tick(11 * 60_000);
      await server.ask('/add?v=x', { cookie: '' });
      t.mock.timers.reset();
      while ((await rows()) !== 4) await new Promise((resolve) => setTimeout(resolve, 10));
    } finally {
      await store.disconnect();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
