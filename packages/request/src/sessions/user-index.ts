/**
 * The ids of the sessions of each user: one entry in the store for each user who has signed in.
 *
 *     sign-in   ── id is added to the entry of the user ── record of the session is written
 *     sign-out  ── record of the session is removed ── id is removed from the entry
 *
 * In this order, each session that exists is listed, even if the process dies between the two writes. An id without a
 * record may be left. It is not a session, and it is dropped when a session of that time would have expired. The entry
 * itself expires with the last session in it.
 *
 * All writes compare and set, as those of a session do. Two sign-ins at once are therefore both listed.
 */
import { base64url } from './base64url.js';
import type { EntryStore, StoredEntry } from './entry-store.js';
import { retryDelay } from './retry-delay.js';
import { conflictError } from './session-errors.js';
import { WriteQueue } from './write-queue.js';

/** The most sessions of one user. It bounds what a sign-in costs: each reads and writes the entry of its user. */
export const MAX_SESSIONS_OF_USER = 1000;

const MAX_ATTEMPTS = 200;

/** The version of the format. An entry of another version lists nothing. */
const VERSION = 1;

export interface ListedSession {
  readonly id: string;
  /** When the session began, in milliseconds since the epoch. */
  readonly createdAt: number;
}

export class UserIndex {
  readonly #entries: EntryStore;
  readonly #name: string;
  readonly #absoluteTimeout: number;
  readonly #queue = new WriteQueue<StoredEntry>();

  /**
   * @param name distinguishes the users of this application from those of others in the same store
   * @param absoluteTimeout how long a session lasts at most, in milliseconds
   */
  constructor(entries: EntryStore, name: string, absoluteTimeout: number) {
    this.#entries = entries;
    this.#name = name;
    this.#absoluteTimeout = absoluteTimeout;
  }

  /**
   * Adds a session, before its record is written.
   * @returns the oldest sessions, which are no longer listed because there are too many: the caller ends them
   */
  async add(user: string, added: ListedSession): Promise<readonly ListedSession[]> {
    let dropped: readonly ListedSession[] = [];
    await this.#change(user, (listed) => {
      // A sign-in that is tried again after a failure of the store may already be listed.
      const all = [...listed.filter(({ id }) => id !== added.id), added];
      dropped = all.slice(0, Math.max(0, all.length - MAX_SESSIONS_OF_USER));
      return all.slice(dropped.length);
    });
    return dropped;
  }

  /** Removes a session, after its record has been removed. */
  async remove(user: string, id: string): Promise<void> {
    await this.#change(user, (listed) => listed.filter((session) => session.id !== id));
  }

  /** @returns the sessions of a user, the oldest first; not all of them still exist */
  async list(user: string): Promise<readonly ListedSession[]> {
    const entry = await this.#entries.read(await this.#keyOf(user));
    return this.#unexpired(parseEntry(entry?.text, user));
  }

  async #change(user: string, change: (listed: readonly ListedSession[]) => readonly ListedSession[]): Promise<void> {
    const key = await this.#keyOf(user);
    await this.#queue.run(key, async (turn) => {
      for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts++) {
        if (attempts > 0) await retryDelay(attempts);
        const entry = turn.latest ?? (await this.#entries.read(key));
        const before = parseEntry(entry?.text, user);
        const after = change(this.#unexpired(before));
        const last = after.at(-1);
        turn.latest = undefined;
        if (last === undefined) {
          if (entry === undefined || (await this.#entries.remove(key, entry))) return;
        } else {
          const expiresAt = Math.max(...after.map(({ createdAt }) => createdAt)) + this.#absoluteTimeout;
          turn.latest = await this.#entries.replace(key, entry, serializeEntry(user, after), expiresAt);
          if (turn.latest !== undefined) return;
        }
      }
      throw conflictError(MAX_ATTEMPTS);
    });
  }

  #unexpired(listed: readonly ListedSession[]): readonly ListedSession[] {
    const now = Date.now();
    return listed.filter(({ createdAt }) => createdAt + this.#absoluteTimeout > now);
  }

  /** A hash, because a user may have any name, and some stores limit the length of a key. */
  async #keyOf(user: string): Promise<string> {
    const hash = await globalThis.crypto.subtle.digest('SHA-256', new TextEncoder().encode(user));
    return `${this.#name}:user:${base64url(new Uint8Array(hash))}`;
  }
}

function serializeEntry(user: string, listed: readonly ListedSession[]): string {
  return JSON.stringify([VERSION, user, listed.map(({ id, createdAt }) => [id, createdAt])]);
}

/** @returns an empty list if the text is not an entry of this user */
function parseEntry(text: unknown, user: string): ListedSession[] {
  if (typeof text !== 'string') return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  if (!Array.isArray(parsed) || parsed[0] !== VERSION || parsed[1] !== user || !Array.isArray(parsed[2])) return [];
  const sessions: unknown[] = parsed[2];
  return sessions.flatMap((session) => {
    if (!Array.isArray(session)) return [];
    const [id, createdAt]: unknown[] = session;
    return typeof id === 'string' && typeof createdAt === 'number' ? [{ id, createdAt }] : [];
  });
}
