/**
 * A session as one request sees it: what the store held when the request loaded it, and the changes of the request.
 *
 *                  set, update               saved                  set, update, touch
 *      ┌───────┐ ─────────────▶ ┌───────┐ ───────────▶ ┌────────┐ ─────────────────────▶ ┌─────────┐
 *      │ empty │                │ begun │              │ stored │                        │ changed │
 *      └───────┘ ◀───────────── └───────┘              └────────┘ ◀───────────────────── └─────────┘
 *          ▲        destroy                                │                saved             │
 *          └───────────────────────────────────────────────┴──────────────────────────────────┘
 *                   destroy; or the store no longer has the record (expired, ended by another request)
 *
 * | State | `id` | `stored` | `changes` |
 * | --- | --- | --- | --- |
 * | empty | undefined | undefined | none |
 * | begun | a new one, which no client knows | undefined | what created it |
 * | stored | that of the record | the record | none |
 * | changed | that of the record | the record | to be saved |
 *
 * A change is a function of the data. It is applied to the data that the request has loaded. If another request has
 * written to the store by the time of the save, the change is applied again to what that request wrote. Two requests of
 * one user therefore keep each other's keys. Changes are saved before the response headers are sent. Changes that are
 * made after that are saved in a microtask.
 *
 * Ids are created only here. Nothing is ever written again under an id that the store no longer has: a client that
 * sends such an id has been signed out, or was never signed in.
 */
import { RequestError } from '../errors.js';
import type { Exchange } from '../scope/exchange.js';
import type { DeepReadonly, Session } from '../scope/session.js';
import { frozenJsonCopy } from './frozen-json.js';
import { newRandomId } from './random-id.js';
import type { StoredRecord } from './record-store.js';
import { conflictError, describeError, goneError, tooLateError } from './session-errors.js';
import { expiryOf, type SessionSettings } from './session-settings.js';

type Data = Map<string, unknown>;
type Change = (data: Data) => void;
type Values = Record<string, unknown>;

/**
 * The state of a session under one id. `destroy()` replaces the whole object, while operations on the store that
 * concern the old id continue with theirs.
 */
interface SessionState {
  id: string | undefined;
  /** The record in the store when it was last read or written, or undefined if nothing has been stored yet. */
  stored: StoredRecord | undefined;
  /** The data of the record, with the changes applied. */
  data: Data;
  /** The changes that have not been saved. */
  changes: Change[];
  /** Whether the time of this use must be saved, and the cookie sent again. */
  needsRenewal: boolean;
  /** A write whose result never arrived: the store may or may not have done it. */
  uncertainWrite: Write | undefined;
}

interface Write {
  readonly id: string;
  readonly changes: readonly Change[];
}

/**
 * The number of attempts to save. The limit is reached only if a store never holds what was written to it, because no
 * two hundred requests of one user write at the same time.
 */
const MAX_ATTEMPTS = 200;

/** The fraction of the idle time that must pass before a use of the session is saved. */
const RENEWAL_FRACTION = 0.1;

export class StoredSession implements Session {
  readonly #settings: SessionSettings;
  readonly #exchange: Exchange;
  /** Whether the client has a cookie of a session that existed when the request arrived. */
  readonly #hasCookie: boolean;
  #state: SessionState;
  /** Whether there is something to save, or a cookie to send. */
  #isChanged = false;
  /** Whether this request has ended a session whose cookie the client has. */
  #hasEnded = false;
  #isSaveScheduled = false;
  /** The last operation on the store. Operations run one after another. */
  #lastOperation: Promise<void> = Promise.resolve();
  /**
   * The reason why the session could not be ended or moved to a new id. The response must then fail rather than look
   * successful, even if the application does not await the promise.
   */
  #failure: unknown;

