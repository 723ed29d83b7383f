/** Lists the sessions of one user, to show and to end them. */
import { RequestError } from '../errors.js';
import { Scope, scopeStorage } from '../scope/request-scope.js';
import type { Session } from '../scope/session.js';
import { endSession } from './end-session.js';
import type { StoredRecord } from './record-store.js';
import { hasExpired, type SessionSettings } from './session-settings.js';

/** A session of a user, as it was when it was listed. */
export interface UserSession {
  /** The id that the cookie of the session carries. A client cannot use it without the secret. */
  readonly id: string;
  /** When the session began, in milliseconds since the epoch. */
  readonly createdAt: number;
  /** When the session was last used, in milliseconds since the epoch, to a tenth of its idle time. */
  readonly usedAt: number;
  /** Whether this is the session of the current request. */
  readonly isCurrent: boolean;
  /**
   * Reads a value of the session.
   * @param key the key of the value
   * @returns the value, frozen, or undefined
   * @example
   * import { session } from '@throughline/request';
   * import { sessions } from '@throughline/request/sessions';
   * import { requestScope } from '@throughline/request/web';
   *
   * const shopSessions = sessions({ secret: crypto.randomUUID(), store: new Map() });
   * const signIn = requestScope(
   *   async (request) => {
   *     session().set('device', request.headers.get('user-agent'));
   *     await session().regenerate({ user: 'ada' });
   *     return new Response();
   *   },
   *   { session: shopSessions },
   * );
   * await signIn(new Request('http://localhost/', { headers: { 'user-agent': 'phone' } }));
   * const [phone] = await shopSessions.sessionsOf('ada');
   * console.log(phone?.get('device')); // phone
   */
  get(key: string): unknown;
  /**
   * Ends the session: its data is deleted and its id becomes invalid. Ending the current session also removes its
   * cookie, as `session().destroy()` does.
   * @throws {RequestError} `ERR_SESSION_STORE` if the store fails or is too slow
   * @example
   * import { session } from '@throughline/request';
   * import { sessions } from '@throughline/request/sessions';
   * import { requestScope } from '@throughline/request/web';
   *
   * const shopSessions = sessions({ secret: crypto.randomUUID(), store: new Map() });
   * const signIn = requestScope(
   *   async () => {
   *     await session().regenerate({ user: 'ada' });
   *     return new Response();
   *   },
   *   { session: shopSessions },
   * );
   * await signIn(new Request('http://localhost/'));
   * for (const one of await shopSessions.sessionsOf('ada')) await one.end();
   * console.log((await shopSessions.sessionsOf('ada')).length); // 0
   */
  end(): Promise<void>;
}

/** How many records are read at once. A user has few sessions, but may have a thousand. */
const READS_AT_ONCE = 20;

export async function listSessionsOf(settings: SessionSettings, user: string): Promise<readonly UserSession[]> {
  checkUser(user);
  const listed = await settings.users.list(user);
  // A session that moves meanwhile is listed under its new id, or under both ids, or only under the old one.
  const found = new Map<string, UserSession>();
  for (let start = 0; start < listed.length; start += READS_AT_ONCE) {
    const ids = listed.slice(start, start + READS_AT_ONCE).map(({ id }) => id);
    for (const stored of await Promise.all(ids.map((id) => settings.store.readFollowingMoves(id)))) {
      if (stored === undefined || stored.record.user !== user || hasExpired(settings, stored)) continue;
      found.set(stored.record.id, new ListedUserSession(settings, stored));
    }
  }
  return [...found.values()].sort((one, other) => one.createdAt - other.createdAt);
}

/** @throws {RequestError} `ERR_SESSION_VALUE` if a user is not a string, or is empty */
export function checkUser(user: unknown): void {
  if (typeof user === 'string' && user !== '') return;
  const remedy = typeof user === 'number' ? ' Pass String(id).' : '';
  throw new RequestError(
    'ERR_SESSION_VALUE',
    `The user of a session must be a string that is not empty, not ${user === '' ? 'an empty one' : typeof user}.${remedy}`,
  );
}

class ListedUserSession implements UserSession {
  readonly #settings: SessionSettings;
  readonly #stored: StoredRecord;

  constructor(settings: SessionSettings, stored: StoredRecord) {
    this.#settings = settings;
    this.#stored = stored;
  }

  get id(): string {
    return this.#stored.record.id;
  }

  get createdAt(): number {
    return this.#stored.record.createdAt;
  }

  get usedAt(): number {
    return this.#stored.record.usedAt;
  }

  get isCurrent(): boolean {
    return this.#current() !== undefined;
  }

  get(key: string): unknown {
    return this.#stored.record.data.get(key);
  }

  async end(): Promise<void> {
    const current = this.#current();
    if (current === undefined) await endSession(this.#settings, this.id, this.#stored);
    else await current.destroy();
  }

  /** The session of the current request, if it is this one. */
  #current(): Session | undefined {
    const scope = scopeStorage.getStore();
    const session = scope === undefined ? undefined : Scope.sessionOf(scope);
    return session?.id === this.id ? session : undefined;
  }
}
