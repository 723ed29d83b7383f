/**
 * `session()` where the application keeps its sessions with `express-session` or `@fastify/session`: it reads and writes
 * theirs, which is asked for anew at each call, since another one is there after `regenerate`.
 *
 * What the library does stays the library's: when it saves, which cookie it sets, and that of two requests of one user at
 * once the last to end wins. Its session has an id from the beginning. A value is read as a frozen copy of what its store
 * would give back, because a change in place would be saved by the one library and lost by a store of the other.
 */
import { RequestError } from '../errors.js';
import type { Exchange } from '../scope/exchange.js';
import type { DeepReadonly, Session } from '../scope/session.js';
import { frozenCopy } from './frozen-json.js';

type Values = Record<string, unknown>;
type Done = (error?: unknown) => void;

/** What both libraries have; the values are among the session's own properties. */
interface LibrarySession extends Values {
  readonly id?: unknown;
  readonly sessionId?: unknown;
  regenerate(done: Done): unknown;
  destroy(done: Done): unknown;
  save(done: Done): unknown;
  reload(done: Done): unknown;
  touch(): unknown;
}

/**
 * @param exchange of the current request; a scope opened by hand has none
 * @returns undefined where neither library has put a session on the request
 */
export function frameworkSession(exchange: Exchange | undefined): Session | undefined {
  if (exchange === undefined || !isLibrarySession(exchange.frameworkSession)) return undefined;
  return new FrameworkSession(exchange);
}

class FrameworkSession implements Session {
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
    return readCopy(key, current[key]);
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

  async regenerate(): Promise<void> {
    const before = this.#current();
    if (before === undefined) return;
    await this.#call((done) => before.regenerate(done));
    const after = this.#existing();
    for (const [key, value] of Object.entries(before)) {
      if (!isReserved(after, key)) after[key] = value;
    }
    await this.#call((done) => after.save(done));
  }

  async destroy(): Promise<void> {
    const current = this.#current();
    if (current !== undefined) await this.#call((done) => current.destroy(done));
  }

  touch(): void {
    this.#current()?.touch();
  }

  async reload(): Promise<void> {
    const current = this.#current();
    if (current !== undefined) await this.#call((done) => current.reload(done));
  }

  async save(): Promise<void> {
    const current = this.#current();
    if (current !== undefined) await this.#call((done) => current.save(done));
  }

  #current(): LibrarySession | undefined {
    const found = this.#exchange.frameworkSession;
    return isLibrarySession(found) ? found : undefined;
  }

  #existing(): LibrarySession {
    const current = this.#current();
    if (current !== undefined) return current;
    throw new RequestError(
      'ERR_SESSION_GONE',
      'This session has been destroyed, and the library that keeps it begins another one with the next request only. To go ' +
        'on with a new id, call regenerate() instead of destroy().',
    );
  }

  #write(current: LibrarySession, key: string, value: unknown): void {
    checkKey(current, key);
    // The application's other code may change in place what it finds on the request's session.
    current[key] = structuredClone(frozenCopy(key, value));
  }

  async #call(start: (done: Done) => unknown): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        start((error) => {
          if (error === undefined || error === null) resolve();
          else reject(error);
        });
      });
    } catch (error) {
      throw new RequestError('ERR_SESSION_STORE', 'The store of the sessions has failed.', { cause: error });
    }
  }
}

/** `cookie-session` and others have no ids to renew and no store: they are not taken for one of the two. */
function isLibrarySession(found: unknown): found is LibrarySession {
  if (typeof found !== 'object' || found === null || !('cookie' in found)) return false;
  return ['regenerate', 'destroy', 'save', 'reload', 'touch'].every(
    (name) => typeof Reflect.get(found, name) === 'function' && isReserved(found, name),
  );
}

/** @throws ERR_SESSION_VALUE where the key is a name of the library's own, or of every object's */
function checkKey(current: object, key: string): void {
  if (typeof key === 'string' && !isReserved(current, key)) return;
  throw new RequestError(
    'ERR_SESSION_VALUE',
    `A session kept by express-session or @fastify/session cannot have the key ${JSON.stringify(String(key))}: it must be a ` +
      'string that is no name of their own (such as id, cookie, save) nor of every object (such as __proto__, constructor). ' +
      'Take another key.',
  );
}

/** Values are own and enumerable, what the libraries put there is not; but their cookie is. */
function isReserved(current: object, key: string): boolean {
  return key === 'cookie' || (key in current && !Object.prototype.propertyIsEnumerable.call(current, key));
}

/** What other code has put on the session may be anything; it is read as it would come back from a store. */
function readCopy(key: string, value: unknown): DeepReadonly<unknown> | undefined {
  if (typeof value !== 'object' || value === null) return value;
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    text = undefined;
  }
  return frozenCopy(key, text === undefined ? value : JSON.parse(text));
}