  /**
   * @param stored what the store holds, or undefined if the session does not exist yet
   * @param hasOldSignature whether the cookie was signed with a secret that is being replaced
   */
  constructor(settings: SessionSettings, exchange: Exchange, stored?: StoredRecord, hasOldSignature = false) {
    this.#settings = settings;
    this.#exchange = exchange;
    this.#hasCookie = stored !== undefined;
    this.#state = initialState(stored);
    exchange.beforeHeaders(() => this.#prepareHeaders());
    if (stored === undefined) return;
    const isRenewalDue = Date.now() - stored.record.usedAt > settings.idleTimeout * RENEWAL_FRACTION;
    if (hasOldSignature || isRenewalDue) this.touch();
  }

  get id(): string | undefined {
    return this.#state.id;
  }

  get<K extends string>(key: K): DeepReadonly<Values[K]> | undefined {
    // The application declares the type of the values that it stores.
    return this.#state.data.get(key) as DeepReadonly<Values[K]> | undefined;
  }

  set(key: string, value: unknown): void {
    checkKey(key);
    const copy = frozenJsonCopy(key, value);
    this.#change((data) => data.set(key, copy));
  }

  update(key: string, change: (value: DeepReadonly<unknown> | undefined) => unknown): void {
    checkKey(key);
    this.#change((data) => {
      const value = change(data.get(key));
      if (value === undefined) data.delete(key);
      else data.set(key, frozenJsonCopy(key, value));
    });
  }

  delete(key: string): void {
    // A deletion begins no session.
    if (this.#state.id !== undefined) this.#change((data) => data.delete(key));
  }

  touch(): void {
    if (this.#state.id === undefined) return;
    this.#state.needsRenewal = true;
    this.#scheduleSave();
  }

  save(): Promise<void> {
    return this.#enqueue(() => this.#save(this.#state));
  }

  reload(): Promise<void> {
    return this.#enqueue(() => this.#reload(this.#state));
  }

  regenerate(): Promise<void> {
    const { id } = this.#state;
    if (id === undefined) return Promise.resolve();
    if (this.#exchange.headersSent) return Promise.reject(tooLateError('get a new id'));
    this.#scheduleSave();
    const state = this.#state;
    return this.#failResponseWith(this.#enqueue(() => this.#moveToNewId(state)));
  }

  destroy(): Promise<void> {
    const ended = this.#state;
    if (ended.id === undefined) return Promise.resolve();
    this.#state = initialState();
    this.#isChanged = true;
    this.#hasEnded = this.#hasCookie;
    return this.#failResponseWith(this.#enqueue(() => this.#removeFromStore(ended)));
  }

  #change(change: Change): void {
    const { data, changes, id } = this.#state;
    if (id === undefined && this.#exchange.headersSent) throw tooLateError('begin');
    // If this throws, nothing has changed.
    change(data);
    // An update that stores nothing begins no session.
    if (id === undefined && data.size === 0) return;
    this.#state.id ??= newRandomId();
    changes.push(change);
    this.#scheduleSave();
  }

  /** Saves the changes before the response headers are sent, or in a microtask if they have been sent. */
  #scheduleSave(): void {
    this.#isChanged = true;
    if (this.#exchange.headersSent && !this.#isSaveScheduled) {
      this.#isSaveScheduled = true;
      queueMicrotask(() => {
        this.#isSaveScheduled = false;
        this.save().catch((error: unknown) => {
          this.#settings.logError(
            `The changes that a request made to its session after its response headers were sent are lost: ${describeError(error)}`,
          );
        });
      });
    }
  }

  /** @returns the cookies to set */
  #prepareHeaders(): readonly string[] | Promise<readonly string[]> {
    return this.#isChanged ? this.#saveAndGetCookies() : [];
  }

  async #saveAndGetCookies(): Promise<string[]> {
    try {
      await this.save();
      if (this.#failure !== undefined) throw this.#failure;
    } catch (error) {
      this.#settings.logError(`A session could not be saved, and its request failed: ${describeError(error)}`);
      throw error;
    }
    const { cookie } = this.#settings;
    const { isSecure } = this.#exchange;
    const { id, stored } = this.#state;
    // If another request has ended the session, that request has removed the cookie.
    if (id === undefined || stored === undefined) return this.#hasEnded ? [cookie.headerToRemove(isSecure)] : [];
    const { createdAt, usedAt } = stored.record;
    const seconds = Math.ceil((expiryOf(this.#settings, createdAt, usedAt) - Date.now()) / 1000);
    return [cookie.headerToSet(id, Math.max(1, seconds), isSecure)];
  }

  /** Runs an operation on the store after those that were started before. */
  #enqueue(operation: () => Promise<void>): Promise<void> {
    const done = this.#lastOperation.then(operation);
    this.#lastOperation = done.catch(() => {});
    return done;
  }

  /** Makes the response fail if an operation fails that the application may not await. */
  #failResponseWith(operation: Promise<void>): Promise<void> {
    operation.then(
      () => {
        this.#failure = undefined;
      },
      (error: unknown) => {
        this.#failure = error;
        if (this.#exchange.headersSent) {
          this.#settings.logError(`A session could not be ended: ${describeError(error)}`);
        }
      },
    );
    return operation;
  }

  async #save(state: SessionState): Promise<void> {
    if (state.id === undefined || (state.changes.length === 0 && !state.needsRenewal)) return;
    if (state.uncertainWrite !== undefined || this.#hasExpired(state.stored)) await this.#rebase(state);
    for (let attempts = 0; state.id !== undefined; attempts++) {
      if (attempts === MAX_ATTEMPTS) throw conflictError(MAX_ATTEMPTS);
      const { id, changes } = state;
      const data = new Map(state.data);
      const writeId = newRandomId();
      // Changes that are made while the store writes are saved by the next save.
      state.changes = [];
      let written: StoredRecord | undefined;
      try {
        written = await this.#replace(id, state.stored, data, writeId);
      } catch (error) {
        state.uncertainWrite = { id: writeId, changes };
        state.changes = [...changes, ...state.changes];
        throw error;
      }
      if (written !== undefined) {
        state.stored = written;
        state.needsRenewal = false;
        return;
      }
      state.changes = [...changes, ...state.changes];
      await this.#rebase(state);
    }
  }

  #replace(
    id: string,
    expected: StoredRecord | undefined,
    data: Data,
    writeId: string,
    createdAt = expected?.record.createdAt ?? Date.now(),
  ): Promise<StoredRecord | undefined> {
    const usedAt = Date.now();
    const record = { id, createdAt, usedAt, data, writeId };
    return this.#settings.store.replace(id, expected, record, expiryOf(this.#settings, createdAt, usedAt));
  }

  /**
   * Applies the unsaved changes to what the store holds now, because another request has written to it, or because an
   * earlier write of this request may have been done.
   * @throws {RequestError} `ERR_SESSION_GONE` if there is nothing left to apply them to
   * @throws what a function that was passed to `update()` throws
   */
  async #rebase(state: SessionState): Promise<void> {
    const { id, uncertainWrite } = state;
    const found = id === undefined ? undefined : await this.#settings.store.read(id);
    const stored = this.#hasExpired(found) ? undefined : found;
    // The store never held the session: the write that would have begun it was not done.
    if (stored === undefined && state.stored === undefined && uncertainWrite !== undefined) {
      state.uncertainWrite = undefined;
      return;
    }
    const wasWritten = stored !== undefined && stored.record.writeId === uncertainWrite?.id;
    const changes = wasWritten
      ? state.changes.filter((change) => !uncertainWrite?.changes.includes(change))
      : state.changes;
    // A record under an id that was created a moment ago would belong to another session.
    if (stored === undefined || (state.stored === undefined && !wasWritten)) {
      Object.assign(state, initialState());
      if (changes.length > 0) throw goneError();
      return;
    }
    const data = new Map(stored.record.data);
    for (const change of changes) change(data);
    Object.assign(state, { stored, data, changes, uncertainWrite: undefined });
  }

  async #reload(state: SessionState): Promise<void> {
    if (state.stored !== undefined) await this.#rebase(state);
  }

  #hasExpired(stored: StoredRecord | undefined): boolean {
    if (stored === undefined) return false;
    return expiryOf(this.#settings, stored.record.createdAt, stored.record.usedAt) <= Date.now();
  }

  /** Stores the data under a new id and removes the old one from the store. */
  async #moveToNewId(state: SessionState): Promise<void> {
    for (let attempts = 0; state.id !== undefined; attempts++) {
      if (attempts === MAX_ATTEMPTS) throw conflictError(MAX_ATTEMPTS);
      if (state.uncertainWrite !== undefined || this.#hasExpired(state.stored)) await this.#rebase(state);
      const { id: oldId, stored: oldStored } = state;
      if (oldId === undefined) throw goneError();
      const newId = newRandomId();
      if (oldStored === undefined) {
        // No client knows the old id, and nothing is stored under it.
        state.id = newId;
        return;
      }
      const changeCount = state.changes.length;
      const newStored = await this.#replace(newId, undefined, new Map(state.data), newRandomId(), Date.now());
      if (newStored !== undefined && (await this.#settings.store.remove(oldId, oldStored))) {
        state.id = newId;
        state.stored = newStored;
        state.changes.splice(0, changeCount);
        return;
      }
      // Another request has written under the old id in the meantime: its changes are included in the next attempt.
      if (newStored !== undefined) await this.#settings.store.remove(newId, newStored);
      await this.#rebase(state);
      if (state.id === undefined) throw goneError();
    }
  }

  async #removeFromStore({ id, stored }: SessionState): Promise<void> {
    let last = stored;
    for (let attempts = 0; id !== undefined && last !== undefined; attempts++) {
      if (attempts === MAX_ATTEMPTS) throw conflictError(MAX_ATTEMPTS);
      if (await this.#settings.store.remove(id, last)) return;
      last = await this.#settings.store.read(id);
    }
  }
}

/** @param stored what the store holds; without it, the session is empty */
function initialState(stored?: StoredRecord): SessionState {
  return {
    id: stored?.record.id,
    stored,
    data: new Map(stored?.record.data),
    changes: [],
    needsRenewal: false,
    uncertainWrite: undefined,
  };
}

/** A key of another type would be restored as a different key, or make the record unreadable. */
function checkKey(key: unknown): void {
  if (typeof key === 'string') return;
  throw new RequestError('ERR_SESSION_VALUE', `The key of a session's value must be a string, not ${typeof key}.`);
}
