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
 * made after that are saved in a microtask. The writes to one session take turns in a process (write-queue.ts), unless
 * the store is in its memory: then a write is one step.
 *
 * Ids are created only here. Nothing is ever written again under an id that the store no longer has: a client that
 * sends such an id has been signed out, or was never signed in.
 */
import { RequestError } from '../errors.js';
import { checkOptionNames } from '../option-names.js';
import type { Exchange } from '../scope/exchange.js';
import { isPromise } from '../scope/is-promise.js';
import type { DeepReadonly, RegenerateOptions, Session } from '../scope/session.js';
import { endSession } from './end-session.js';
import { FrozenJson } from './frozen-json.js';
import { newRandomId } from './random-id.js';
import { isMove, type RecordStore, type StoredMove, type StoredRecord } from './record-store.js';
import { retryDelay } from './retry-delay.js';
import { conflictError, describeError, goneError, isStoreError, tooLateError } from './session-errors.js';
import { expiryOf, hasExpired, type SessionSettings } from './session-settings.js';
import { StoredValues } from './stored-values.js';
import { MAX_SESSIONS_OF_USER } from './user-index.js';
import { checkUser } from './user-sessions.js';
import { newWriteId } from './write-id.js';
import type { Turn } from './write-queue.js';

type Change = (data: StoredValues) => void;
type Values = Record<string, unknown>;

/**
 * The state of a session under one id. `destroy()` replaces the whole object, while operations on the store that
 * concern the old id continue with theirs.
 */
interface SessionState {
  id: string | undefined;
  /** The record in the store when it was last read or written, or undefined if nothing has been stored yet. */
  stored: StoredRecord | undefined;
  /** The user who has signed in. It changes only together with the id. */
  user: string | undefined;
  /** The data of the record, with the changes applied. */
  data: StoredValues;
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
 * The number of attempts to save. An attempt fails if another process has written in the meantime. The attempts take ten
 * seconds, so the limit is reached only if a store never holds what was written to it.
 */
const MAX_ATTEMPTS = 200;

/** The fraction of the idle time that must pass before a use of the session is saved. */
const RENEWAL_FRACTION = 0.1;

export class StoredSession implements Session {
  readonly #settings: SessionSettings;
  readonly #exchange: Exchange;
  /** The id of the session that existed when the request arrived. The client has its cookie. */
  readonly #loadedId: string | undefined;
  #state: SessionState;
  /** Whether there is something to save, or a cookie to send. */
  #isChanged = false;
  /** Whether this request has ended a session whose cookie the client has. */
  #hasEnded = false;
  #isSaveScheduled = false;
  /** The last operation on the store. Operations run one after another. Undefined if there was none. */
  #lastOperation: Promise<void> | undefined;
  /**
   * The reason why the session could not be ended or moved to a new id. The response must then fail rather than look
   * successful, even if the application does not await the promise.
   */
  #failure: unknown;
  /** The reason why the session could not be ended. No later operation tries it again, unlike a move. */
  #endFailure: unknown;

  /**
   * @param stored what the store holds, or undefined if the session does not exist yet
   * @param hasOldSignature whether the cookie was signed with a secret that is being replaced
   */
  constructor(settings: SessionSettings, exchange: Exchange, stored?: StoredRecord, hasOldSignature = false) {
    this.#settings = settings;
    this.#exchange = exchange;
    this.#loadedId = stored?.record.id;
    this.#state = initialState(stored);
    exchange.beforeHeaders(
      () => this.#prepareHeaders(),
      () => this.#cookiesAfterFailure(),
    );
    if (stored === undefined) return;
    // A time in the future was written under a clock that was ahead. The next write limits it to the time of now.
    const timeSinceUse = Math.abs(Date.now() - stored.record.usedAt);
    if (hasOldSignature || timeSinceUse > settings.idleTimeout * RENEWAL_FRACTION) this.touch();
  }

  get id(): string | undefined {
    return this.#state.id;
  }

  get user(): string | undefined {
    return this.#state.user;
  }

  get<K extends string>(key: K): DeepReadonly<Values[K]> | undefined {
    // The application declares the type of the values that it stores.
    return this.#state.data.get(key) as DeepReadonly<Values[K]> | undefined;
  }

