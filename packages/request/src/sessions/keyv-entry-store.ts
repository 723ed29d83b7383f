/**
 * Texts in a store of Keyv. The keys and the packed entries are those that Keyv itself would write. There are two
 * differences:
 *
 * - The comparison and the write are one step, done by the adapter behind Keyv (compare-and-set.ts).
 * - A failure of the store is an error. Keyv and its adapters report some failures as "no entry", and then a user would
 *   seem signed out, or a session would begin again, because a server is down.
 *
 * @see https://keyv.org/docs/keyv/
 */
import { Keyv, type KeyvStoreAdapter } from 'keyv';
import { RequestError } from '../errors.js';
import { type AtomicStore, atomicStoreOf } from './compare-and-set.js';
import { continueWith } from './continue-with.js';
import type { EntryStore, StoredEntry } from './entry-store.js';
import { storeError } from './session-errors.js';
import { withTimeLimit } from './time-limit.js';

/**
 * The members of a Keyv that are used here. The class has private members, and its types differ for `import` and
 * `require`: the Keyv of an ES module could not be assigned to that of a CommonJS module.
 */
type KeyvMembers = Pick<Keyv, 'get' | 'store' | 'serialize' | 'serializeData' | 'deserializeData' | '_getKeyPrefix'> & {
  on(event: 'error', listener: () => void): unknown;
};

/** A store for sessions: a Keyv, one of its adapters, or a Map. */
export type SessionStore = KeyvMembers | KeyvStoreAdapter | Map<string, unknown>;

/** The settings of a store. */
export interface KeyvEntryStoreSettings {
  /** How long the store may take for one operation, in milliseconds. */
  readonly timeLimit: number;
  /** How many evictable entries a Map holds at most. */
  readonly maxEntries: number;
  /** Whether a Map that is full may lose the entry with this key, which has no prefix. */
  readonly isEvictable: (key: string) => boolean;
  /** Called the first time that a Map has lost an entry. */
  readonly onEviction: () => void;
  /** Logs a failure that no caller receives. */
  readonly warn: (line: string) => void;
}

/** The minimum time between two deletions of expired entries, in milliseconds, in stores that keep them. */
const DELETE_EXPIRED_INTERVAL = 10 * 60_000;

export class KeyvEntryStore implements EntryStore {
  readonly #keyv: KeyvMembers;
  readonly #adapter: KeyvStoreAdapter | Map<string, unknown>;
  readonly #atomicStore: AtomicStore;
  /**
   * Whether the format of the packed entries is Keyv's default. A Keyv of the application may have another one, and may
   * refuse what it has once accepted, such as an entry that was encrypted with a key that is no longer valid.
   */
  readonly hasDefaultFormat: boolean;
  readonly #timeLimit: number;
  readonly #warn: (line: string) => void;
  #expiredDeletedAt = Date.now();

