/**
 * Compare-and-set, an operation that Keyv lacks. An adapter of user code can have it as a method (AtomicKeyvAdapter).
 * For each store that has an adapter of Keyv's own (a Map, Redis, Valkey, PostgreSQL and SQLite) it is implemented
 * here. An adapter is recognized by its members. None of them is imported.
 */
import type { KeyvStoreAdapter } from 'keyv';

/**
 * Sets a key to `next` if the store holds `expected`, in one atomic step. Undefined means "no entry".
 * @param ttl how long the store keeps the entry, in milliseconds
 * @returns false if the store holds something else
 */
export type CompareAndSet = (key: string, expected: unknown, next: unknown, ttl: number) => boolean | Promise<boolean>;

/**
 * What an adapter of Keyv adds so that several processes can share the sessions in it.
 *
 * @example
 * import { EventEmitter } from 'node:events';
 * import { session } from '@throughline/request';
 * import { sessions } from '@throughline/request/sessions';
 * import { requestScope } from '@throughline/request/web';
 *
 * class MemoryAdapter extends EventEmitter {
 *   opts = {};
 *   entries = new Map();
 *   async get(key) {
 *     return this.entries.get(key);
 *   }
 *   async set(key, entry) {
 *     this.entries.set(key, entry);
 *   }
 *   async delete(key) {
 *     return this.entries.delete(key);
 *   }
 *   async clear() {
 *     this.entries.clear();
 *   }
 *   // In SQL: UPDATE entries SET value = next, expires = now + ttl WHERE key = key AND value = expected
 *   async compareAndSet(key, expected, next, ttl) {
 *     if (this.entries.get(key) !== expected) return false;
 *     if (next === undefined) this.entries.delete(key);
 *     else this.entries.set(key, next);
 *     return true;
 *   }
 * }
 *
 * const store = new MemoryAdapter();
 * const handle = requestScope(
 *   () => {
 *     session().set('user', 'ada');
 *     return new Response();
 *   },
 *   { session: sessions({ secret: crypto.randomUUID(), store }) },
 * );
 * await handle(new Request('http://localhost/'));
 * console.log([...store.entries.keys()]); // [ 'session:...' ]
 * @see https://keyv.org/docs/third-party-storage-adapters/
 */
export interface AtomicKeyvAdapter {
  /**
   * Sets a key to `next` if the store holds `expected`, in one atomic step of the store. A rejected promise means that
   * the store failed, and fails the request.
   * @param key the key with the namespace, as `get` and `set` receive it
   * @param expected the entry as `get` returned it, or undefined for "no entry"
   * @param next the entry to store, or undefined to delete the key
   * @param ttl how long the store keeps the entry, in milliseconds; 0 if it is deleted
   * @returns false if the store holds something else
   */
  compareAndSet(key: string, expected: string | undefined, next: string | undefined, ttl: number): Promise<boolean>;

  /**
   * Deletes the expired entries whose keys have a prefix. It is called at most every ten minutes. Only a store that
   * does not delete expired entries itself needs it.
   * @param prefix the namespace of the sessions, such as 'session:'
   */
  deleteExpired?(prefix: string): Promise<void>;
}

/** What a Map needs, because it neither deletes expired entries nor limits their number. */
export interface MapSettings {
  /** Reads from an entry when it expires, in milliseconds since the epoch. */
  readonly readExpiry: (packedEntry: unknown) => Promise<number>;
  /** How many evictable entries the Map holds at most. */
  readonly maxEntries: number;
  /** Whether a Map that is full may lose the entry with this key. */
  readonly isEvictable: (key: string) => boolean;
  /** Called the first time that an entry is evicted. */
  readonly onEviction: () => void;
}

export interface AtomicStore {
  readonly compareAndSet: CompareAndSet;
  /** Deletes the expired entries with a prefix. Undefined if the store deletes them itself. */
  readonly deleteExpired?: (prefix: string) => Promise<void>;
  /** Whether several processes can share the store without losing each other's changes. */
  readonly isSafeToShare: boolean;
}