  set(key: string, value: unknown): void {
    checkKey(key);
    const { maxSize } = this.#settings;
    const copy = FrozenJson.copyOf(key, value, maxSize);
    this.#change((data) => data.set(key, copy, maxSize));
  }

  update(key: string, change: (value: DeepReadonly<unknown> | undefined) => unknown): void {
    checkKey(key);
    const { maxSize } = this.#settings;
    this.#change((data) => {
      const value = change(data.get(key));
      if (value === undefined) data.delete(key);
      else data.set(key, FrozenJson.copyOf(key, value, maxSize), maxSize);
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

  async regenerate(options: RegenerateOptions = {}): Promise<void> {
    checkOptionNames('regenerate()', options, ['user']);
    const { user } = options;
    if (user !== undefined) checkUser(user);
    const { id, stored, user: userBefore } = this.#state;
    if (id === undefined && user === undefined) return;
    if (this.#exchange.headersSent) throw tooLateError(id === undefined ? 'begin' : 'get a new id');
    const isNextUser = user !== undefined && userBefore !== undefined && user !== userBefore;
    if (user !== undefined && (isNextUser || stored === undefined)) {
      const { data } = this.#state;
      // A write that is in progress continues with the state of before, under the id of before.
      const endPrevious = this.#detach();
      // The values of a user are not those of the next one.
      if (!isNextUser) this.#state.data = data.copy();
      await this.#beginFor(user, endPrevious);
    } else {
      this.#scheduleSave();
      const state = this.#state;
      await this.#failResponseWith(this.#enqueue(() => this.#move(state, user)));
    }
  }

  destroy(): Promise<void> {
    if (this.#state.id === undefined) return Promise.resolve();
    return this.#failResponseWith(this.#enqueue(this.#detach()));
  }

  /**
   * Makes the session empty.
   * @returns a function that ends in the store what the session was before
   */
  #detach(): () => Promise<void> {
    const ended = this.#state;
    this.#state = initialState();
    this.#isChanged = true;
    this.#hasEnded = this.#loadedId !== undefined;
    return async () => {
      // Operations that were started before this one may have moved the session to another id.
      const { id, stored, uncertainWrite } = ended;
      if (id === undefined || (stored === undefined && uncertainWrite === undefined)) return;
      try {
        await endSession(this.#settings, id, stored);
      } catch (error) {
        this.#endFailure = error;
        throw error;
      }
    };
  }

  /**
   * Makes a session that is not stored yet the session of a user, under an id that no client knows.
   * @param endPrevious ends what the session was before
   */
  #beginFor(user: string, endPrevious: () => Promise<void>): Promise<void> {
    const state = this.#state;
    state.id = newRandomId();
    state.user = user;
    state.needsRenewal = true;
    this.#scheduleSave();
    const operation = this.#enqueue(async () => {
      await endPrevious();
      await this.#save(state);
    });
    return this.#failResponseWith(operation);
  }

