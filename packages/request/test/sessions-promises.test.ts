/** Sessions in a program whose promises are not all instances of the global `Promise`. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { afterEach, test } from 'node:test';
import { type Session, type Sessions, session } from '@throughline/request';
import { type SessionStore, sessions } from '@throughline/request/sessions';
import { requestScope } from '@throughline/request/web';
import { emptySession } from './sessions/empty-session.js';
import type { Exchange } from './sessions/exchange-types.js';
import { SECRET, startSessionServer } from './sessions/session-server.js';

const nativePromise = Promise;

/** Replaces the global `Promise`, as `global.Promise = require('bluebird')` does. */
function replacePromise(): void {
  globalThis.Promise = class ReplacedPromise<T> extends nativePromise<T> {} as PromiseConstructor;
}

afterEach(() => {
  globalThis.Promise = nativePromise;
});

/** A store that is not in the memory of the process, as far as sessions() knows. */
class RemoteStore extends EventEmitter {
  readonly opts = {};
  readonly #entries = new Map<string, string>();

  async get(key: string) {
    return this.#entries.get(key);
  }

  async set(key: string, entry: string) {
    this.#entries.set(key, entry);
  }

  async delete(key: string) {
    return this.#entries.delete(key);
  }

  async clear() {
    this.#entries.clear();
  }

  async compareAndSet(key: string, expected: string | undefined, next: string | undefined) {
    if (this.#entries.get(key) !== expected) return false;
    if (next === undefined) this.#entries.delete(key);
    else this.#entries.set(key, next);
    return true;
  }
}

const countVisits = () => {
  session<{ visits: number }>().update('visits', (visits = 0) => visits + 1);
  return String(session().get('visits'));
};

const stores: [string, () => SessionStore][] = [
  ['a Map', () => new Map()],
  ['a store elsewhere', () => new RemoteStore() as unknown as SessionStore],
];

for (const [storeName, createStore] of stores) {
  test(`sessions in ${storeName}, after the program has replaced the global Promise`, async () => {
    const store = createStore();
    await using server = await startSessionServer(
      async (request, response) => {
        if (request.url === '/sign-in') await session().regenerate({ user: 'ada' });
        response.end(countVisits());
      },
      { store },
    );
    replacePromise();
    const user = server.newUser();
    for (const [path, visits] of [
      ['/', '1'],
      ['/', '2'],
      ['/sign-in', '3'],
      ['/', '4'],
    ] as const) {
      const { status, text } = await user.send(path);
      assert.deepEqual([status, text], [200, visits]);
    }

    const handle = requestScope(() => new Response(countVisits()), { session: sessions({ secret: SECRET, store }) });
    const first = await handle(new Request('http://localhost/'));
    const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const second = await handle(new Request('http://localhost/', { headers: { cookie } }));
    assert.deepEqual([await first.text(), await second.text()], ['1', '2']);
  });
}

test('a function `open` of the application returns the promise of a library', async () => {
  class LibraryPromise {
    // biome-ignore lint/suspicious/noThenProperty: this is what a promise of a library is
    then(resolve: (session: Session) => unknown) {
      return nativePromise.resolve(emptySession()).then(resolve);
    }
  }
  const stored: Sessions = { open: (_exchange: Exchange) => new LibraryPromise() as unknown as Promise<Session> };
  const handle = requestScope(() => new Response(String(session().get('user'))), { session: stored });
  const response = await handle(new Request('http://localhost/'));
  assert.deepEqual([response.status, await response.text()], [200, 'undefined']);
});
