/**
 * A session as one request sees it.
 *
 * What is written is a list of changes, made to what the request has loaded, and made again to what the store has by then
 * if another request has written first. So two requests of one user keep each other's keys. The list is saved when the
 * answer's headers are about to go, and from then on whenever something was written, at the end of the turn.
 *
 * An id is only ever made here. One that the store no longer has is not written to again: whoever holds it has been
 * signed out, or never was in.
 */
import { RequestError } from '../errors.js';
import type { Exchange } from '../scope/exchange.js';
import type { DeepReadonly, Session } from '../scope/session.js';
import { frozenCopy } from './frozen-json.js';
import { newSessionId } from './random-id.js';
import type { Entries, Entry } from './record-store.js';
import type { SessionCookie } from './session-cookie.js';

/** What all sessions of an application share. */
export interface SessionPolicy {
  readonly entries: Entries;
  readonly cookie: SessionCookie;
  /** Milliseconds. */
  readonly idleTimeout: number;
  /** Milliseconds. */
  readonly absoluteTimeout: number;
  /** Told of errors that no caller sees. */
  readonly logError: (line: string) => void;
}

type Data = Map<string, unknown>;
type Change = (data: Data) => void;
type Values = Record<string, unknown>;

/** What there is under one id: `destroy()` puts another in its place, while the store is still asked about this one. */
interface Kept {
  id: string | undefined;
  /** What the store had when it was last asked; undefined where nothing was stored yet. */
  entry: Entry | undefined;
  /** The entry's data and the changes made to it. */
  data: Data;
  changes: Change[];
  /** Whether the use of the session is to be written down and its cookie to be sent again. */
  renews: boolean;
  /** A write that the store has not answered: it may have been done. */
  unsure: Write | undefined;
}

interface Write {
  readonly name: string;
  readonly changes: readonly Change[];
}

/** Against a store that never has what it was given: no two hundred requests of one user write at once. */
const MOST_TRIES = 200;

/** How much of the idle time may pass before a use of the session is written down. */
const USE_WRITTEN = 0.1;

export class StoredSession implements Session {
  readonly #policy: SessionPolicy;
  readonly #exchange: Exchange;
  /** Whether the client has a cookie of a session that was there. */
  readonly #hasCookie: boolean;
  #kept: Kept;
  /** Whether there is anything to save, or a cookie to send. */
  #isChanged = false;
  /** Whether this very request has ended a session that the client has a cookie of. */
  #hasEnded = false;
  #savesSoon = false;
  /** The end of what is asked of the store: one thing after the other. */
  #work: Promise<void> = Promise.resolve();
  /** Why the session was not ended, or has no new id; the answer must not look as if. */
  #failure: unknown;