/** Wraps a store. Without an atomic operation of the store, the operations of this process on one key are queued. */
export function atomicStoreOf(store: KeyvStoreAdapter | Map<string, unknown>, settings: MapSettings): AtomicStore {
  if (store instanceof Map) return atomicMap(store, settings);
  if (hasCompareAndSet(store)) {
    return {
      compareAndSet: (key, expected, next, ttl) => store.compareAndSet(key, textOf(expected), textOf(next), ttl),
      ...(store.deleteExpired && { deleteExpired: store.deleteExpired.bind(store) }),
      isSafeToShare: true,
    };
  }
  if (isRedis(store)) {
    return {
      compareAndSet: (key, ...rest) =>
        redisCompareAndSet(redisEval(store), store.createKeyPrefix(key, store.namespace), ...rest),
      isSafeToShare: true,
    };
  }
  if (isValkey(store)) {
    const evaluate: Eval = (script, key, args) => store.redis.eval(script, 1, key, ...args);
    return {
      compareAndSet: (key, ...rest) => redisCompareAndSet(evaluate, store._getKeyName(key), ...rest),
      isSafeToShare: true,
    };
  }
  if (isSql(store)) return atomicSql(store);
  return { compareAndSet: queuedCompareAndSet(store), isSafeToShare: false };
}

function hasCompareAndSet(store: KeyvStoreAdapter): store is KeyvStoreAdapter & AtomicKeyvAdapter {
  return 'compareAndSet' in store && typeof store.compareAndSet === 'function';
}

/** Keyv packs entries as text for every adapter. */
function textOf(entry: unknown): string | undefined {
  return entry === undefined ? undefined : String(entry);
}

/** How many entries of a Map are checked before other code of the process runs. */
const ENTRIES_PER_TURN = 1000;

function atomicMap(store: Map<string, unknown>, settings: MapSettings): AtomicStore {
  const evictable = new EvictableKeys(store, settings);
  return {
    isSafeToShare: false,
    compareAndSet: (key, expected, next) => {
      if (store.get(key) !== expected) return false;
      if (next === undefined) {
        store.delete(key);
        evictable.forget(key);
      } else {
        store.set(key, next);
        evictable.remember(key);
      }
      return true;
    },
    deleteExpired: async (prefix) => {
      const now = Date.now();
      let checked = 0;
      for (const [key, packedEntry] of store) {
        // The entry may be replaced while its expiry is read.
        const hasExpired = key.startsWith(prefix) && (await settings.readExpiry(packedEntry)) < now;
        if (hasExpired && store.get(key) === packedEntry) {
          store.delete(key);
          evictable.forget(key);
        }
        if (++checked % ENTRIES_PER_TURN === 0) await new Promise((resolve) => setTimeout(resolve));
      }
    },
  };
}

/** The keys of a Map that it may lose, the one that was written the longest time ago first. */
class EvictableKeys {
  readonly #store: Map<string, unknown>;
  readonly #settings: MapSettings;
  readonly #keys = new Set<string>();
  #hasEvicted = false;

  constructor(store: Map<string, unknown>, settings: MapSettings) {
    this.#store = store;
    this.#settings = settings;
    for (const key of store.keys()) if (settings.isEvictable(key)) this.#keys.add(key);
  }

