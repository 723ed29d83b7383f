import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
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
  seen: Date;
  visits: number;
}

const SECRET = 'a secret of thirty-two characters';

/** What the routes do, whichever framework serves them; `raw` is the library's own session, any key of which may be read. */
type Route = (value: string, raw: () => Record<string, unknown>) => unknown;

const routes: Record<string, Route> = {
  read: () => ({ id: session().id, user: session<Shop>().get('user'), cart: session<Shop>().get('cart') }),
  signIn: async (user) => {
    const before = session().id;
    session<Shop>().set('user', user);
    const writing = session().regenerate();
    session<Shop>().update('visits', (visits = 0) => visits + 1);
    await writing;
    assert.equal(session<Shop>().get('user'), user);
    assert.notEqual(session().id, before);
    return { before, after: session().id, visits: session<Shop>().get('visits') };
  },
  buy: async (item) => {
    session<Shop>().update('cart', (cart = []) => [...cart, item]);
    const { user } = { user: session<Shop>().get('user') };
    await wait(item.length % 3);
    // Of the same user still, whoever else was served meanwhile.
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
    session().set('user', 'nobody');
  },
  values: (_, raw) => {
    const own = session<Shop>();
    const given = ['a'];
    own.set('cart', given);
    given.push('given');
    const read = own.get('cart');
    assert.deepEqual(read, ['a']);
    assert.ok(Array.isArray(read));
    assert.throws(() => read.push('read'), TypeError);
    // The library's own session may be changed in place, as ever.
    const cart = raw().cart;
    assert.ok(Array.isArray(cart));
    cart.push('raw');
    assert.deepEqual(own.get('cart'), ['a', 'raw']);
    raw().seen = new Date(0);
    assert.equal(own.get('seen'), '1970-01-01T00:00:00.000Z');
    assert.throws(() => own.set('seen', new Date(0)), { code: 'ERR_SESSION_VALUE' });
    own.delete('cart');
    assert.equal(own.get('cart'), undefined);
    assert.ok(!('cart' in raw()));
    own.touch();
    return 'as it must be';
  },
  keys: (_, raw) => {
    const before = Object.getPrototypeOf(raw());
    const own = session();
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'cookie', 'save', 'regenerate', 'destroy'];
    for (const name of [...names, 'touch', 'reload']) {
      const refused = { code: 'ERR_SESSION_VALUE', message: /cannot have the key ".*Take another key/ };
      assert.throws(() => own.set(name, { polluted: true }), refused, name);
      assert.throws(() => own.update(name, () => ({ polluted: true })), refused, name);
      assert.throws(() => own.get(name), refused, name);
      assert.throws(() => own.delete(name), refused, name);
    }
    own.set('nested', JSON.parse('{"__proto__": {"polluted": true}}'));
    assert.equal(Object.getPrototypeOf(raw()), before);
    assert.ok(!('polluted' in {}));
    assert.ok(!('polluted' in raw()));
    assert.equal(typeof raw().save, 'function');
    return 'as it must be';
  },
  fail: async () => {
    session().set('user', 'ada');
    const failed = { code: 'ERR_SESSION_STORE', message: /store of the sessions has failed/ };
    Store.isDown = true;
    try {
      await assert.rejects(session().save(), failed);
      await assert.rejects(session().regenerate(), failed);
    } finally {
      Store.isDown = false;
    }
    return 'as it must be';
  },
};

/** A store that fails to write while `isDown`. */
class Store extends expressSession.MemoryStore {
  static isDown = false;

  override set(...args: Parameters<expressSession.MemoryStore['set']>): void {
    const [, , done] = args;
    if (Store.isDown) setImmediate(() => done?.(new Error('the disk is full')));
    else super.set(...args);
  }
}

type FastifyStore = NonNullable<Parameters<typeof fastifySession>[1]['store']>;

interface Running {
  readonly port: number;
  close(): Promise<void>;
}

type Start = (store: expressSession.MemoryStore) => Promise<Running>;

/** Express routes, in an application of Express or in Nest's on Express. */
const shop: RequestHandler<{ route: string; value: string }> = async (request, response) => {
  const raw = () => request.session as unknown as Record<string, unknown>;
  response.json((await routes[request.params.route]?.(request.params.value, raw)) ?? null);
};

const answerError: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status(error.status ?? 500).json({ code: error.code, message: error.message });
};

