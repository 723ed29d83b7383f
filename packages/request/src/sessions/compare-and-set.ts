/**
 * Compare and set, which Keyv does not have, in the terms of each store that Keyv's own adapters know. The adapters are
 * told by what they can do; none is imported.
 */
import type { KeyvStoreAdapter } from 'keyv';

/**
 * Sets `next` where the store has `expected`, in one step that nothing comes between. Undefined is: no entry.
 * @param ttl milliseconds
 * @returns false where the store has something else
 */
export type Swap = (key: string, expected: unknown, next: unknown, ttl: number) => Promise<boolean>;

type ExpiryOf = (stored: unknown) => Promise<number>;

export interface Swapping {
  readonly swap: Swap;
  /** Deletes what has expired, in stores that do not do it themselves. */
  readonly sweep?: (prefix: string) => Promise<void>;
  /** Whether two processes can share the store without losing each other's changes. */
  readonly isShared: boolean;
}

/** @param expiryOf when an entry expires, in milliseconds since the epoch */
export function swapping(store: KeyvStoreAdapter | Map<string, unknown>, expiryOf: ExpiryOf): Swapping {
  if (store instanceof Map) return mapSwapping(store, expiryOf);
  if (isRedis(store)) {
    return {
      swap: (key, ...rest) => redisSwap(redisEval(store), store.createKeyPrefix(key, store.namespace), ...rest),
      isShared: true,
    };
  }
  if (isValkey(store)) {
    const run: Eval = (script, key, args) => store.redis.eval(script, 1, key, ...args);
    return { swap: (key, ...rest) => redisSwap(run, store._getKeyName(key), ...rest), isShared: true };
  }
  if (isSql(store)) return sqlSwapping(store);
  return { swap: queuedSwap(store), isShared: false };
}

function mapSwapping(store: Map<string, unknown>, expiryOf: ExpiryOf): Swapping {
  return {
    isShared: false,
    swap: async (key, expected, next) => {
      if (store.get(key) !== expected) return false;
      if (next === undefined) store.delete(key);
      else store.set(key, next);
      return true;
    },
    sweep: async (prefix) => {
      const now = Date.now();
      let looked = 0;
      for (const [key, stored] of store) {
        if (key.startsWith(prefix) && (await expiryOf(stored)) < now && store.get(key) === stored) store.delete(key);
        // Requests go on in between.
        if (++looked % 1000 === 0) await new Promise((resolve) => setTimeout(resolve));
      }
    },
  };
}

type Eval = (script: string, key: string, args: string[]) => Promise<unknown>;

/** `@keyv/redis`: a client of node-redis, and a prefix of its own before the key. */
interface RedisStore extends KeyvStoreAdapter {
  createKeyPrefix(key: string, namespace?: string): string;
  getClient(): Promise<{ eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown> }>;
}

/** `@keyv/valkey`: a client of iovalkey. */
interface ValkeyStore extends KeyvStoreAdapter {
  readonly redis: { eval(script: string, keys: number, key: string, ...args: string[]): Promise<unknown> };
  _getKeyName(key: string): string;
}

function isRedis(store: object): store is RedisStore {
  return 'createKeyPrefix' in store && 'getClient' in store;
}

function isValkey(store: object): store is ValkeyStore {
  return 'redis' in store && '_getKeyName' in store;
}

function redisEval(store: RedisStore): Eval {
  return async (script, key, args) => (await store.getClient()).eval(script, { keys: [key], arguments: args });
}

const SCRIPT = `
  local stored = redis.call('GET', KEYS[1])
  if ARGV[1] == 'none' then
    if stored then return 0 end
  elseif stored ~= ARGV[2] then
    return 0
  end
  if ARGV[3] == 'none' then
    redis.call('DEL', KEYS[1])
  else
    redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5])
  end
  return 1`;

async function redisSwap(run: Eval, key: string, expected: unknown, next: unknown, ttl: number): Promise<boolean> {
  const before = expected === undefined ? ['none', ''] : ['some', String(expected)];
  const after = next === undefined ? ['none', ''] : ['some', String(next)];
  return (await run(SCRIPT, key, [...before, ...after, `${ttl}`])) === 1;
}

/** `@keyv/postgres` and `@keyv/sqlite`: a table of keys and values, where nothing expires by itself. */
interface SqlStore extends KeyvStoreAdapter {
  readonly opts: { readonly dialect: 'postgres' | 'sqlite'; readonly schema?: string; readonly table: string };
  query(sql: string, ...values: unknown[]): Promise<unknown[]>;
}

function isSql(store: KeyvStoreAdapter): store is SqlStore {
  return 'query' in store && (store.opts?.dialect === 'postgres' || store.opts?.dialect === 'sqlite');
}

function sqlSwapping(store: SqlStore): Swapping {
  const { dialect, schema, table } = store.opts;
  const isPostgres = dialect === 'postgres';
  const name = isPostgres ? `${schema}.${table}` : table;
  // One entry that is no JSON, whoever wrote it, must not stop the rest.
  const expiry = isPostgres
    ? `substring(value from '"expires":([0-9]+)}$')::bigint`
    : `CASE WHEN json_valid(value) THEN json_extract(value, '$.expires') END`;
  /** Each value stands for one `?`. */
  const query = (sql: string, ...values: unknown[]) => {
    if (!isPostgres) return store.query(sql, ...values);
    let count = 0;
    return store.query(
      sql.replaceAll('?', () => `$${++count}`),
      values,
    );
  };
  return {
    isShared: true,
    swap: async (key, expected, next) => {
      const changed =
        expected === undefined
          ? await query(
              `INSERT INTO ${name} (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING RETURNING key`,
              key,
              next,
            )
          : next === undefined
            ? await query(`DELETE FROM ${name} WHERE key = ? AND value = ? RETURNING key`, key, expected)
            : await query(
                `UPDATE ${name} SET value = ? WHERE key = ? AND value = ? RETURNING key`,
                next,
                key,
                expected,
              );
      return changed.length === 1;
    },
    sweep: async (prefix) => {
      const expires = `CASE WHEN substr(key, 1, ${prefix.length}) = ? THEN ${expiry} END`;
      await query(`DELETE FROM ${name} WHERE ${expires} < ?`, prefix, Date.now());
    },
  };
}

/**
 * Any other adapter: one after the other for each key, which serves as long as one process uses the store. A write that is
 * slow holds up the next ones of its key until it is done, also when nobody waits for it any more: what came later must
 * not be undone by it.
 */
function queuedSwap(store: KeyvStoreAdapter): Swap {
  const last = new Map<string, Promise<unknown>>();
  return async (key, expected, next, ttl) => {
    const swap = async () => {
      if ((await store.get(key)) !== expected) return false;
      if (next === undefined) await store.delete(key);
      else await store.set(key, next, ttl);
      return true;
    };
    const turn = (last.get(key) ?? Promise.resolve()).then(swap);
    const done = turn.then(
      () => {},
      () => {},
    );
    last.set(key, done);
    done.then(() => {
      if (last.get(key) === done) last.delete(key);
    });
    return turn;
  };
}