  #change(change: Change): void {
    const { data, changes, id } = this.#state;
    if (id === undefined && this.#exchange.headersSent) throw tooLateError('begin');
    // If this throws, nothing has changed.
    change(data);
    // An update that stores nothing begins no session.
    if (id === undefined && data.isEmpty) return;
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
    if (!this.#isChanged) return [];
    try {
      if (this.#saveAtOnce()) return this.#cookies();
    } catch (error) {
      return Promise.reject(this.#logFailedSave(error));
    }
    return this.#saveAndGetCookies();
  }

  /**
   * Saves the session without a promise if the store is in the memory of this process. Nothing can come between a read
   * of such a store and the write that follows it, so no queue is needed.
   * @returns false if there is more to do: something else is in progress or has failed, the session must be listed for its
   * user, or it has ended or moved
   * @throws {RequestError} `ERR_SESSION_STORE` if the store fails
   * @throws what a function that was passed to `update()` throws
   */
  #saveAtOnce(): boolean {
    const { store } = this.#settings;
    const state = this.#state;
    const { id, stored, user, uncertainWrite } = state;
    if (!store.isImmediate || this.#lastOperation !== undefined) return false;
    if (id === undefined || uncertainWrite !== undefined) return false;
    if (stored === undefined ? user !== undefined : hasExpired(this.#settings, stored)) return false;
    // A call that Node has rejected came before this one.
    if (state.changes.length === 0 && !state.needsRenewal) return true;
    const writeId = newWriteId();
    let written: ReturnType<RecordStore['replace']>;
    try {
      written = this.#replace(id, stored, state.data.copy(), user, writeId);
      if (written === undefined && stored !== undefined) {
        // Another request has written since this one loaded the session.
        const latest = store.readUnmoved(id);
        if (latest === undefined || isPromise(latest) || hasExpired(this.#settings, latest)) return false;
        this.#applyChangesTo(latest, state);
        written = this.#replace(id, latest, state.data.copy(), state.user, writeId);
      }
    } catch (error) {
      if (isStoreError(error)) state.uncertainWrite = { id: writeId, changes: [...state.changes] };
      throw error;
    }
    if (written === undefined || isPromise(written)) return false;
    useStored(state, written, state.changes.length);
    return true;
  }

  async #saveAndGetCookies(): Promise<readonly string[]> {
    try {
      // Nothing of this request follows, so the save needs no turn of its own.
      if (this.#lastOperation !== undefined) await this.save();
      else await this.#setLastOperation(this.#save(this.#state));
      const failure = this.#endFailure ?? this.#failure;
      if (failure !== undefined) throw failure;
    } catch (error) {
      throw this.#logFailedSave(error);
    }
    return this.#cookies();
  }

  /** @returns the error */
  #logFailedSave(error: unknown): unknown {
    this.#settings.logError(`A session could not be saved, and its request failed: ${describeError(error)}`);
    return error;
  }

  #cookies(): readonly string[] {
    const { cookie } = this.#settings;
    const { isSecure } = this.#exchange;
    const { stored } = this.#state;
    // If another request has ended the session, that request has removed the cookie.
    if (stored === undefined) return this.#hasEnded ? [cookie.headerToRemove(isSecure)] : [];
    const { id, createdAt, usedAt } = stored.record;
    const seconds = Math.ceil((expiryOf(this.#settings, createdAt, usedAt) - Date.now()) / 1000);
    return [cookie.headerToSet(id, Math.max(1, seconds), isSecure)];
  }

  /**
   * The cookies of an error response. If the session has moved before something else failed, the client needs the cookie
   * of the new id: the old one names no session any more.
   */
  #cookiesAfterFailure(): readonly string[] {
    const { stored } = this.#state;
    return this.#loadedId !== undefined && stored !== undefined && stored.record.id !== this.#loadedId
      ? this.#cookies()
      : [];
  }

  /** Runs an operation on the store after those that were started before. */
  #enqueue(operation: () => Promise<void>): Promise<void> {
    return this.#setLastOperation((this.#lastOperation ?? Promise.resolve()).then(operation));
  }

  #setLastOperation(operation: Promise<void>): Promise<void> {
    this.#lastOperation = operation.catch(() => {});
    return operation;
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

  #save(state: SessionState): Promise<void> {
    const { id } = state;
    if (id === undefined || (state.changes.length === 0 && !state.needsRenewal)) return Promise.resolve();
    return this.#settings.writes.run(id, (turn) => this.#saveInTurn(state, turn));
  }

  async #saveInTurn(state: SessionState, turn: Turn<StoredRecord>): Promise<void> {
    const catchingUp = this.#catchUp(state, turn);
    if (catchingUp !== undefined) await catchingUp;
    for (let attempts = 1; state.id !== undefined; attempts++) {
      const { id, changes } = state;
      const data = state.data.copy();
      const writeId = newWriteId();
      // Changes that are made while the store writes are saved by the next save.
      state.changes = [];
      let written: StoredRecord | undefined;
      try {
        written = await this.#replace(id, state.stored, data, state.user, writeId);
      } catch (error) {
        state.uncertainWrite = { id: writeId, changes };
        state.changes = [...changes, ...state.changes];
        throw error;
      }
      turn.latest = written;
      if (written !== undefined) {
        state.stored = written;
        state.needsRenewal = false;
        return;
      }
      state.changes = [...changes, ...state.changes];
      if (attempts === MAX_ATTEMPTS) throw conflictError(MAX_ATTEMPTS);
      await retryDelay(attempts);
      await this.#rebase(state, turn);
    }
  }

  /**
   * Applies the changes to what an earlier request in the queue has written, or to what the store holds if this cannot
   * be known.
   * @returns a promise if the store must be read
   */
  #catchUp(state: SessionState, turn: Turn<StoredRecord>): Promise<void> | undefined {
    const { stored } = state;
    if (state.uncertainWrite !== undefined) return this.#rebase(state, turn);
    if (stored === undefined) return undefined;
    if (turn.latest !== undefined && turn.latest !== stored) this.#applyChangesTo(turn.latest, state);
    else if (hasExpired(this.#settings, stored)) return this.#rebase(state, turn);
    return undefined;
  }

  #replace(
    id: string,
    expected: StoredRecord | undefined,
    data: StoredValues,
    user: string | undefined,
    writeId: string,
  ): StoredRecord | undefined | Promise<StoredRecord | undefined> {
    const usedAt = Date.now();
    const createdAt = Math.min(expected?.record.createdAt ?? usedAt, usedAt);
    const record = { id, createdAt, usedAt, user, data, writeId };
    const expiresAt = expiryOf(this.#settings, createdAt, usedAt);
    const { store } = this.#settings;
    return expected === undefined && user !== undefined
      ? this.#list(user, id, createdAt).then(() => store.replace(undefined, record, expiresAt))
      : store.replace(expected, record, expiresAt);
  }

  /** Adds a session that begins to those of its user. */
  async #list(user: string, id: string, createdAt: number): Promise<void> {
    const dropped = await this.#settings.users.add(user, { id, createdAt });
    if (dropped.length > 0) this.#endOldest(dropped.map((session) => session.id));
  }

  /** Ends the sessions that a user has in excess of the limit. The request does not wait for that. */
  #endOldest(ids: readonly string[]): void {
    this.#settings.logWarning(
      `A user has more than ${MAX_SESSIONS_OF_USER} sessions, so the oldest ones end. A program that signs in for each request ` +
        'should keep its cookie.',
    );
    Promise.all(ids.map((id) => endSession(this.#settings, id))).catch((error: unknown) => {
      this.#settings.logError(`The oldest session of a user could not be ended: ${describeError(error)}`);
    });
  }

  /**
   * Applies the unsaved changes to what the store holds now, because another request has written to it, or because an
   * earlier write of this request may have been done.
   * @throws {RequestError} `ERR_SESSION_GONE` if there is nothing left to apply them to
   * @throws what a function that was passed to `update()` throws
   */
  async #rebase(state: SessionState, turn?: Turn<StoredRecord>): Promise<void> {
    const found = state.id === undefined ? undefined : await this.#settings.store.readUnmoved(state.id);
    this.#rebaseOnto(found, state, turn);
  }

  #rebaseOnto(found: StoredRecord | undefined, state: SessionState, turn?: Turn<StoredRecord>): void {
    const { uncertainWrite } = state;
    const stored = found !== undefined && hasExpired(this.#settings, found) ? undefined : found;
    if (turn !== undefined) turn.latest = stored;
    // The store never held the session: the write that would have begun it was not done.
    if (stored === undefined && state.stored === undefined && uncertainWrite !== undefined) {
      state.uncertainWrite = undefined;
      return;
    }
    const wasWritten = stored !== undefined && stored.record.writeId === uncertainWrite?.id;
    if (wasWritten) state.changes = state.changes.filter((change) => !uncertainWrite?.changes.includes(change));
    // A record under an id that was created a moment ago would belong to another session.
    if (stored === undefined || (state.stored === undefined && !wasWritten)) {
      const { changes } = state;
      Object.assign(state, initialState());
      if (changes.length > 0) throw goneError();
      return;
    }
    this.#applyChangesTo(stored, state);
  }

  #applyChangesTo(stored: StoredRecord, state: SessionState): void {
    const data = stored.record.data.copy();
    for (const change of state.changes) change(data);
    const { id, user } = stored.record;
    Object.assign(state, { id, stored, user, data, uncertainWrite: undefined });
  }

  async #reload(state: SessionState): Promise<void> {
    if (state.stored !== undefined) await this.#rebase(state);
  }