  constructor(policy: SessionPolicy, exchange: Exchange, entry?: Entry, isOldCookie = false) {
    this.#policy = policy;
    this.#exchange = exchange;
    this.#hasCookie = entry !== undefined;
    this.#kept = kept(entry);
    exchange.beforeHeaders(() => this.#prepareHeaders());
    if (entry !== undefined && (isOldCookie || Date.now() - entry.record.used > policy.idleTimeout * USE_WRITTEN)) {
      this.touch();
    }
  }

  get id(): string | undefined {
    return this.#kept.id;
  }

  get<K extends string>(key: K): DeepReadonly<Values[K]> | undefined {
    // What is stored has the type that the application says it has.
    return this.#kept.data.get(key) as DeepReadonly<Values[K]> | undefined;
  }

  set(key: string, value: unknown): void {
    checkKey(key);
    const copy = frozenCopy(key, value);
    this.#change((data) => data.set(key, copy));
  }

  update(key: string, change: (value: DeepReadonly<unknown> | undefined) => unknown): void {
    checkKey(key);
    this.#change((data) => {
      const value = change(data.get(key));
      if (value === undefined) data.delete(key);
      else data.set(key, frozenCopy(key, value));
    });
  }

  delete(key: string): void {
    // Nothing to delete begins no session.
    if (this.#kept.id !== undefined) this.#change((data) => data.delete(key));
  }

  touch(): void {
    if (this.#kept.id === undefined) return;
    this.#kept.renews = true;
    this.#saveInTime();
  }

  save(): Promise<void> {
    return this.#next(() => this.#write(this.#kept));
  }

  reload(): Promise<void> {
    return this.#next(() => this.#readAnew(this.#kept));
  }

  regenerate(): Promise<void> {
    const { id } = this.#kept;
    if (id === undefined) return Promise.resolve();
    if (this.#exchange.headersSent) return Promise.reject(tooLate('get a new id'));
    this.#saveInTime();
    const kept = this.#kept;
    return this.#mustHappen(this.#next(() => this.#move(kept)));
  }

  destroy(): Promise<void> {
    const ended = this.#kept;
    if (ended.id === undefined) return Promise.resolve();
    this.#kept = kept();
    this.#isChanged = true;
    this.#hasEnded = this.#hasCookie;
    return this.#mustHappen(this.#next(() => this.#remove(ended)));
  }

  #change(change: Change): void {
    const { data, changes, id } = this.#kept;
    if (id === undefined && this.#exchange.headersSent) throw tooLate('begin');
    // It may throw, and then nothing has changed.
    change(data);
    // An update that leaves nothing begins no session.
    if (id === undefined && data.size === 0) return;
    this.#kept.id ??= newSessionId();
    changes.push(change);
    this.#saveInTime();
  }

  /** The changes are saved before the answer's headers go, and soon where they have gone. */
  #saveInTime(): void {
    this.#isChanged = true;
    if (this.#exchange.headersSent && !this.#savesSoon) {
      this.#savesSoon = true;
      queueMicrotask(() => {
        this.#savesSoon = false;
        this.save().catch((error: unknown) => {
          this.#policy.logError(
            `What a request wrote to its session after the answer's headers is lost: ${detail(error)}`,
          );
        });
      });
    }
  }

  /** @returns the cookies to set */
  #prepareHeaders(): readonly string[] | Promise<readonly string[]> {
    return this.#isChanged ? this.#savedCookies() : [];
  }

  async #savedCookies(): Promise<string[]> {
    try {
      await this.save();
      if (this.#failure !== undefined) throw this.#failure;
    } catch (error) {
      this.#policy.logError(`A session could not be saved, and its request was answered so: ${detail(error)}`);
      throw error;
    }
    const { cookie } = this.#policy;
    const { isSecure } = this.#exchange;
    const { id, entry } = this.#kept;
    // Where another request has ended the session, it has set what cookie there is to be.
    if (id === undefined || entry === undefined) return this.#hasEnded ? [cookie.clear(isSecure)] : [];
    const { created, used } = entry.record;
    const seconds = Math.ceil((expiry(this.#policy, created, used) - Date.now()) / 1000);
    return [cookie.set(id, Math.max(1, seconds), isSecure)];
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => {});
    return done;
  }

  /** For what the application may not wait for, and the answer must. */
  #mustHappen(done: Promise<void>): Promise<void> {
    done.then(
      () => {
        this.#failure = undefined;
      },
      (error: unknown) => {
        this.#failure = error;
        if (this.#exchange.headersSent) this.#policy.logError(`A session could not be ended: ${detail(error)}`);
      },
    );
    return done;
  }

  async #write(kept: Kept): Promise<void> {
    if (kept.id === undefined || (kept.changes.length === 0 && !kept.renews)) return;
    if (kept.unsure !== undefined || this.#hasExpired(kept.entry)) await this.#reread(kept);
    for (let tries = 0; kept.id !== undefined; tries++) {
      if (tries === MOST_TRIES) throw changesTooOften();
      const { id, changes } = kept;
      const data = new Map(kept.data);
      const name = newSessionId();
      kept.changes = [];
      let written: Entry | undefined;
      try {
        written = await this.#replace(id, kept.entry, data, name);
      } catch (error) {
        kept.unsure = { name, changes };
        kept.changes = [...changes, ...kept.changes];
        throw error;
      }
      if (written !== undefined) {
        kept.entry = written;
        kept.renews = false;
        return;
      }
      kept.changes = [...changes, ...kept.changes];
      await this.#reread(kept);
    }
  }

  #replace(
    id: string,
    expected: Entry | undefined,
    data: Data,
    write: string,
    created = expected?.record.created ?? Date.now(),
  ): Promise<Entry | undefined> {
    const used = Date.now();
    const record = { id, created, used, data, write };
    return this.#policy.entries.replace(id, expected, record, expiry(this.#policy, created, used));
  }

  /**
   * Makes the changes that are not saved to what the store has now, since another request has written, or a write of this
   * one's own may have been done.
   * @throws ERR_SESSION_GONE where there is nothing any more to make them to; what `update()` was given may throw too
   */
  async #reread(kept: Kept): Promise<void> {
    const { id, unsure } = kept;
    const found = id === undefined ? undefined : await this.#policy.entries.read(id);
    const entry = this.#hasExpired(found) ? undefined : found;
    // It was never there: what was to begin it has not been done.
    if (entry === undefined && kept.entry === undefined && unsure !== undefined) {
      kept.unsure = undefined;
      return;
    }
    const isOwn = entry !== undefined && entry.record.write === unsure?.name;
    const changes = isOwn ? kept.changes.filter((change) => !unsure?.changes.includes(change)) : kept.changes;
    // An id that was made a moment ago and is taken would be another's.
    if (entry === undefined || (kept.entry === undefined && !isOwn)) {
      Object.assign(kept, emptied());
      if (changes.length > 0) throw gone();
      return;
    }
    const data = new Map(entry.record.data);
    for (const change of changes) change(data);
    Object.assign(kept, { entry, data, changes, unsure: undefined });
  }

  async #readAnew(kept: Kept): Promise<void> {
    if (kept.entry !== undefined) await this.#reread(kept);
  }

  #hasExpired(entry: Entry | undefined): boolean {
    return entry !== undefined && expiry(this.#policy, entry.record.created, entry.record.used) <= Date.now();
  }

  /** The data under a new id; the old id is worth nothing when this is done. */
  async #move(kept: Kept): Promise<void> {
    for (let tries = 0; kept.id !== undefined; tries++) {
      if (tries === MOST_TRIES) throw changesTooOften();
      if (kept.unsure !== undefined || this.#hasExpired(kept.entry)) await this.#reread(kept);
      const { id: old, entry: before } = kept;
      if (old === undefined) throw gone();
      const id = newSessionId();
      if (before === undefined) {
        // Nobody has been told the id, and nothing is stored.
        kept.id = id;
        return;
      }
      const count = kept.changes.length;
      const entry = await this.#replace(id, undefined, new Map(kept.data), newSessionId(), Date.now());
      if (entry !== undefined && (await this.#policy.entries.remove(old, before))) {
        kept.id = id;
        kept.entry = entry;
        kept.changes.splice(0, count);
        return;
      }
      // Another request has written to the old one in the meantime: what it wrote comes along.
      if (entry !== undefined) await this.#policy.entries.remove(id, entry);
      await this.#reread(kept);
      if (kept.id === undefined) throw gone();
    }
  }

  async #remove({ id, entry }: Kept): Promise<void> {
    let last = entry;
    for (let tries = 0; id !== undefined && last !== undefined; tries++) {
      if (tries === MOST_TRIES) throw changesTooOften();
      if (await this.#policy.entries.remove(id, last)) return;
      last = await this.#policy.entries.read(id);
    }
  }
}

