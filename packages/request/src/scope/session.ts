/**
 * The contract of a session. `../sessions/` holds the sessions of this package and the session of a framework's own
 * library.
 */
import type { Exchange } from './exchange.js';

/**
 * A value as it is read from a session. A change in place would be lost, so the value is frozen and its type forbids
 * the change.
 */
export type DeepReadonly<V> = V extends object ? { readonly [K in keyof V]: DeepReadonly<V[K]> } : V;

/**
 * The values that the sessions of the application hold. Declare them once, and `session()` is typed everywhere. As long
 * as none is declared, a session accepts all keys, and its values are not checked.
 * @example
 * // TypeScript
 * import { session } from '@throughline/request';
 * import { sessions } from '@throughline/request/sessions';
 * import { requestScope } from '@throughline/request/web';
 *
 * declare module '@throughline/request' {
 *   interface SessionData {
 *     cart: string[];
 *   }
 * }
 * const options = { session: sessions({ secret: crypto.randomUUID(), store: new Map() }) };
 * const handle = requestScope(() => {
 *   session().update('cart', (cart = []) => [...cart, 'book']);
 *   return new Response(session().get('cart')?.join());
 * }, options);
 * const response = await handle(new Request('http://localhost/'));
 * console.log(await response.text()); // book
 */
// biome-ignore lint/suspicious/noEmptyInterface: the application adds its own members
export interface SessionData {}

/** The declared values of a session, or any values if none is declared. */
// biome-ignore lint/suspicious/noExplicitAny: nothing is known about a value that the application has not declared
export type SessionValues = keyof SessionData extends never ? Record<string, any> : SessionData;

/**
 * The session of one user, loaded before the code of the request runs, so that reading it costs nothing.
 *
 * Everything that a request writes is saved before its response headers are sent, and only then is a cookie set. A
 * visitor for whom nothing is written gets no cookie.
 */
export interface Session<T extends object = SessionValues> {
  /** The id that the cookie carries, or undefined until something has been written. */
  readonly id: string | undefined;

  /**
   * The user whom `regenerate({ user })` has signed in, or undefined. Always undefined in the session of a framework's
   * library.
   */
  readonly user: string | undefined;

  /**
   * Reads a value.
   * @param key the key of the value
   * @returns the value, frozen, or undefined; to change it, write it back with `set()` or `update()`
   * @throws {RequestError} `ERR_SESSION_VALUE` if the session is that of a framework's library, and the key is the name
   * of one of its members
   * @example
   * import { session } from '@throughline/request';
   * import { sessions } from '@throughline/request/sessions';
   * import { requestScope } from '@throughline/request/web';
   *
   * const options = { session: sessions({ secret: crypto.randomUUID(), store: new Map() }) };
   * const handle = requestScope(() => {
   *   session().set('cart', ['book']);
   *   const cart = session().get('cart');
   *   console.log(cart, Object.isFrozen(cart)); // [ 'book' ] true
   *   return new Response();
   * }, options);
   * await handle(new Request('http://localhost/'));
   */
  get<K extends keyof T & string>(key: K): DeepReadonly<T[K]> | undefined;

  /**
   * Writes a value.
   * @param key the key of the value
   * @param value anything that JSON can represent; it is copied
   * @throws {RequestError} `ERR_SESSION_VALUE` if JSON cannot represent the key or the value, or if the value is too deep
   * or too large for the session
   * @throws {RequestError} `ERR_SESSION_TOO_LATE` if the session would begin here, but the response headers have been
   * sent without its cookie
   * @example
   * import { session } from '@throughline/request';
   * import { sessions } from '@throughline/request/sessions';
   * import { requestScope } from '@throughline/request/web';
   *
   * const options = { session: sessions({ secret: crypto.randomUUID(), store: new Map() }) };
   * const handle = requestScope(() => {
   *   session().set('user', 'ada');
   *   return new Response('signed in');
   * }, options);
   * const response = await handle(new Request('http://localhost/'));
   * console.log(response.headers.get('set-cookie')); // sid=...; Path=/; HttpOnly; SameSite=Lax
   */
  set<K extends keyof T & string>(key: K, value: T[K]): void;

