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
import type { Exchange } from '../exchange.js';
import type { DeepReadonly, Session } from '../session.js';
import type { SessionCookie } from './cookie.js';
import type { Entries, Entry } from './entries.js';
import { frozenCopy } from './json-value.js';
import { newSessionId } from './session-id.js';

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
}

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
    const copy = frozenCopy(key, value);
    this.#change((data) => data.set(key, copy));
  }

  update(key: string, change: (value: DeepReadonly<unknown> | undefined) => unknown): void {
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
    return this.#mustHappen(this.#next(() => this.#remove(ended)));
  }

  #change(change: Change): void {
    const { data, changes, id } = this.#kept;
    if (id === undefined && this.#exchange.headersSent) throw tooLate('begin');
    // It may throw, and then nothing has changed.
    change(data);
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
          this.#policy.logError(`What a request wrote to its session after the answer's headers is lost: ${error}`);
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
      this.#policy.logError(`A session could not be saved, and its request was answered so: ${error}`);
      throw error;
    }
    const { cookie } = this.#policy;
    const { isSecure } = this.#exchange;
    const { id, entry } = this.#kept;
    if (id === undefined || entry === undefined) return this.#hasCookie ? [cookie.clear(isSecure)] : [];
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
    done.catch((error: unknown) => {
      this.#failure = error;
      if (this.#exchange.headersSent) this.#policy.logError(`A session could not be ended: ${error}`);
    });
    return done;
  }

  async #write(kept: Kept): Promise<void> {
    const { id, changes } = kept;
    if (id === undefined || (changes.length === 0 && !kept.renews)) return;
    kept.changes = [];
    try {
      let data = new Map(kept.data);
      let written = await this.#replace(id, kept.entry, data);
      while (written === undefined) {
        await this.#reload(kept, changes.length > 0);
        if (kept.entry === undefined) return;
        data = new Map(kept.entry.record.data);
        for (const change of changes) change(data);
        written = await this.#replace(id, kept.entry, data);
      }
      kept.entry = written;
      kept.renews = false;
      show(kept, data);
    } catch (error) {
      if (kept.id !== undefined) kept.changes = [...changes, ...kept.changes];
      throw error;
    }
  }

  #replace(id: string, expected: Entry | undefined, data: Data, created?: number): Promise<Entry | undefined> {
    const used = Date.now();
    const record = { id, created: created ?? expected?.record.created ?? used, used, data };
    return this.#policy.entries.replace(id, expected, record, expiry(this.#policy, record.created, used));
  }

  /**
   * Asks the store anew, where another request has changed the session.
   * @param mustExist whether it matters that it is gone
   */
  async #reload(kept: Kept, mustExist: boolean): Promise<void> {
    const { id, entry } = kept;
    // An id that was made a moment ago and is taken would be another's.
    kept.entry = entry === undefined || id === undefined ? undefined : await this.#policy.entries.read(id);
    if (kept.entry !== undefined) return;
    Object.assign(kept, emptied());
    if (mustExist) {
      throw new RequestError(
        'ERR_SESSION_GONE',
        'The session was ended or given a new id by another request while this one was under way, so what this one wrote ' +
          'to it was not saved. The client may send it again.',
        { status: 409 },
      );
    }
  }

  /** The data under a new id; the old id is worth nothing when this is done. */
  async #move(kept: Kept): Promise<void> {
    while (kept.id !== undefined) {
      const { id: old, entry: before } = kept;
      const id = newSessionId();
      if (before === undefined) {
        // Nobody has been told the id, and nothing is stored.
        kept.id = id;
        return;
      }
      const count = kept.changes.length;
      const entry = await this.#replace(id, undefined, new Map(kept.data));
      if (entry !== undefined && (await this.#policy.entries.remove(old, before))) {
        kept.id = id;
        kept.entry = entry;
        kept.changes.splice(0, count);
        return;
      }
      // Another request has written to the old one in the meantime: what it wrote comes along.
      if (entry !== undefined) await this.#policy.entries.remove(id, entry);
      await this.#reload(kept, true);
      show(kept, new Map(kept.entry?.record.data));
    }
  }

  async #remove({ id, entry }: Kept): Promise<void> {
    let last = entry;
    while (id !== undefined && last !== undefined) {
      if (await this.#policy.entries.remove(id, last)) return;
      last = await this.#policy.entries.read(id);
    }
  }
}

function kept(entry?: Entry): Kept {
  return { ...emptied(), id: entry?.record.id, entry, data: new Map(entry?.record.data) };
}

function emptied(): Kept {
  return { id: undefined, entry: undefined, data: new Map(), changes: [], renews: false };
}

/** Shows the data as stored, with the changes that were made since. */
function show(kept: Kept, data: Data): void {
  for (const change of kept.changes) change(data);
  kept.data = data;
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
