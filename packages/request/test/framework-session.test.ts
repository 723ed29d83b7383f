import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { session } from '@throughline/request';
import { requestScope as expressScope } from '@throughline/request/express';
import { requestScope as fastifyScope } from '@throughline/request/fastify';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import expressSession from 'express-session';
import fastify from 'fastify';

interface Shop {
  user: string;
  cart: string[];
  lastVisit: Date;
  visits: number;
}

const SECRET = 'a secret of thirty-two characters';

/**
 * A route, the same for every framework.
 * @param value the last segment of the path
 * @param raw returns the library's own session, typed so that any key can be read
 */
type Route = (value: string, raw: () => Record<string, unknown>) => unknown;

const routes: Record<string, Route> = {
  read: () => ({ id: session().id, user: session<Shop>().get('user'), cart: session<Shop>().get('cart') }),
  signIn: async (user) => {
    const before = session().id;
    session<Shop>().set('user', user);
    const regenerated = session().regenerate();
    session<Shop>().update('visits', (visits = 0) => visits + 1);
    await regenerated;
    assert.equal(session<Shop>().get('user'), user);
    assert.notEqual(session().id, before);
    return { before, after: session().id, visits: session<Shop>().get('visits') };
  },
  buy: async (item) => {
    session<Shop>().update('cart', (cart = []) => [...cart, item]);
    const { user } = { user: session<Shop>().get('user') };
    await sleep(item.length % 3);
    // Other users were served in the meantime.
    assert.equal(session<Shop>().get('user'), user);
    return session<Shop>().get('cart');
  },
  signOut: async () => {
    await session().destroy();
    assert.equal(session().id, undefined);
    assert.equal(session<Shop>().get('user'), undefined);
    session().delete('user');
    await session().destroy();
    await session().save();
    session().set('user', 'eve');
  },
  values: (_, raw) => {
    const shopSession = session<Shop>();
    const original = ['a'];
    shopSession.set('cart', original);
    original.push('after set()');
    const read = shopSession.get('cart');
    assert.deepEqual(read, ['a']);
    assert.ok(Array.isArray(read));
    assert.throws(() => read.push('b'), TypeError);
    // The library's own session can be changed in place, as without the scope.
    const cart = raw().cart;
    assert.ok(Array.isArray(cart));
    cart.push('raw');
    assert.deepEqual(shopSession.get('cart'), ['a', 'raw']);
    raw().lastVisit = new Date(0);
    assert.equal(shopSession.get('lastVisit'), '1970-01-01T00:00:00.000Z');
    assert.throws(() => shopSession.set('lastVisit', new Date(0)), { code: 'ERR_SESSION_VALUE' });
    shopSession.delete('cart');
    assert.equal(shopSession.get('cart'), undefined);
    assert.ok(!('cart' in raw()));
    shopSession.touch();
    return 'passed';
  },
  keys: (_, raw) => {
    const prototype = Object.getPrototypeOf(raw());
    const current = session();
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'cookie', 'save', 'regenerate', 'destroy'];
    for (const name of [...names, 'touch', 'reload']) {
      const keyError = { code: 'ERR_SESSION_VALUE', message: /cannot have the key ".*Choose another key/ };
      assert.throws(() => current.set(name, { polluted: true }), keyError, name);
      assert.throws(() => current.update(name, () => ({ polluted: true })), keyError, name);
      assert.throws(() => current.get(name), keyError, name);
      assert.throws(() => current.delete(name), keyError, name);
    }
    current.set('nested', JSON.parse('{"__proto__": {"polluted": true}}'));
    assert.equal(Object.getPrototypeOf(raw()), prototype);
    assert.ok(!('polluted' in {}));
    assert.ok(!('polluted' in raw()));
    assert.equal(typeof raw().save, 'function');
    return 'passed';
  },
  fail: async () => {
    session().set('user', 'ada');
    const storeError = { code: 'ERR_SESSION_STORE', message: /store of the sessions has failed/ };
    Store.isDown = true;
    try {
      await assert.rejects(session().save(), storeError);
      await assert.rejects(session().regenerate(), storeError);
    } finally {
      Store.isDown = false;
    }
    return 'passed';
  },
};