  /**
   * Computes a new value from the current one.
   *
   * If another request of the same user has changed the session by the time this one is saved, `change` is called again
   * with the value that the other request wrote, so neither change is lost. If `change` throws in that second call, the
   * response is an error: check whether the change is allowed before you call `update()`.
   * @param key the key of the value
   * @param change returns the value to store, or undefined to delete the key; it must be fast and free of side effects
   * @throws {RequestError} `ERR_SESSION_VALUE` if JSON cannot represent the key or the value, or if the value is too deep
   * or too large for the session
   * @throws {RequestError} `ERR_SESSION_TOO_LATE` if the session would begin here, but the response headers have been
   * sent without its cookie
   * @throws what `change` throws
   * @example
   * import { createServer } from 'node:http';
   * import { session } from '@throughline/request';
   * import { requestScope } from '@throughline/request/http';
   * import { sessions } from '@throughline/request/sessions';
   *
   * const secret = crypto.randomUUID();
   * const listener = (request, response) => {
   *   session().update('cart', (cart = []) => [...cart, 'book']);
   *   response.end(`${session().get('cart').length} items\n`);
   * };
   * createServer(requestScope(listener, { session: sessions({ secret }) })).listen(8080);
   * // curl localhost:8080 prints: 1 items
   */
  update<K extends keyof T & string>(
    key: K,
    change: (value: DeepReadonly<T[K]> | undefined) => T[K] | DeepReadonly<T[K]> | undefined,
  ): void;

  /**
   * Deletes a value. Without such a value, nothing happens.
   * @param key the key of the value
   * @throws {RequestError} `ERR_SESSION_VALUE` if the session is that of a framework's library, and the key is the name
   * of one of its members
   * @example
   * import { session } from '@throughline/request';
   * import { sessions } from '@throughline/request/sessions';
   * import { requestScope } from '@throughline/request/web';
   *
   * const options = { session: sessions({ secret: crypto.randomUUID(), store: new Map() }) };
   * const handle = requestScope(() => {
   *   session().set('user', 'ada');
   *   session().delete('user');
   *   console.log(session().get('user')); // undefined
   *   return new Response();
   * }, options);
   * await handle(new Request('http://localhost/'));
   */
  delete(key: keyof T & string): void;

  /**
   * Moves the session to a new id and ends the old one. Call it when a user signs in: an id that an attacker planted or
   * read before that is then worthless.
   *
   * With a `user`, the session becomes a session of that user, which `sessionsOf(user)` lists. It begins if it was
   * empty. If it was a session of another user, it loses the values of that user.
   *
   * Two requests of one client may call this at once, as after a double click on a sign-in button. If the session had no
   * user, both continue: with one session if both sign in the same user, and otherwise with two, each with the values
   * that its request has loaded. If the session had a user, the second call fails.
   * @param options `user`: the id of the user who has signed in; default: the user stays the same
   * @throws {RequestError} `ERR_SESSION_TOO_LATE` if the response headers have been sent
   * @throws {RequestError} `ERR_SESSION_GONE` if the session has ended in the meantime, or if it had a user and another
   * request has given it a new id
   * @throws {RequestError} `ERR_SESSION_STORE` if the store fails or is too slow
   * @throws {RequestError} `ERR_SESSION_VALUE` if the user is not a string, or is empty
   * @throws {RequestError} `ERR_INVALID_OPTION` if another option is given, or if the session is that of a framework's
   * library and a user is given
   * @example
   * import { session } from '@throughline/request';
   * import { sessions } from '@throughline/request/sessions';
   * import { requestScope } from '@throughline/request/web';
   *
   * const options = { session: sessions({ secret: crypto.randomUUID(), store: new Map() }) };
   * const handle = requestScope(async () => {
   *   session().set('theme', 'dark');
   *   await session().save();
   *   const { id } = session();
   *   await session().regenerate({ user: 'ada' });
   *   console.log(session().id === id, session().user, session().get('theme')); // false ada dark
   *   return new Response();
   * }, options);
   * await handle(new Request('http://localhost/'));
   * @see https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html
   */
  regenerate(options?: RegenerateOptions): Promise<void>;

  /**
   * Ends the session: its data is deleted, its id becomes invalid and its cookie is removed.
   * @throws {RequestError} `ERR_SESSION_STORE` if the store fails or is too slow
   * @example
   * import { session } from '@throughline/request';
   * import { sessions } from '@throughline/request/sessions';
   * import { requestScope } from '@throughline/request/web';
   *
   * const options = { session: sessions({ secret: crypto.randomUUID(), store: new Map() }) };
   * const handle = requestScope(async () => {
   *   session().set('user', 'ada');
   *   await session().save();
   *   await session().destroy();
   *   console.log(session().id, session().get('user')); // undefined undefined
   *   return new Response();
   * }, options);
   * await handle(new Request('http://localhost/'));
   */
  destroy(): Promise<void>;