  /** Moves a key to the end, and deletes the entries of the first ones if there are too many. */
  remember(key: string): void {
    if (!this.#settings.isEvictable(key)) return;
    this.#keys.delete(key);
    this.#keys.add(key);
    for (const oldest of this.#keys) {
      if (this.#keys.size <= this.#settings.maxEntries) return;
      this.#keys.delete(oldest);
      // Other code may have deleted the entry.
      if (this.#store.delete(oldest) && !this.#hasEvicted) {
        this.#hasEvicted = true;
        this.#settings.onEviction();
      }
    }
  }

  forget(key: string): void {
    this.#keys.delete(key);
  }
}

type Eval = (script: string, key: string, args: string[]) => Promise<unknown>;

/** `@keyv/redis`, which has a client of node-redis and adds its own prefix to a key. */
interface RedisStore extends KeyvStoreAdapter {
  createKeyPrefix(key: string, namespace?: string): string;
  getClient(): Promise<{ eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown> }>;
}

/** `@keyv/valkey`, which has a client of iovalkey. */
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

/**
 * Redis and Valkey run a script atomically. Its arguments: whether an entry is expected (`none` or `some`), the
 * expected entry, whether there is a next one, the next entry, its time to live in milliseconds.
 * @see https://redis.io/docs/latest/develop/programmability/eval-intro/
 */
const COMPARE_AND_SET_SCRIPT = `
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

async function redisCompareAndSet(
  evaluate: Eval,
  key: string,
  expected: unknown,
  next: unknown,
  ttl: number,
): Promise<boolean> {
  const before = expected === undefined ? ['none', ''] : ['some', String(expected)];
  const after = next === undefined ? ['none', ''] : ['some', String(next)];
  return (await evaluate(COMPARE_AND_SET_SCRIPT, key, [...before, ...after, `${ttl}`])) === 1;
}

/** `@keyv/postgres` and `@keyv/sqlite`: a table of keys and values, which deletes nothing on its own. */
interface SqlStore extends KeyvStoreAdapter {
  readonly opts: { readonly dialect: 'postgres' | 'sqlite'; readonly schema?: string; readonly table: string };
  query(sql: string, ...values: unknown[]): Promise<unknown[]>;
}

function isSql(store: KeyvStoreAdapter): store is SqlStore {
  return 'query' in store && (store.opts?.dialect === 'postgres' || store.opts?.dialect === 'sqlite');
}

function atomicSql(store: SqlStore): AtomicStore {
  const { dialect, schema, table } = store.opts;
  const isPostgres = dialect === 'postgres';
  const name = isPostgres ? `${schema}.${table}` : table;
  // One entry of other software that is not JSON must not make the whole statement fail.
  const expiry = isPostgres
    ? `substring(value from '"expires":([0-9]+)}$')::bigint`
    : `CASE WHEN json_valid(value) THEN json_extract(value, '$.expires') END`;
  /** @param values one for each `?` */
  const query = (sql: string, ...values: unknown[]) => {
    if (!isPostgres) return store.query(sql, ...values);
    let count = 0;
    return store.query(
      sql.replaceAll('?', () => `$${++count}`),
      values,
    );
  };
  return {
    isSafeToShare: true,
    compareAndSet: async (key, expected, next) => {
      const changedRows =
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
      return changedRows.length === 1;
    },
    deleteExpired: async (prefix) => {
      const expires = `CASE WHEN substr(key, 1, ${prefix.length}) = ? THEN ${expiry} END`;
      await query(`DELETE FROM ${name} WHERE ${expires} < ?`, prefix, Date.now());
    },
  };
}

/**
 * For any other adapter: the operations on one key run one after another, which is correct as long as a single process
 * uses the store. A slow write delays the next operations on its key until it is done, even when its caller has stopped
 * waiting: otherwise it could undo a later one.
 */
function queuedCompareAndSet(store: KeyvStoreAdapter): CompareAndSet {
  const lastOperations = new Map<string, Promise<unknown>>();
  return async (key, expected, next, ttl) => {
    const compareAndSet = async () => {
      if ((await store.get(key)) !== expected) return false;
      if (next === undefined) await store.delete(key);
      else await store.set(key, next, ttl);
      return true;
    };
    const result = (lastOperations.get(key) ?? Promise.resolve()).then(compareAndSet);
    const settled = result.then(
      () => {},
      () => {},
    );
    lastOperations.set(key, settled);
    void settled.then(() => {
      if (lastOperations.get(key) === settled) lastOperations.delete(key);
    });
    return result;
  };
}