  /**
   * Moves the session to a new id.
   * @param user the user who has signed in; default: the user stays the same
   */
  async #move(state: SessionState, user: string | undefined): Promise<void> {
    const { id } = state;
    // A request before this one in the queue may have ended or moved the session.
    if (id === undefined) throw goneError();
    if (state.stored === undefined && state.uncertainWrite === undefined) {
      // No client knows the old id, and nothing is stored under it.
      state.id = newRandomId();
      return;
    }
    await this.#settings.writes.run(id, (turn) => this.#moveInTurn(state, user, turn));
  }

  async #moveInTurn(state: SessionState, user: string | undefined, turn: Turn<StoredRecord>): Promise<void> {
    const { store } = this.#settings;
    await this.#catchUp(state, turn);
    for (let attempts = 1; ; attempts++) {
      const { id: oldId, stored: oldStored } = state;
      if (oldId === undefined) throw goneError();
      if (oldStored === undefined) {
        state.id = newRandomId();
        return;
      }
      const changeCount = state.changes.length;
      const newStored = await this.#storeUnderNewId(state, user ?? state.user);
      if (await store.replaceByMove(oldStored, newStored.record.id)) {
        turn.latest = undefined;
        await this.#unlist(state.user, oldId);
        useStored(state, newStored, changeCount);
        return;
      }
      // Another request has written under the old id in the meantime, or it has ended or moved the session.
      await endSession(this.#settings, newStored.record.id, newStored);
      await retryDelay(attempts);
      const found = await store.read(oldId);
      if (isMove(found)) {
        turn.latest = undefined;
        return this.#followMove(state, user, found);
      }
      if (attempts === MAX_ATTEMPTS) throw conflictError(MAX_ATTEMPTS);
      this.#rebaseOnto(found, state, turn);
    }
  }

