/**
 * The session of an application that keeps its sessions with `express-session` or `@fastify/session`: it reads and
 * writes the session of that library. The library's object is read from the request at each call, because
 * `regenerate()` replaces it.
 *
 * The library still decides when it saves and which cookie it sets, and of two concurrent requests of one user, the
 * last one to end wins. Its session has an id from the beginning. A value is read as a frozen copy of what the
 * library's store would return, because one of the two libraries would save a change in place, and a store of the other
 * would lose it.
 *
 * @see https://github.com/expressjs/session
 * @see https://github.com/fastify/session
 */
import { RequestError } from '../errors.js';
import type { Exchange } from '../scope/exchange.js';
import type { DeepReadonly, RegenerateOptions, Session } from '../scope/session.js';
import { FrozenJson } from './frozen-json.js';
import { storeError } from './session-errors.js';

type Values = Record<string, unknown>;
type Callback = (error?: unknown) => void;

/** The members that both libraries have. The values of the application are properties of the same object. */
interface LibrarySession extends Values {
  readonly id?: unknown;
  readonly sessionId?: unknown;
  regenerate(callback: Callback): unknown;
  destroy(callback: Callback): unknown;
  save(callback: Callback): unknown;
  reload(callback: Callback): unknown;
  touch(): unknown;
}

/**
 * Wraps the session that one of the two libraries has put on the request.
 * @param exchange that of the current request, or undefined in a scope that was opened by hand
 * @returns undefined if there is no such session
 */
export function wrapFrameworkSession(exchange: Exchange | undefined): Session | undefined {
  if (exchange === undefined || !isLibrarySession(exchange.frameworkSession)) return undefined;
  return new FrameworkSession(exchange);
}

class FrameworkSession implements Session {
  readonly user = undefined;
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  get id(): string | undefined {
    const current = this.#current();
    const id = current?.sessionId ?? current?.id;
    return typeof id === 'string' ? id : undefined;
  }

  get<K extends string>(key: K): DeepReadonly<Values[K]> | undefined {
    const current = this.#current();
    if (current === undefined) return undefined;
    checkKey(current, key);
    return frozenCopyAsStored(key, current[key]);
  }

  set(key: string, value: unknown): void {
    this.#write(this.#existing(), key, value);
  }

  update(key: string, change: (value: DeepReadonly<unknown> | undefined) => unknown): void {
    const value = change(this.get(key));
    if (value === undefined) this.delete(key);
    else this.set(key, value);
  }

  delete(key: string): void {
    const current = this.#current();
    if (current === undefined) return;
    checkKey(current, key);
    delete current[key];
  }

  async regenerate({ user }: RegenerateOptions = {}): Promise<void> {
    if (user !== undefined) {
      throw new RequestError(
        'ERR_INVALID_OPTION',
        'regenerate({ user }) needs sessions() of @throughline/request/sessions: express-session and @fastify/session do not ' +
          'list the sessions of a user. Call regenerate() and store the user with set().',
      );
    }
    const before = this.#current();
    if (before === undefined) return;
    await this.#call((callback) => before.regenerate(callback));
    const after = this.#existing();
    for (const [key, value] of Object.entries(before)) {
      if (!isReserved(after, key)) after[key] = value;
    }
    await this.#call((callback) => after.save(callback));
  }

  async destroy(): Promise<void> {
    const current = this.#current();
    if (current !== undefined) await this.#call((callback) => current.destroy(callback));
  }

  touch(): void {
    this.#current()?.touch();
  }

  async reload(): Promise<void> {
    const current = this.#current();
    if (current !== undefined) await this.#call((callback) => current.reload(callback));
  }

  async save(): Promise<void> {
    const current = this.#current();
    if (current !== undefined) await this.#call((callback) => current.save(callback));
  }

  #current(): LibrarySession | undefined {
    const found = this.#exchange.frameworkSession;
    return isLibrarySession(found) ? found : undefined;
  }

  /** @throws {RequestError} `ERR_SESSION_GONE` if the session has been destroyed */
  #existing(): LibrarySession {
    const current = this.#current();
    if (current !== undefined) return current;
    throw new RequestError(
      'ERR_SESSION_GONE',
      'This session has been destroyed, and the library that keeps it creates another one only with the next request. To ' +
        'continue with a new id, call regenerate() instead of destroy().',
    );
  }

  #write(current: LibrarySession, key: string, value: unknown): void {
    checkKey(current, key);
    // Other code of the application may change in place what it finds in the library's session, so this copy is not
    // frozen.
    current[key] = JSON.parse(FrozenJson.copyOf(key, value).text);
  }

  /** @throws {RequestError} `ERR_SESSION_STORE` if the library passes an error to its callback, or throws one */
  async #call(method: (callback: Callback) => unknown): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        method((error) => {
          if (error === undefined || error === null) resolve();
          else reject(error);
        });
      });
    } catch (error) {
      throw storeError(error);
    }
  }
}

/**
 * Recognizes the session of the two libraries by its methods. Others, such as `cookie-session`, have no store and no
 * id.
 */
function isLibrarySession(found: unknown): found is LibrarySession {
  if (typeof found !== 'object' || found === null || !('cookie' in found)) return false;
  return ['regenerate', 'destroy', 'save', 'reload', 'touch'].every(
    (name) => typeof Reflect.get(found, name) === 'function' && isReserved(found, name),
  );
}

/** @throws {RequestError} `ERR_SESSION_VALUE` if the library or every object has a member of that name */
function checkKey(current: object, key: string): void {
  if (typeof key === 'string' && !isReserved(current, key)) return;
  throw new RequestError(
    'ERR_SESSION_VALUE',
    `A session kept by express-session or @fastify/session cannot have the key ${JSON.stringify(String(key))}: a key must be a ` +
      'string that is neither the name of a member of the library (such as id, cookie, save) nor that of a member of every ' +
      'object (such as __proto__, constructor). Choose another key.',
  );
}

/**
 * Whether a key is the name of a member. Values are own enumerable properties, and the members of the libraries are
 * not, with the exception of the cookie.
 */
function isReserved(current: object, key: string): boolean {
  return key === 'cookie' || (key in current && !Object.prototype.propertyIsEnumerable.call(current, key));
}

/**
 * Copies a value as a store would restore it from JSON. Other code may have put the value there, so it can be anything.
 */
function frozenCopyAsStored(key: string, value: unknown): DeepReadonly<unknown> | undefined {
  if (typeof value !== 'object' || value === null) return value;
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    text = undefined;
  }
  return FrozenJson.copyOf(key, text === undefined ? value : JSON.parse(text)).value;
}
