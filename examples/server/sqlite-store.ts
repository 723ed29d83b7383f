/**
 * An adapter of Keyv for one SQLite file, which several processes of one machine can share.
 *
 * - The journal is a write-ahead log: readers never wait, and there is one writer at a time. After `kill -9` the next
 *   process finds everything that was written.
 * - Each operation is one statement, and therefore atomic.
 * - While another process writes, an operation is tried again after a short time. SQLite's own busy timeout would block
 *   all requests of this process in the meantime.
 */
import { EventEmitter } from 'node:events';
import { chmod, open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { AtomicKeyvAdapter } from '@throughline/request/sessions';
import { isBusy, type SqliteDatabase, type SqliteDriver, type SqliteStatement } from './sqlite-driver.js';

/** How long an operation waits for the writer of another process, in milliseconds. */
const BUSY_TIMEOUT_MS = 4000;
const MAX_RETRY_DELAY_MS = 25;

const TABLE = `
  CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires INTEGER) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS entries_expires ON entries (expires);`;

const STATEMENTS = {
  get: 'SELECT value FROM entries WHERE key = ? AND (expires IS NULL OR expires > ?)',
  set: `INSERT INTO entries (key, value, expires) VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires`,
  delete: 'DELETE FROM entries WHERE key = ?',
  clear: 'DELETE FROM entries WHERE substr(key, 1, length(?1)) = ?1',
  /** An expired entry counts as none. */
  insert: `INSERT INTO entries (key, value, expires) VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires WHERE entries.expires <= ?`,
  replace: 'UPDATE entries SET value = ?, expires = ? WHERE key = ? AND value = ?',
  remove: 'DELETE FROM entries WHERE key = ? AND value = ?',
  deleteExpired: 'DELETE FROM entries WHERE expires <= ? AND substr(key, 1, length(?2)) = ?2',
} as const;

export class SqliteStore extends EventEmitter implements AtomicKeyvAdapter {
  /** Keyv reads these, and sets the namespace. */
  readonly opts: Readonly<Record<string, unknown>>;
  namespace: string | undefined;

  readonly #database: SqliteDatabase;
  readonly #statements = new Map<keyof typeof STATEMENTS, SqliteStatement>();

  private constructor(file: string, database: SqliteDatabase) {
    super();
    this.opts = { file };
    this.#database = database;
  }

  /**
   * Opens the file, or creates it. Only this user can access it.
   * @throws {Error} if the file cannot be used, for example because it is not a database
   */
  static async open(driver: SqliteDriver, file: string): Promise<SqliteStore> {
    // SQLite would create the file with the permissions of the umask. Its own further files get those of this one.
    await (await open(file, 'a', 0o600)).close();
    await chmod(file, 0o600);
    const database = driver.open(file);
    try {
      // Several processes may start at the same time.
      await waitWhileBusy(() => database.prepare('PRAGMA journal_mode = WAL').get());
      // SQLite does not wait for the disk at each write. After a power failure only the latest entries may be missing.
      await waitWhileBusy(() => database.exec('PRAGMA synchronous = NORMAL'));
      await waitWhileBusy(() => database.exec(TABLE));
    } catch (error) {
      database.close();
      throw error;
    }
    return new SqliteStore(file, database);
  }

  // biome-ignore lint/suspicious/noExplicitAny: Keyv's type lets the caller choose the type of the value
  async get(key: string): Promise<any> {
    const row = await this.#run('get', (statement) => statement.get(key, Date.now()));
    return hasValue(row) ? row.value : undefined;
  }

  async set(key: string, value: string, ttl?: number): Promise<void> {
    await this.#run('set', (statement) => statement.run(key, value, ttl === undefined ? null : Date.now() + ttl));
  }

  async delete(key: string): Promise<boolean> {
    return this.#changes('delete', key);
  }

  async clear(): Promise<void> {
    await this.#changes('clear', this.namespace === undefined ? '' : `${this.namespace}:`);
  }

  async compareAndSet(
    key: string,
    expected: string | undefined,
    next: string | undefined,
    ttl: number,
  ): Promise<boolean> {
    const now = Date.now();
    if (expected === undefined) return next === undefined || this.#changes('insert', key, next, now + ttl, now);
    if (next === undefined) return this.#changes('remove', key, expected);
    return this.#changes('replace', next, now + ttl, key, expected);
  }

  async deleteExpired(prefix: string): Promise<void> {
    await this.#changes('deleteExpired', Date.now(), prefix);
  }

  async disconnect(): Promise<void> {
    // libsql closes the file only when no statement exists.
    this.#statements.clear();
    this.#database.close();
  }

  async #changes(name: keyof typeof STATEMENTS, ...values: (string | number)[]): Promise<boolean> {
    return this.#run(name, (statement) => Number(statement.run(...values).changes) > 0);
  }

  #run<T>(name: keyof typeof STATEMENTS, use: (statement: SqliteStatement) => T): Promise<T> {
    return waitWhileBusy(() => {
      let statement = this.#statements.get(name);
      if (statement === undefined) {
        statement = this.#database.prepare(STATEMENTS[name]);
        this.#statements.set(name, statement);
      }
      return use(statement);
    });
  }
}

async function waitWhileBusy<T>(operation: () => T): Promise<T> {
  const deadline = performance.now() + BUSY_TIMEOUT_MS;
  for (let delay = 1; ; delay = Math.min(delay * 2, MAX_RETRY_DELAY_MS)) {
    try {
      return operation();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
    }
    await setTimeout(delay);
  }
}

function hasValue(row: unknown): row is { value: string } {
  return typeof row === 'object' && row !== null && 'value' in row;
}