  /**
   * Continues after another request of this client has moved the session, as after a double click on a button.
   *
   * The old id may also be known to an attacker who has planted or stolen it, and who must not learn the new one:
   *
   * | The session that was loaded | This request | continues with |
   * | --- | --- | --- |
   * | had no user | signs in the user whom the other request has signed in too | the new session |
   * | had no user | does anything else | a copy of what it has loaded, which has nothing that the other has added |
   * | had a user | does anything | nothing: the old id would still give access to that user's data |
   *
   * @throws {RequestError} `ERR_SESSION_GONE` if the session had a user, or if the new session has ended
   */
  async #followMove(state: SessionState, user: string | undefined, move: StoredMove): Promise<void> {
    const found = await this.#settings.store.readFollowingMoves(move.record.movedTo);
    const target = found === undefined || hasExpired(this.#settings, found) ? undefined : found;
    if (target === undefined || state.user !== undefined) {
      Object.assign(state, initialState());
      throw goneError();
    }
    if (user !== undefined && target.record.user === user) {
      this.#applyChangesTo(target, state);
      return;
    }
    const changeCount = state.changes.length;
    useStored(state, await this.#storeUnderNewId(state, user), changeCount);
  }

  /** Stores the data under a new id. Changes that are made in the meantime are saved by the next save. */
  async #storeUnderNewId(state: SessionState, user: string | undefined): Promise<StoredRecord> {
    const stored = await this.#replace(newRandomId(), undefined, state.data.copy(), user, newWriteId());
    // The id is new, so the store cannot hold something else under it.
    if (stored === undefined) throw conflictError(1);
    return stored;
  }

  /** Removes an id from the sessions of its user. If that fails, the list has an id without a record, which it ignores. */
  async #unlist(user: string | undefined, id: string): Promise<void> {
    if (user !== undefined) await this.#settings.users.remove(user, id).catch(() => {});
  }
}

/**
 * Continues with what was stored.
 * @param changeCount how many of the changes it contains
 */
function useStored(state: SessionState, stored: StoredRecord, changeCount: number): void {
  const { id, user } = stored.record;
  state.changes.splice(0, changeCount);
  Object.assign(state, { id, stored, user, needsRenewal: false });
}

/** @param stored what the store holds; without it, the session is empty */
function initialState(stored?: StoredRecord): SessionState {
  return {
    id: stored?.record.id,
    stored,
    user: stored?.record.user,
    data: stored?.record.data.copy() ?? StoredValues.empty(),
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
