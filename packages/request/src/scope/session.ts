/** What a session can do, wherever it is kept. */
import type { Exchange } from './exchange.js';

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
