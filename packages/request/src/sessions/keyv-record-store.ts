/**
 * Entries in a store of Keyv's. Keyv names and packs them as it does its own; what it lacks is to compare and to set in one
 * step, which goes to the adapter behind it. And what Keyv and its adapters take for "nothing there" when the store has
 * failed is an error here: a user must not seem signed out, nor a session be begun anew, because a server is down.
 */
import { Keyv, type KeyvStoreAdapter } from 'keyv';
import { RequestError } from '../errors.js';
import { type Swapping, swapping } from './compare-and-set.js';
import type { Entries, Entry } from './record-store.js';
import { readRecord, recordText, type SessionRecord } from './session-record.js';
import { withinTime } from './time-limit.js';

/** What sessions can be kept in: a Keyv, one of its adapters, or a Map. */
export type SessionStore = Keyv | KeyvStoreAdapter | Map<string, unknown>;

/** How often, at most, entries that have expired are looked for in stores that keep them. */
const SWEEP_MS = 10 * 60_000;

export class KeyvEntries implements Entries {
  readonly #keyv: Keyv;
  readonly #store: KeyvStoreAdapter | Map<string, unknown>;
  readonly #swapping: Swapping;
  readonly #limit: number;
  readonly #warn: (line: string) => void;
  #swept = Date.now();

  /**
   * @param limit milliseconds that the store has for each answer
   * @param warn told in a sentence what went wrong where nobody waits for an answer
   */
  constructor(store: SessionStore, limit: number, warn: (line: string) => void) {
    this.#keyv = isKeyv(store) ? store : new Keyv({ store, namespace: 'session' });
    this.#store = this.#keyv.store;
    if (this.#keyv.serialize === undefined && !(this.#store instanceof Map)) {
      throw new RequestError(
        'ERR_INVALID_OPTION',
        'The store of the sessions is a Keyv without `serialize`, which hands objects to its adapter. They cannot be compared; ' +
          'leave `serialize` as it is by default.',
      );
    }
    this.#swapping = swapping(this.#store, (stored) => this.#expiry(stored));
    this.#limit = limit;
    this.#warn = warn;
    // KeyvRedis gives undefined for an error unless it is told not to.
    if ('throwOnErrors' in this.#store) this.#store.throwOnErrors = true;
    // Whoever asked is told of it too; without a listener an adapter would end the process.
    this.#keyv.on('error', () => {});
  }

  /** Whether two processes can share the store without losing each other's changes. */
  get isShared(): boolean {
    return this.#swapping.isShared;
  }

  /** Whether there is no second process that could share the store. */
  get isMap(): boolean {
    return this.#store instanceof Map;
  }

  async read(id: string): Promise<Entry | undefined> {
    const stored = await this.#ask(() => this.#store.get(this.#key(id)));
    const envelope = await this.#unpacked(stored);
    if (envelope === undefined) return undefined;
    if (typeof envelope.expires === 'number' && envelope.expires <= Date.now()) return undefined;
    const record = readRecord(envelope.value, id);
    if (record === undefined) {
      this.#warn('A store gave something that is not the session asked for; it is taken for none.');
      return undefined;
    }
    return { record, stored };
  }

  async replace(
    id: string,
    expected: Entry | undefined,
    record: SessionRecord,
    expires: number,
  ): Promise<Entry | undefined> {
    this.#sweep();
    const end = Math.ceil(expires);
    const stored: unknown = await this.#keyv.serializeData({ value: recordText(record), expires: end });
    const ttl = Math.max(1, end - Date.now());
    const key = this.#key(id);
    const replaced = await this.#ask(() => this.#swapping.swap(key, expected?.stored, stored, ttl));
    return replaced ? { record, stored } : undefined;
  }

  remove(id: string, expected: Entry): Promise<boolean> {
    const key = this.#key(id);
    return this.#ask(() => this.#swapping.swap(key, expected.stored, undefined, 0));
  }

  async #unpacked(stored: unknown): Promise<{ value?: unknown; expires?: number | undefined } | undefined> {
    if (typeof stored === 'string') {
      // Where it is broken, there is no value in it.
      return this.#keyv.deserializeData(stored).catch(() => ({}));
    }
    // Keyv without a serializer keeps objects.
    return typeof stored === 'object' && stored !== null ? stored : undefined;
  }

  #key(id: string): string {
    return this.#keyv._getKeyPrefix(id);
  }

  /** @throws ERR_SESSION_STORE where the store fails or is too slow */
  async #ask<T>(ask: () => T | Promise<T>): Promise<T> {
    try {
      return await withinTime(this.#limit, Promise.resolve(ask()));
    } catch (error) {
      // What exactly is for the log: frameworks show messages to clients.
      throw new RequestError('ERR_SESSION_STORE', 'The store of the sessions has failed.', { cause: error });
    }
  }

  async #expiry(stored: unknown): Promise<number> {
    const expires = (await this.#unpacked(stored))?.expires;
    return typeof expires === 'number' ? expires : Number.POSITIVE_INFINITY;
  }

  #sweep(): void {
    const { sweep } = this.#swapping;
    const prefix = this.#keyv._getKeyPrefix('');
    // Without a namespace nothing tells a session from what others keep.
    if (sweep === undefined || prefix === '' || Date.now() - this.#swept < SWEEP_MS) return;
    this.#swept = Date.now();
    sweep(prefix).catch((error: unknown) => {
      this.#warn(`Sessions that have expired could not be deleted from the store: ${error}`);
    });
  }
}

/** By what it can do: a program may have more than one copy of Keyv. */
function isKeyv(store: SessionStore): store is Keyv {
  return 'serializeData' in store && '_getKeyPrefix' in store && 'store' in store;
}