  /** @throws {RequestError} `ERR_INVALID_OPTION` if the entries of the store cannot be compared */
  constructor(store: SessionStore, { timeLimit, maxEntries, isEvictable, onEviction, warn }: KeyvEntryStoreSettings) {
    this.hasDefaultFormat = !isKeyv(store);
    this.#keyv = isKeyv(store) ? store : new Keyv({ store, namespace: 'session' });
    this.#adapter = this.#keyv.store;
    if (this.#keyv.serialize === undefined && !(this.#adapter instanceof Map)) {
      throw new RequestError(
        'ERR_INVALID_OPTION',
        'The store of the sessions is a Keyv without `serialize`, which passes objects to its adapter. Objects cannot be ' +
          'compared; leave `serialize` at its default.',
      );
    }
    const prefix = this.#prefixed('');
    this.#atomicStore = atomicStoreOf(this.#adapter, {
      readExpiry: (packedEntry) => this.#readExpiry(packedEntry),
      maxEntries,
      isEvictable: (key) => key.startsWith(prefix) && isEvictable(key.slice(prefix.length)),
      onEviction,
    });
    this.#timeLimit = timeLimit;
    this.#warn = warn;
    // By default, KeyvRedis returns undefined for an error.
    if ('throwOnErrors' in this.#adapter) this.#adapter.throwOnErrors = true;
    // The caller of the operation receives the error too. Without a listener, an adapter would end the process.
    this.#keyv.on('error', () => {});
  }

  /** Whether several processes can share the store without losing each other's changes. */
  get isSafeToShare(): boolean {
    return this.#atomicStore.isSafeToShare;
  }

  /** Whether the store is a Map, which no other process can share. */
  get isMap(): boolean {
    return this.#adapter instanceof Map;
  }

  get isImmediate(): boolean {
    return this.isMap && this.hasDefaultFormat;
  }

  read(key: string, known?: StoredEntry): StoredEntry | undefined | Promise<StoredEntry | undefined> {
    const found = this.#run((): unknown => this.#adapter.get(this.#prefixed(key)));
    return continueWith(found, (packedEntry) => this.#entryOf(packedEntry, known));
  }

  replace(
    key: string,
    expected: StoredEntry | undefined,
    text: string,
    expiresAt: number,
  ): StoredEntry | undefined | Promise<StoredEntry | undefined> {
    this.#deleteExpiredIfDue();
    const expires = Math.ceil(expiresAt);
    return continueWith(this.#pack(text, expires), (packedEntry) => {
      const ttl = Math.max(1, expires - Date.now());
      const isReplaced = this.#run(() =>
        this.#atomicStore.compareAndSet(this.#prefixed(key), expected?.packedEntry, packedEntry, ttl),
      );
      return continueWith(isReplaced, (is) => (is ? { text, packedEntry, expires } : undefined));
    });
  }

  remove(key: string, expected: StoredEntry): boolean | Promise<boolean> {
    return this.#run(() => this.#atomicStore.compareAndSet(this.#prefixed(key), expected.packedEntry, undefined, 0));
  }

  #entryOf(packedEntry: unknown, known?: StoredEntry): StoredEntry | undefined | Promise<StoredEntry | undefined> {
    // An object could have been changed in place.
    if (known !== undefined && packedEntry === known.packedEntry && typeof packedEntry === 'string') {
      return withoutExpiredText(known);
    }
    return continueWith(this.#unpack(packedEntry), (unpacked) => {
      if (unpacked === undefined) return undefined;
      const expires = typeof unpacked.expires === 'number' ? unpacked.expires : undefined;
      return withoutExpiredText({ text: unpacked.value, packedEntry, expires });
    });
  }

  /** Packs a text that begins with a bracket. */
  #pack(text: string, expires: number): unknown {
    // Keyv's own function writes the same, and its caller must await it.
    if (this.hasDefaultFormat) return `{"value":${JSON.stringify(text)},"expires":${expires}}`;
    return Promise.resolve(this.#keyv.serializeData({ value: text, expires }));
  }

  #unpack(packedEntry: unknown): UnpackedEntry | undefined | Promise<UnpackedEntry | undefined> {
    if (typeof packedEntry === 'string') {
      return this.hasDefaultFormat
        ? unpackDefaultFormat(packedEntry)
        : // A damaged entry has no value.
          Promise.resolve(this.#keyv.deserializeData(packedEntry)).then(orEmpty, () => ({}));
    }
    // Without a serializer, Keyv stores objects.
    return typeof packedEntry === 'object' && packedEntry !== null ? packedEntry : undefined;
  }

  #prefixed(key: string): string {
    return this.#keyv._getKeyPrefix(key);
  }

  /**
   * Runs an operation of the store.
   * @throws {RequestError} `ERR_SESSION_STORE` if the store fails or is too slow
   */
  #run<T>(operation: () => T | Promise<T>): T | Promise<T> {
    try {
      const result = operation();
      return this.isMap ? result : withTimeLimit(this.#timeLimit, Promise.resolve(result), storeError);
    } catch (error) {
      throw storeError(error);
    }
  }

  async #readExpiry(packedEntry: unknown): Promise<number> {
    const expires = (await this.#unpack(packedEntry))?.expires;
    return typeof expires === 'number' ? expires : Number.POSITIVE_INFINITY;
  }

  #deleteExpiredIfDue(): void {
    const { deleteExpired } = this.#atomicStore;
    const prefix = this.#prefixed('');
    // Without a namespace, nothing distinguishes a session from the entries of other software.
    if (deleteExpired === undefined || prefix === '') return;
    if (Date.now() - this.#expiredDeletedAt < DELETE_EXPIRED_INTERVAL) return;
    this.#expiredDeletedAt = Date.now();
    deleteExpired(prefix).catch((error: unknown) => {
      this.#warn(`Expired sessions could not be deleted from the store: ${error}`);
    });
  }
}

/** The value and the time of an entry of Keyv. Other software may have written anything. */
interface UnpackedEntry {
  readonly value?: unknown;
  readonly expires?: unknown;
}

/** An entry that is an object, or one without a value. */
function orEmpty(entry: unknown): UnpackedEntry {
  return typeof entry === 'object' && entry !== null ? entry : {};
}

/**
 * Keyv's own function also restores Buffers and texts that begin with a colon, and takes several times as long. What is
 * stored here is neither.
 */
function unpackDefaultFormat(packedEntry: string): UnpackedEntry {
  try {
    return orEmpty(JSON.parse(packedEntry));
  } catch {
    return {};
  }
}

function withoutExpiredText(entry: StoredEntry): StoredEntry {
  const { packedEntry, expires } = entry;
  return expires !== undefined && expires <= Date.now() ? { text: undefined, packedEntry, expires } : entry;
}

/** Checks the members instead of the class: a program may contain more than one copy of Keyv. */
function isKeyv(store: SessionStore): store is KeyvMembers {
  return 'serializeData' in store && '_getKeyPrefix' in store && 'store' in store;
}
