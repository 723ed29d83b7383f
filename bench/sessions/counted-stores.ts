/** The stores of sessions, with a count of the commands that this process sends to them. */
import { EventEmitter } from 'node:events';
import KeyvPostgres from '@keyv/postgres';
import KeyvRedis from '@keyv/redis';
import KeyvValkey from '@keyv/valkey';
import type { SessionStore } from '@throughline/request/sessions';
import Libsql from 'libsql';
import pg from 'pg';

export const STORE_NAMES = ['Redis', 'Valkey', 'PostgreSQL', 'SQLite'] as const;
export type StoreName = (typeof STORE_NAMES)[number];

export interface CountedStore {
  readonly store: SessionStore;
  /** How many commands or statements have been sent so far. */
  readonly commandCount: () => number;
}

/** @param address the URL of the database, or the path of the SQLite file */
export function openCountedStore(name: StoreName, address: string): CountedStore {
  let commandCount = 0;
  const count = () => void commandCount++;
  return { store: openStore(name, address, count), commandCount: () => commandCount };
}

function openStore(name: StoreName, address: string, count: () => void): SessionStore {
  switch (name) {
    case 'Redis':
      return new CountedRedis(address, count);
    case 'Valkey':
      return countValkey(address, count);
    case 'PostgreSQL':
      return new CountedPostgres(new pg.Pool({ connectionString: address }), count);
    case 'SQLite':
      return new CountedLibsql(address, count);
  }
}

export class CountedRedis extends KeyvRedis<string> {
  readonly #count: () => void;

  constructor(url: string, count: () => void) {
    super(url);
    this.#count = count;
  }

  /** The adapter calls this once for each command. */
  override async getClient() {
    const client = await super.getClient();
    this.#count();
    return client;
  }
}

function countValkey(url: string, count: () => void): KeyvValkey {
  const store = new KeyvValkey(url);
  const { redis } = store;
  const sendCommand = redis.sendCommand.bind(redis);
  redis.sendCommand = (...args: Parameters<typeof sendCommand>) => {
    count();
    return sendCommand(...args);
  };
  return store;
}

class CountedPostgres extends KeyvPostgres {
  readonly #pool: pg.Pool;
  readonly #count: () => void;

  constructor(pool: pg.Pool, count: () => void) {
    super();
    this.#pool = pool;
    this.#count = count;
  }

  override async connect() {
    return async (sql: string, values?: unknown[]) => {
      this.#count();
      return (await this.#pool.query(sql, values)).rows;
    };
  }
}

/** Has the members of @keyv/sqlite, which compiles native code, around a package that does not. */
class CountedLibsql extends EventEmitter {
  readonly opts = { dialect: 'sqlite', table: 'keyv' };
  namespace: string | undefined;
  readonly #database: Libsql.Database;
  readonly #count: () => void;

  constructor(file: string, count: () => void) {
    super();
    this.#count = count;
    this.#database = new Libsql(file, { timeout: 5000 });
    this.#database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
      CREATE TABLE IF NOT EXISTS keyv (key VARCHAR(255) PRIMARY KEY, value TEXT)`);
  }

  async query(sql: string, ...values: unknown[]): Promise<unknown[]> {
    this.#count();
    return this.#database.prepare(sql).all(...values);
  }

  // biome-ignore lint/suspicious/noExplicitAny: Keyv's type lets the caller choose the type of the value
  async get(key: string): Promise<any> {
    const [row] = await this.query('SELECT value FROM keyv WHERE key = ?', key);
    return typeof row === 'object' && row !== null && 'value' in row ? row.value : undefined;
  }

  async set(): Promise<void> {
    throw new Error('Sessions compare and set.');
  }

  async delete(): Promise<boolean> {
    throw new Error('Sessions compare and set.');
  }

  async clear(): Promise<void> {}
}