/** A session store in memory. While `isDown` is set, writing to it fails. */
class Store extends expressSession.MemoryStore {
  static isDown = false;

  override set(...args: Parameters<expressSession.MemoryStore['set']>): void {
    const [, , done] = args;
    if (Store.isDown) setImmediate(() => done?.(new Error('the disk is full')));
    else super.set(...args);
  }
}

type FastifyStore = NonNullable<Parameters<typeof fastifySession>[1]['store']>;

interface RunningShop {
  readonly port: number;
  close(): Promise<void>;
}

type Start = (store: expressSession.MemoryStore) => Promise<RunningShop>;

/** Handles the routes in an application of Express, and in one of Nest on Express. */
const handleRoute: RequestHandler<{ route: string; value: string }> = async (request, response) => {
  const raw = () => request.session as unknown as Record<string, unknown>;
  response.json((await routes[request.params.route]?.(request.params.value, raw)) ?? null);
};

const handleError: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status(error.status ?? 500).json({ code: error.code, message: error.message });
};

const servers: Record<string, Start> = {
  'express-session': async (store) => {
    const app = express();
    app.use(expressScope());
    app.use(expressSession({ secret: SECRET, store, resave: false, saveUninitialized: false }));
    app.get('/:route/:value', handleRoute);
    app.use(handleError);
    const server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
      // The address is a string only for a pipe, and null only for a server that is not listening.
      port: (server.address() as AddressInfo).port,
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    };
  },
  'express-session in Nest': async (store) => {
    class Shop {}
    Module({})(Shop);
    const app = await NestFactory.create<NestExpressApplication>(Shop, { logger: false, forceCloseConnections: true });
    app.use(expressScope());
    app.use(expressSession({ secret: SECRET, store, resave: false, saveUninitialized: false }));
    app.use('/:route/:value', handleRoute);
    app.use(handleError);
    await app.listen(0, '127.0.0.1');
    // The address is a string only for a pipe, and null only for a server that is not listening.
    return { port: (app.getHttpServer().address() as AddressInfo).port, close: () => app.close() };
  },
  '@fastify/session': async (store) => {
    const app = fastify({ forceCloseConnections: true });
    await app.register(fastifyScope);
    await app.register(fastifyCookie);
    await app.register(fastifySession, {
      secret: SECRET,
      // It accepts the stores of express-session. The types differ in which members of a cookie may be undefined.
      store: store as unknown as FastifyStore,
      saveUninitialized: false,
      cookie: { secure: false },
    });
    app.get<{ Params: { route: string; value: string } }>('/:route/:value', async (request) => {
      const raw = () => request.session as unknown as Record<string, unknown>;
      const { route, value } = request.params;
      return JSON.stringify((await routes[route]?.(value, raw)) ?? null);
    });
    app.setErrorHandler<Error & { code?: string; statusCode?: number }>((error, _request, reply) => {
      reply.status(error.statusCode ?? 500).send({ code: error.code, message: error.message });
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    // The address is a string only for a pipe, and null only for a server that is not listening.
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
  },
};

/** A browser with the session cookie that the server has set last. */
class Browser {
  port: number;
  cookie: string | undefined;

  constructor({ port }: RunningShop) {
    this.port = port;
  }

  async send(route: string, value = '-', status = 200): Promise<Record<string, unknown>> {
    const headers: Record<string, string> = this.cookie === undefined ? {} : { cookie: this.cookie };
    const response = await fetch(`http://127.0.0.1:${this.port}/${route}/${value}`, {
      headers,
      signal: AbortSignal.timeout(10_000),
    });
    const body = await response.text();
    assert.equal(response.status, status, body);
    const newCookie = response.headers.getSetCookie().at(-1);
    if (newCookie !== undefined) this.cookie = newCookie.split(';', 1)[0];
    return JSON.parse(body);
  }
}

async function withShop(start: Start, use: (server: RunningShop, store: Store) => Promise<void>): Promise<void> {
  const store = new Store();
  const server = await start(store);
  try {
    await use(server, store);
  } finally {
    await server.close();
  }
}

for (const [name, start] of Object.entries(servers)) {
  test(`${name}: reading sets no cookie, values are kept, and regenerate() keeps them under a new id and ends the old one`, () =>
    withShop(start, async (server, store) => {
      const ada = new Browser(server);
      assert.equal((await ada.send('read')).user, undefined);
      assert.equal(ada.cookie, undefined);
      await ada.send('buy', 'book');
      const old = ada.cookie;
      const { before, after, visits } = await ada.send('signIn', 'ada');
      assert.equal(visits, 1);
      assert.notEqual(ada.cookie, old);
      assert.deepEqual(await ada.send('read'), { id: after, user: 'ada', cart: ['book'] });
      const thief = new Browser(server);
      thief.cookie = old;
      const stolen = await thief.send('read');
      assert.equal(stolen.user, undefined);
      assert.notEqual(stolen.id, before);
      const all = await new Promise((resolve) => store.all?.((_error, found) => resolve(found)));
      assert.deepEqual(Object.keys(all ?? {}), [after]);
    }));

  test(`${name}: two concurrent users have separate sessions`, () =>
    withShop(start, async (server) => {
      const users = ['ada', 'grace'];
      await Promise.all(
        users.map(async (user) => {
          const browser = new Browser(server);
          await browser.send('signIn', user);
          for (let index = 0; index < 30; index++) {
            const [cart, read] = await Promise.all([browser.send('buy', `${user}${index}`), browser.send('read')]);
            assert.deepEqual(
              cart,
              Array.from({ length: index + 1 }, (_, item) => `${user}${item}`),
            );
            assert.equal(read.user, user);
          }
        }),
      );
    }));

  test(`${name}: after destroy() the session is empty, and the error of a write names the remedy`, () =>
    withShop(start, async (server) => {
      const ada = new Browser(server);
      await ada.send('signIn', 'ada');
      const { code, message } = await ada.send('signOut', '-', 409);
      assert.equal(code, 'ERR_SESSION_GONE');
      assert.match(String(message), /call regenerate\(\) instead of destroy\(\)/);
      assert.equal((await ada.send('read')).user, undefined);
    }));

  test(`${name}: the session survives a restart of the server if its store does`, () =>
    withShop(start, async (server, store) => {
      const ada = new Browser(server);
      await ada.send('signIn', 'ada');
      await ada.send('buy', 'book');
      const restarted = await start(store);
      try {
        ada.port = restarted.port;
        const { user, cart } = await ada.send('read');
        assert.deepEqual([user, cart], ['ada', ['book']]);
      } finally {
        await restarted.close();
      }
    }));

  test(`${name}: values are copied, and those that JSON cannot represent are rejected`, () =>
    withShop(start, async (server) => {
      assert.equal(await new Browser(server).send('values'), 'passed');
    }));

  test(`${name}: the names of the library's members, and of those of every object, are rejected as keys`, () =>
    withShop(start, async (server) => {
      assert.equal(await new Browser(server).send('keys'), 'passed');
    }));

  test(`${name}: an error of the store has the code ERR_SESSION_STORE`, () =>
    withShop(start, async (server) => {
      assert.equal(await new Browser(server).send('fail'), 'passed');
    }));
}

test('a property `session` that another library has set on the request is not used as a session', async () => {
  const app = express();
  app.use(expressScope());
  app.use((request, _response, next) => {
    Object.assign(request, { session: { user: 'ada' } });
    next();
  });
  app.get('/', (_request, response) => {
    assert.throws(() => session(), { code: 'ERR_NO_SESSION' });
    response.end('none');
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    // The address is a string only for a pipe, and null only for a server that is not listening.
    const { port } = server.address() as AddressInfo;
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'none');
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
