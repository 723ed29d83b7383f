/**
 * Sessions in every supported store, each with its real database: one HTTP server reads what another wrote, concurrent
 * writes lose nothing, expired entries are removed, and requests fail while the database is down and succeed
 * afterwards.
 */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
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
import {
  type ApplicationSessions,
  type SessionOptions,
  type SessionStore,
  sessions,
} from '@throughline/request/sessions';
import {
  isNotInstalled,
  type NotInstalled,
  startPostgres,
  startRedis,
  type TestServer,
} from '@throughline/testing/databases';
import Libsql from 'libsql';
import pg from 'pg';
import { createClient } from 'redis';
import { requireSqlitePackage, sqliteLoadFailure } from '../drivers/sqlite-packages.js';

const secret = 'a secret of thirty-two characters';

interface ShopSession {
  cart: string[];
  user: string;
}

/** An HTTP server with sessions, which collects the lines that sessions log. */
class SessionServer implements AsyncDisposable {
  readonly logLines: string[] = [];
  readonly sessions: ApplicationSessions;
  readonly #server;

  constructor(store: SessionStore, options: Partial<SessionOptions> = {}) {
    const append = (line: string) => this.logLines.push(line);
    const log = { warn: append, error: append };
    const respond = async (url: URL) => {
      const current = session<ShopSession>();
      const value = url.searchParams.get('v') ?? '';
      if (url.pathname === '/add') current.update('cart', (cart = []) => [...cart, value]);
      if (url.pathname === '/sign-in') {
        await current.regenerate();
        current.set('user', value);
      }
      if (url.pathname === '/sign-in-user') await current.regenerate({ user: value });
      if (url.pathname === '/sign-out') await current.destroy();
      return JSON.stringify({ user: current.get('user'), cart: current.get('cart') });
    };
    this.sessions = sessions({ secret, store, log, ...options });
    this.#server = createServer(
      requestScope(
        async (request, response) => {
          response.end(await respond(new URL(request.url ?? '', 'http://localhost')).catch(String));
        },
        { session: this.sessions },
      ),
    ).listen(0, '127.0.0.1');
  }

  /** Sends a request with the user's cookie, and stores the cookie of the response in the user. */
  async request(path: string, user: User): Promise<{ status: number; text: string }> {
    if (!this.#server.listening) await once(this.#server, 'listening');
    const address = this.#server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const response = await fetch(`http://127.0.0.1:${address.port}${path}`, { headers: { cookie: user.cookie } });
    const [cookie] = response.headers.getSetCookie();
    if (cookie !== undefined) user.cookie = cookie.split(';')[0] ?? '';
    return { status: response.status, text: await response.text() };
  }

  async readSession(user: User): Promise<Partial<ShopSession>> {
    return JSON.parse((await this.request('/', user)).text);
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

/**
 * Checks what every store must do. `open` returns a separate connection on each call, as another process would have.
 */
async function checkStore(open: () => SessionStore & Closable): Promise<void> {
  const first = open();
  // Creates the table, if the store has one. Two adapters of @keyv/postgres that create it at the same time can fail,
  // because CREATE TABLE IF NOT EXISTS is not atomic in PostgreSQL.
  await first.get('session:none');
  const stores = [first, open()] as const;
  try {
    await using one = new SessionServer(stores[0]);
    await using other = new SessionServer(stores[1]);
    assert.deepEqual([one.logLines, other.logLines], [[], []], 'no warnings');

    const ada: User = { cookie: '' };
    await one.request('/add?v=first', ada);
    assert.deepEqual((await other.readSession(ada)).cart, ['first']);

    const adds = Array.from({ length: 40 }, (_, i) => (i % 2 ? one : other).request(`/add?v=${i}`, { ...ada }));
    for (const { status } of await Promise.all(adds)) assert.equal(status, 200);
    const { cart } = await one.readSession(ada);
    assert.deepEqual([...(cart ?? [])].sort(), ['first', ...Array.from({ length: 40 }, (_, i) => `${i}`)].sort());

    const beforeSignIn = { ...ada };
    await one.request('/sign-in?v=ada', ada);
    assert.notEqual(ada.cookie, beforeSignIn.cookie);
    assert.equal((await other.readSession(ada)).user, 'ada');
    assert.equal((await other.readSession(ada)).cart?.length, 41);
    assert.deepEqual(await other.readSession(beforeSignIn), {});

    const beforeSignOut = { ...ada };
    await other.request('/sign-out', ada);
    assert.deepEqual(await one.readSession(beforeSignOut), {});

    await checkSessionsOfUser(one, other);

    // Another application has the same store and the same secret.
    await using elsewhere = new SessionServer(stores[0], { name: 'elsewhere' });
    const dan: User = { cookie: '' };
    await one.request('/sign-in?v=dan', dan);
    assert.deepEqual(await elsewhere.readSession({ ...dan }), {});
    await one.request('/sign-out', dan);

    // A session expires, and so does its entry in the store.
    await using shortLived = new SessionServer(stores[0], { idleTimeout: 60 });
    const bob: User = { cookie: '' };
    await shortLived.request('/sign-in?v=bob', bob);
    await new Promise((resolve) => setTimeout(resolve, 80));
    assert.deepEqual(await one.readSession(bob), {});

    const eve: User = { cookie: '' };
    await one.request(`/sign-in?v=${encodeURIComponent("'); DROP TABLE keyv; --:base64:$1 ? \u0000 \u{1f600}")}`, eve);
    assert.equal((await other.readSession(eve)).user, "'); DROP TABLE keyv; --:base64:$1 ? \u0000 \u{1f600}");
  } finally {
    for (const store of stores) await store.disconnect?.();
  }
}

/** Checks that all sign-ins of a user are listed, whichever process they reached, and that all of them end. */
async function checkSessionsOfUser(one: SessionServer, other: SessionServer): Promise<void> {
  const devices = Array.from({ length: 20 }, (): User => ({ cookie: '' }));
  await Promise.all(devices.map((device, i) => (i % 2 ? one : other).request('/sign-in-user?v=carol', device)));
  const listed = await one.sessions.sessionsOf('carol');
  assert.equal(listed.length, 20);
  assert.deepEqual(await one.sessions.sessionsOf('dave'), []);

  // Two requests of one client sign in at once, as after a double click.
  const visitor: User = { cookie: '' };
  await one.request('/add?v=book', visitor);
  const clicks = [{ ...visitor }, { ...visitor }] as const;
  const responses = await Promise.all([
    one.request('/sign-in-user?v=carol', clicks[0]),
    other.request('/sign-in-user?v=carol', clicks[1]),
  ]);
  for (const { status, text } of responses) {
    assert.equal(status, 200);
    assert.ok(!text.includes('Error'), text);
  }

  await Promise.all((await other.sessions.sessionsOf('carol')).map((session) => session.end()));
  assert.deepEqual(await one.sessions.sessionsOf('carol'), []);
  for (const device of [...devices, ...clicks]) assert.deepEqual(await one.readSession(device), {});
}

/** Starts a database for a test, or skips the test if the database is not installed. */
async function withDatabase(
  context: TestContext,
  start: () => Promise<TestServer | NotInstalled>,
  use: (database: TestServer) => Promise<void>,
): Promise<void> {
  const database = await start();
  if (isNotInstalled(database)) {
    context.skip(database.reason);
    return;
  }
  try {
    await use(database);
  } finally {
    await database[Symbol.asyncDispose]();
  }
}

/**
 * Checks that requests fail, and that the failure is logged, while the database is down, and that they succeed
 * afterwards.
 *
 * @param isPersistent whether the database still has its data after it has been killed and started again
 */
async function checkOutage(database: TestServer, store: SessionStore & Closable, isPersistent: boolean): Promise<void> {
  await using server = new SessionServer(store, { storeTimeout: 1000 });
  const ada: User = { cookie: '' };
  try {
    await server.request('/sign-in?v=ada', ada);
    await database.stop();
    const { status, text } = await server.request('/', { ...ada });
    assert.deepEqual([status, text], [503, 'The session could not be reached. Try again later.\n']);
    assert.equal((await server.request('/add?v=x', { cookie: '' })).status, 503);
    assert.ok(server.logLines.length >= 2);
    assert.match(server.logLines[0] ?? '', /The store of the sessions has failed/);
    await database.start();
    let statusAfterRestart = 503;
    while (statusAfterRestart === 503) ({ status: statusAfterRestart } = await server.request('/', { ...ada }));
    assert.equal((await server.readSession(ada)).user, isPersistent ? 'ada' : undefined);
    await server.request('/add?v=y', ada);
    assert.deepEqual((await server.readSession(ada)).cart, ['y']);
  } finally {
    await store.disconnect?.();
  }
}

test('sessions in Redis, through @keyv/redis', (context) =>
  withDatabase(context, startRedis, async (database) => {
    await checkStore(() => new KeyvRedis(database.url));
    const client = await createClient({ url: database.url }).connect();
    const keys = await client.keys('*');
    // The last session of checkStore() remains, and for a minute the new ids of the two that moved: sign-out deletes a
    // session, and Redis deletes those that expire.
    assert.equal(keys.length, 3);
    const timesToLive = await Promise.all(keys.map((key) => client.pTTL(key)));
    assert.ok(timesToLive.every((ttl) => ttl > 0));
    assert.equal(timesToLive.filter((ttl) => ttl <= 60_000).length, 2);
    await client.close();
    await checkOutage(database, new KeyvRedis(database.url), false);
  }));

test('sessions in Redis, through @keyv/valkey', (context) =>
  withDatabase(context, startRedis, async (database) => {
    await checkStore(() => new KeyvValkey(database.url));
    await checkOutage(database, new KeyvValkey(database.url), false);
  }));

/**
 * The adapter on the application's pool, as docs/sessions.md recommends: nothing listens to the errors of the pool that
 * the adapter creates itself.
 */
function storeOnPool(pool: pg.Pool): KeyvPostgres {
  class PooledPostgres extends KeyvPostgres {
    override async connect() {
      return async (sql: string, values?: unknown[]) => (await pool.query(sql, values)).rows;
    }
  }
  return new PooledPostgres();
}

test('sessions in PostgreSQL, through @keyv/postgres on the application’s pool', (context) =>
  withDatabase(context, startPostgres, async (database) => {
    const pool = new pg.Pool({ connectionString: database.url });
    pool.on('error', () => {});
    try {
      await checkStore(() => storeOnPool(pool));
      const countSessions = async () => (await pool.query(`SELECT * FROM keyv WHERE key LIKE 'session:%'`)).rowCount;
      // The last session of checkStore(), one that has expired, and the new ids of two that moved.
      assert.equal(await countSessions(), 4);
      // Sessions ignore every other entry of the same table, whether it is JSON or not.
      await pool.query(
        `INSERT INTO keyv VALUES ('session', 'x'), ('session:x', 'no JSON'), ('sessions:1', '{"expires":1}')`,
      );
      // Expired entries are removed when a session is saved, but at most every ten minutes.
      context.mock.timers.enable({ apis: ['Date'], now: Date.now() });
      await using server = new SessionServer(storeOnPool(pool));
      context.mock.timers.tick(11 * 60_000);
      await server.request('/add?v=x', { cookie: '' });
      context.mock.timers.reset();
      while ((await countSessions()) !== 3) await new Promise((resolve) => setTimeout(resolve, 10));
      assert.equal((await pool.query('SELECT * FROM keyv')).rowCount, 5);
      await checkOutage(database, storeOnPool(pool), true);
    } finally {
      await pool.end();
    }
  }));

test('sessions in PostgreSQL, through @keyv/postgres with its own pool', (context) =>
  withDatabase(context, startPostgres, async (database) => {
    const store = new KeyvPostgres({ uri: database.url });
    // Creates the table before another adapter tries to.
    await store.get('session:none');
    // The adapters of one URL share a pool, and only the last of them may close it.
    await checkStore(() => Object.assign(new KeyvPostgres({ uri: database.url }), { disconnect: undefined }));
    await store.disconnect();
  }));

interface SqliteStore extends Closable {
  query(sql: string, ...values: unknown[]): Promise<unknown[]>;
}

async function checkSqlite(
  context: TestContext,
  openFile: (file: string) => SessionStore & SqliteStore,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'throughline-sqlite-'));
  try {
    const open = () => openFile(join(directory, 'sessions.sqlite'));
    await checkStore(open);
    const store = open();
    try {
      const countRows = async () => (await store.query('SELECT * FROM keyv')).length;
      // The last session of checkStore(), one that has expired, and the new ids of two that moved.
      assert.equal(await countRows(), 4);
      // A single corrupt entry must not prevent the removal of the others.
      await store.query(`INSERT INTO keyv VALUES ('session:x', 'no JSON'), ('sessions:1', '{"expires":1}')`);
      context.mock.timers.enable({ apis: ['Date'], now: Date.now() });
      await using server = new SessionServer(store);
      context.mock.timers.tick(11 * 60_000);
      await server.request('/add?v=x', { cookie: '' });
      context.mock.timers.reset();
      while ((await countRows()) !== 4) await new Promise((resolve) => setTimeout(resolve, 10));
    } finally {
      await store.disconnect?.();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test('sessions in SQLite, through @keyv/sqlite', async (context) => {
  const reason = sqliteLoadFailure('@keyv/sqlite');
  if (reason !== undefined) {
    context.skip(reason);
    return;
  }
  const { KeyvSqlite } = requireSqlitePackage('@keyv/sqlite');
  await checkSqlite(context, (file) => new KeyvSqlite({ uri: `sqlite://${file}`, busyTimeout: 5000 }));
});

/** Has the members of @keyv/sqlite, which compiles native code, around a package that does not. */
class LibsqlStore extends EventEmitter implements SqliteStore {
  readonly opts = { dialect: 'sqlite', table: 'keyv' };
  namespace: string | undefined;
  readonly #database: Libsql.Database;

  constructor(file: string) {
    super();
    this.#database = new Libsql(file, { timeout: 5000 });
    this.#database.exec(`PRAGMA journal_mode = WAL;
      CREATE TABLE IF NOT EXISTS keyv (key VARCHAR(255) PRIMARY KEY, value TEXT)`);
  }

  async query(sql: string, ...values: unknown[]): Promise<unknown[]> {
    return this.#database.prepare(sql).all(...values);
  }

  // biome-ignore lint/suspicious/noExplicitAny: Keyv's type lets the caller choose the type of the value
  async get(key: string): Promise<any> {
    const [row] = await this.query('SELECT value FROM keyv WHERE key = ?', key);
    return typeof row === 'object' && row !== null && 'value' in row ? row.value : undefined;
  }

  set = () => assert.fail('sessions compare and set');
  delete = () => assert.fail('sessions compare and set');
  clear = () => assert.fail('sessions compare and set');

  async disconnect(): Promise<void> {
    this.#database.close();
  }
}

test('sessions in SQLite, with the statements for @keyv/sqlite', (context) =>
  checkSqlite(context, (file) => new LibsqlStore(file)));