  /**
   * Restarts the idle time of the session. Each request does so anyway once a tenth of that time has passed.
   * @example
   * import { setTimeout } from 'node:timers/promises';
   * import { session } from '@throughline/request';
   * import { sessions } from '@throughline/request/sessions';
   * import { requestScope } from '@throughline/request/web';
   *
   * const secret = crypto.randomUUID();
   * const options = { session: sessions({ secret, store: new Map(), idleTimeout: 2000 }) };
   * const handle = requestScope(async () => {
   *   session().set('user', 'ada');
   *   await session().save();
   *   await setTimeout(1100);
   *   session().touch();
   *   await session().save();
   *   await setTimeout(1100);
   *   await session().reload();
   *   console.log(session().get('user')); // ada
   *   return new Response();
   * }, options);
   * await handle(new Request('http://localhost/'));
   */
  touch(): void;

  /**
   * Loads the session again, for a response that streams or a socket that stays open: a session otherwise stays as it
   * was when the request arrived. A session that has ended in the meantime is empty afterwards. Unsaved changes are
   * kept.
   * @throws {RequestError} `ERR_SESSION_STORE` if the store fails or is too slow
   * @throws {RequestError} `ERR_SESSION_GONE` if the session has ended and there are unsaved changes
   * @example
   * import { session } from '@throughline/request';
   * import { sessions } from '@throughline/request/sessions';
   * import { requestScope } from '@throughline/request/web';
   *
   * const options = { session: sessions({ secret: crypto.randomUUID(), store: new Map() }) };
   * const setItems = (items) =>
   *   requestScope(() => {
   *     session().set('items', items);
   *     return new Response();
   *   }, options);
   * const response = await setItems(1)(new Request('http://localhost/'));
   * const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
   * const headers = { cookie };
   *
   * const handle = requestScope(async () => {
   *   await setItems(2)(new Request('http://localhost/', { headers })); // another request of the same user
   *   console.log(session().get('items')); // 1
   *   await session().reload();
   *   console.log(session().get('items')); // 2
   *   return new Response();
   * }, options);
   * await handle(new Request('http://localhost/', { headers }));
   */
  reload(): Promise<void>;

  /**
   * Saves what has been written, without waiting for the response headers, for a response that streams or a socket that
   * stays open.
   * @throws {RequestError} `ERR_SESSION_STORE` if the store fails or is too slow
   * @throws {RequestError} `ERR_SESSION_GONE` if the session has ended in the meantime
   * @example
   * import { session } from '@throughline/request';
   * import { sessions } from '@throughline/request/sessions';
   * import { requestScope } from '@throughline/request/web';
   *
   * const store = new Map();
   * const options = { session: sessions({ secret: crypto.randomUUID(), store }) };
   * const handle = requestScope(async () => {
   *   session().set('user', 'ada');
   *   console.log(store.size); // 0
   *   await session().save();
   *   console.log(store.size); // 1
   *   return new Response();
   * }, options);
   * await handle(new Request('http://localhost/'));
   */
  save(): Promise<void>;
}

/** What `regenerate()` changes in addition to the id. */
export interface RegenerateOptions {
  /** The id of the user who has signed in: any string that is not empty. */
  user?: string;
}

/**
 * Opens the session of each request. `sessions()` returns such an object, and the option `session` of an adapter
 * accepts it.
 */
export interface Sessions {
  /**
   * Opens the session that the cookie of a request names, or an empty session if there is no valid cookie.
   * @param exchange the request and its response
   * @returns the session, or a promise of it if it must be loaded from a store
   * @throws {RequestError} `ERR_SESSION_STORE` if the store fails or is too slow
   * @throws {RequestError} `ERR_CROSS_ORIGIN` if another site made a browser send the request
   * @example
   * import { session } from '@throughline/request';
   * import { sessions } from '@throughline/request/sessions';
   * import { requestScope } from '@throughline/request/web';
   *
   * const stored = sessions({ secret: crypto.randomUUID(), store: new Map() });
   * const logged = {
   *   open(exchange) {
   *     console.log('opens the session for', exchange.method, exchange.url); // opens the session for GET /cart
   *     return stored.open(exchange);
   *   },
   * };
   * const handle = requestScope(() => new Response(`${session().id}`), { session: logged });
   * await handle(new Request('http://localhost/cart'));
   */
  open(exchange: Exchange): Session | Promise<Session>;
}