function kept(entry?: Entry): Kept {
  return { ...emptied(), id: entry?.record.id, entry, data: new Map(entry?.record.data) };
}

function emptied(): Kept {
  return { id: undefined, entry: undefined, data: new Map(), changes: [], renews: false, unsure: undefined };
}

/** A key of another type would come back as another key, or make the entry unreadable. */
function checkKey(key: unknown): void {
  if (typeof key === 'string') return;
  throw new RequestError('ERR_SESSION_VALUE', `The key of a session's value must be a string, not ${typeof key}.`);
}

/** An error with what is behind it, for the log. */
export function detail(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? ` (${error.cause})` : '';
  return `${error}${cause}`;
}

function gone(): RequestError {
  return new RequestError(
    'ERR_SESSION_GONE',
    'The session has expired, or was ended or given a new id by another request while this one was under way, so what this ' +
      'one wrote to it was not saved. The client may send it again.',
  );
}

function changesTooOften(): RequestError {
  return new RequestError(
    'ERR_SESSION_STORE',
    `A session was changed by others ${MOST_TRIES} times before it was saved.`,
  );
}

/** When a session expires, in milliseconds since the epoch. */
export function expiry(
  { idleTimeout, absoluteTimeout }: Pick<SessionPolicy, 'idleTimeout' | 'absoluteTimeout'>,
  created: number,
  used: number,
): number {
  return Math.min(used + idleTimeout, created + absoluteTimeout);
}

function tooLate(what: string): RequestError {
  return new RequestError(
    'ERR_SESSION_TOO_LATE',
    `The session cannot ${what} here: the answer's headers have gone, and with them the last chance to set its cookie. ` +
      'Write to the session before the answer begins.',
  );
}
