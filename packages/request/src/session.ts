/**
 * `session()` is the session of the current request, wherever it is kept: by the sessions that the adapter was given, or
 * by a session middleware that the application has already.
 */
import { RequestError } from './errors.js';
import type { Exchange } from './exchange.js';
import { frameworkSession } from './framework-session.js';
import { getRequestScope, OpenScope } from './scope.js';

/** A value as it is read from a session: changing it in place would be lost, so the types forbid it, and so does the value. */
export type DeepReadonly<V> = V extends object ? { readonly [K in keyof V]: DeepReadonly<V[K]> } : V;

/**
 * The session of one user. Reading costs nothing: it was loaded before the request's own code ran. What is written is
 * saved before the answer's headers go, and only then is a cookie set; who writes nothing gets none.
 */
export interface Session<T extends object = Record<string, unknown>> {
  /** What the cookie names the session by; undefined until something has been written. */
  readonly id: string | undefined;

  /** The value, frozen, or undefined. Write it back with `set` or `update` to change it. */
  get<K extends keyof T & string>(key: K): DeepReadonly<T[K]> | undefined;

  /**
   * @param value what JSON can carry; it is copied
   * @throws ERR_SESSION_VALUE for what JSON cannot carry
   * @throws ERR_SESSION_TOO_LATE where the session would begin here, and the answer's headers have gone without its cookie
   */
  set<K extends keyof T & string>(key: K, value: T[K]): void;

  /**
   * Makes the new value from the one before. Where another request of the same user has changed the value in the
   * meantime, `change` is called again with that one, so neither change is lost. Where it throws then, the answer is an
   * error: whatever decides whether a change may be made must be asked before.
   * @param change gives what to store; undefined deletes the key. It must be quick and have no effects of its own
   * @example
   * session<{ cart: string[] }>().update('cart', (cart = []) => [...cart, 'book']);
   */
  update<K extends keyof T & string>(
    key: K,
    change: (value: DeepReadonly<T[K]> | undefined) => T[K] | DeepReadonly<T[K]> | undefined,
  ): void;

  delete(key: keyof T & string): void;

  /** Gives the session a new id and ends the old one, with the same data: do it where a user signs in. */
  regenerate(): Promise<void>;

  /** Ends the session: what it held is deleted, its id is worth nothing any more, the cookie is taken back. */
  destroy(): Promise<void>;

  /** Has the session expire as late as if it had been used now, which reading it does by itself now and then. */
  touch(): void;

  /**
   * Reads the session anew, where an answer streams or a socket stays open: a session is otherwise as it was when the
   * request came. Where it was ended meanwhile it is empty afterwards. What was written and not saved stays written.
   * @throws ERR_SESSION_STORE where the store fails or is too slow, ERR_SESSION_GONE where the session was ended and something
   * was written that is not saved
   */
  reload(): Promise<void>;

  /**
   * Saves what was written, without waiting for the answer's headers: where an answer streams or a socket stays open.
   * @throws ERR_SESSION_STORE where the store fails or is too slow, ERR_SESSION_GONE where the session was ended meanwhile
   */
  save(): Promise<void>;
}

/** What `sessions()` makes and an adapter takes. */
export interface Sessions {
  /**
   * The session that the request's cookie names; one that does not exist yet where it names none.
   * @returns the session itself where no store had to be asked
   * @throws ERR_SESSION_STORE where the store fails or is too slow
   */
  open(exchange: Exchange): Session | Promise<Session>;
}

/**
 * The session of the current request.
 * @throws ERR_NO_REQUEST_SCOPE outside of a request; ERR_NO_SESSION where the adapter was given no sessions
 * @example
 * interface Shop { user: string; cart: string[] }
 * session<Shop>().set('user', 'ada');
 */
export function session<T extends object = Record<string, unknown>>(): Session<T> {
  // Every scope is one: nothing else is put into the storage.
  const scope = getRequestScope() as OpenScope;
  let found = OpenScope.sessionOf(scope);
  if (found === undefined) {
    found = frameworkSession(OpenScope.exchangeOf(scope));
    if (found === undefined) {
      throw new RequestError(
        'ERR_NO_SESSION',
        'This request has no session. Give the adapter one: requestScope({ session: sessions({ secret }) }), with ' +
          'sessions from @throughline/request/sessions. A session middleware of the framework (express-session, ' +
          '@fastify/session) serves too, but must have run by now.',
      );
    }
    OpenScope.setSession(scope, found);
  }
  // What is stored has the types that the application gives it.
  return found as Session<T>;
}

/**
 * Loads the session of a scope.
 * @returns undefined where nothing had to be waited for
 */
export function loadSession(scope: OpenScope, exchange: Exchange, sessions: Sessions): Promise<void> | undefined {
  // Another adapter, mounted further out, has loaded it.
  if (OpenScope.sessionOf(scope) !== undefined) return undefined;
  const opened = sessions.open(exchange);
  if (opened instanceof Promise) return opened.then((loaded) => OpenScope.setSession(scope, loaded));
  OpenScope.setSession(scope, opened);
  return undefined;
}