const servers: Record<string, Start> = {
  'express-session': async (store) => {
    const app = express();
    app.use(expressScope());
    app.use(expressSession({ secret: SECRET, store, resave: false, saveUninitialized: false }));
    app.get('/:route/:value', shop);
    app.use(answerError);
    const server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
      // A server that listens on a port has an address.
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
    app.use('/:route/:value', shop);
    app.use(answerError);
    await app.listen(0, '127.0.0.1');
    // As above.
    return { port: (app.getHttpServer().address() as AddressInfo).port, close: () => app.close() };
  },
  '@fastify/session': async (store) => {
    const app = fastify({ forceCloseConnections: true });
    await app.register(fastifyScope);
    await app.register(fastifyCookie);
    await app.register(fastifySession, {
      secret: SECRET,
      // It takes the stores of express-session, whose types differ in what of a cookie may be undefined.
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
    // As above.
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
  },
};

/** One browser: it keeps its cookie. */
class Client {
  port: number;
  cookie: string | undefined;

  constructor({ port }: Running) {
    this.port = port;
  }

  async ask(route: string, value = '-', status = 200): Promise<Record<string, unknown>> {
    const headers: Record<string, string> = this.cookie === undefined ? {} : { cookie: this.cookie };
    const response = await fetch(`http://127.0.0.1:${this.port}/${route}/${value}`, {
      headers,
      signal: AbortSignal.timeout(10_000),
    });
    const body = await response.text();
    assert.equal(response.status, status, body);
    const set = response.headers.getSetCookie().at(-1);
    if (set !== undefined) this.cookie = set.split(';', 1)[0];
    return JSON.parse(body);
  }
}

async function running(start: Start, work: (server: Running, store: Store) => Promise<void>): Promise<void> {
  const store = new Store();
  const server = await start(store);
  try {
    await work(server, store);
  } finally {
    await server.close();
  }
}

for (const [name, start] of Object.entries(servers)) {
  test(`${name}: who only reads gets no cookie; values last; a new id at sign-in keeps them and ends the old id`, () =>
    running(start, async (server, store) => {
      const ada = new Client(server);
      assert.equal((await ada.ask('read')).user, undefined);
      assert.equal(ada.cookie, undefined);
      await ada.ask('buy', 'book');
      const old = ada.cookie;
      const { before, after, visits } = await ada.ask('signIn', 'ada');
      assert.equal(visits, 1);
      assert.notEqual(ada.cookie, old);
      assert.deepEqual(await ada.ask('read'), { id: after, user: 'ada', cart: ['book'] });
      const thief = new Client(server);
      thief.cookie = old;
      const stolen = await thief.ask('read');
      assert.equal(stolen.user, undefined);
      assert.notEqual(stolen.id, before);
      const all = await new Promise((resolve) => store.all?.((_error, found) => resolve(found)));
      assert.deepEqual(Object.keys(all ?? {}), [after]);
    }));

  test(`${name}: two users at once each have their own`, () =>
    running(start, async (server) => {
      const users = ['ada', 'grace'];
      await Promise.all(
        users.map(async (user) => {
          const client = new Client(server);
          await client.ask('signIn', user);
          for (let index = 0; index < 30; index++) {
            const [cart, read] = await Promise.all([client.ask('buy', `${user}${index}`), client.ask('read')]);
            assert.deepEqual(
              cart,
              Array.from({ length: index + 1 }, (_, item) => `${user}${item}`),
            );
            assert.equal(read.user, user);
          }
        }),
      );
    }));

  test(`${name}: after destroy there is nothing to read, and writing says what to do`, () =>
    running(start, async (server) => {
      const ada = new Client(server);
      await ada.ask('signIn', 'ada');
      const { code, message } = await ada.ask('signOut', '-', 409);
      assert.equal(code, 'ERR_SESSION_GONE');
      assert.match(String(message), /call regenerate\(\) instead of destroy\(\)/);
      assert.equal((await ada.ask('read')).user, undefined);
    }));

  test(`${name}: the session outlives the server where the store does`, () =>
    running(start, async (server, store) => {
      const ada = new Client(server);
      await ada.ask('signIn', 'ada');
      await ada.ask('buy', 'book');
      const next = await start(store);
      try {
        ada.port = next.port;
        const { user, cart } = await ada.ask('read');
        assert.deepEqual([user, cart], ['ada', ['book']]);
      } finally {
        await next.close();
      }
    }));

  test(`${name}: what is read is a copy, and what is not JSON is refused`, () =>
    running(start, async (server) => {
      assert.equal(await new Client(server).ask('values'), 'as it must be');
    }));

  test(`${name}: names of the library's own and of every object are no keys`, () =>
    running(start, async (server) => {
      assert.equal(await new Client(server).ask('keys'), 'as it must be');
    }));

  test(`${name}: an error of the store says whose it is`, () =>
    running(start, async (server) => {
      assert.equal(await new Client(server).ask('fail'), 'as it must be');
    }));
}

test('a session of another library is not taken for one', async () => {
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
    // As above.
    const { port } = server.address() as AddressInfo;
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'none');
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
