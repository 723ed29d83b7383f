/**
 * Libraries that call back from elsewhere: a session store and a pool with one loop for all requests, generic-pool, and
 * passport. Each request that was called back must read its own scope, and write to its own session.
 */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import {
  getRequestScope,
  logFields,
  type RequestScopeOptions,
  session,
  tryGetRequestScope,
} from '@throughline/request';
import { requestScope } from '@throughline/request/express';
import { requestScope as fastifyScope } from '@throughline/request/fastify';
import { sessions } from '@throughline/request/sessions';
import express, { type RequestHandler } from 'express';
import expressSession from 'express-session';
import { type FastifyPluginCallback, fastify } from 'fastify';
import { createPool } from 'generic-pool';
import { AsyncLocalStorage } from 'throughline';
import { sendRequest } from './http/client.js';
import { listen, type RunningServer, withServer } from './http/server.js';
import { SessionUser } from './sessions/session-user.js';

const { default: express4 } = (await import('express4' as string)) as { default: typeof express };

/** The parts of @fastify/request-context that are used here. Its types replace those of other applications. */
interface RequestContextModule {
  readonly fastifyRequestContext: FastifyPluginCallback<{ defaultStoreValues(request: { url: string }): object }>;
  readonly requestContext: { get(name: string): unknown };
}
const { fastifyRequestContext, requestContext } = (await import(
  '@fastify/request-context' as string
)) as RequestContextModule;

/** The parts of passport that are used here. The package comes without types. */
interface Passport {
  use(strategy: unknown): void;
  serializeUser(serialize: (user: unknown, done: (error: null, id: unknown) => void) => void): void;
  deserializeUser(deserialize: (id: unknown, done: (error: null, user: unknown) => void) => void): void;
  initialize(): RequestHandler;
  session(): RequestHandler;
  authenticate(name: string): RequestHandler;
  Strategy: new () => { name?: string; success(user: unknown): void; authenticate(request: express.Request): void };
}
const { default: passport } = (await import('passport' as string)) as { default: Passport };

const USERS = 30;
const secret = 'a secret of the tests, which is long enough';
const runInRoot = AsyncLocalStorage.snapshot();

/** Calls callbacks in the order of their arrival, all of them from one timer, like a driver with one connection. */
class OneConnection {
  readonly #waiting: (() => void)[] = [];
  readonly #isInRoot: boolean;

  constructor(isInRoot: boolean) {
    this.#isInRoot = isInRoot;
  }

  query(callback: () => void): void {
    if (this.#waiting.push(callback) > 1) return;
    const release = () => {
      for (const waiting of this.#waiting.splice(0)) waiting();
    };
    // Otherwise all callbacks run in the frame of the first request.
    if (this.#isInRoot) runInRoot(setTimeout, release, 5);
    else setTimeout(release, 5);
  }
}

/** A store of express-session on such a connection. */
class OneConnectionStore extends expressSession.Store {
  readonly #connection: OneConnection;
  readonly #data = new Map<string, string>();

  constructor(connection: OneConnection) {
    super();
    this.#connection = connection;
  }

  override get(id: string, callback: (error: unknown, session?: expressSession.SessionData | null) => void): void {
    this.#connection.query(() => {
      const data = this.#data.get(id);
      callback(null, data === undefined ? null : JSON.parse(data));
    });
  }

  override set(id: string, data: expressSession.SessionData, callback?: (error?: unknown) => void): void {
    this.#connection.query(() => {
      this.#data.set(id, JSON.stringify(data));
      callback?.();
    });
  }

  override destroy(id: string, callback?: (error?: unknown) => void): void {
    this.#connection.query(() => {
      this.#data.delete(id);
      callback?.();
    });
  }
}

/** Reads everything that must belong to the request with this path. */
function readsOf(path: string) {
  return { scope: tryGetRequestScope()?.path === path, log: logFields().path === path };
}

/** Calls `use` for all users at once, each with its own cookies. */
async function asUsers(
  server: RunningServer,
  use: (user: SessionUser, name: string) => Promise<unknown>,
): Promise<unknown[]> {
  return Promise.all(
    Array.from({ length: USERS }, (_, index) =>
      use(new SessionUser(`http://127.0.0.1:${server.port}`), `user-${index}`),
    ),
  );
}

/** Sends two requests of each user, which add to the cart, and one that reads it. */
async function assertOwnCarts(server: RunningServer): Promise<void> {
  const carts = await asUsers(server, async (user, name) => {
    for (const item of ['book', 'pen']) {
      const { text } = await user.send(`/add/${name}-${item}`);
      assert.equal(text, `/add/${name}-${item}`);
    }
    return [name, JSON.parse((await user.send(`/cart/${name}`)).text)];
  });
  assert.deepEqual(
    carts,
    Array.from({ length: USERS }, (_, index) => [`user-${index}`, [`user-${index}-book`, `user-${index}-pen`]]),
  );
}

for (const isInRoot of [false, true]) {
  const origin = isInRoot ? 'the root' : "another request's frame";

  for (const [name, framework] of [
    ['Express 5', express],
    ['Express 4', express4],
  ] as const) {
    describe(`${name}, called back from ${origin}`, () => {
      const buildApp = (options: RequestScopeOptions, wait: (callback: () => void) => void) => {
        const app = framework();
        app.use(requestScope(options));
        app.use((_request, _response, next) => wait(() => next()));
        app.get('/add/:item', (request, response) => {
          session<{ cart: string[] }>().update('cart', (cart = []) => [...cart, String(request.params.item)]);
          response.send(getRequestScope().path);
        });
        app.get('/cart/:user', (_, response) => void response.json(session<{ cart: string[] }>().get('cart')));
        return listen(createServer(app));
      };

      it('writes to the own session of each user behind a pool with callbacks', async () => {
        const connection = new OneConnection(isInRoot);
        const options = { session: sessions({ secret, store: new Map() }) };
        await withServer(
          buildApp(options, (callback) => connection.query(callback)),
          assertOwnCarts,
        );
      });

      it('writes to the own session of each user behind generic-pool', async () => {
        // The connections of the pool share one loop, as the sockets of a process do.
        const loop = new OneConnection(isInRoot);
        const create = async () => ({ query: (callback: () => void) => loop.query(callback) });
        const pool = createPool({ create, destroy: async () => {} }, { max: 10 });
        const query = (callback: () => void) =>
          void pool.acquire().then((connection) =>
            connection.query(() => {
              void pool.release(connection);
              callback();
            }),
          );
        const options = { session: sessions({ secret, store: new Map() }) };
        try {
          await withServer(buildApp(options, query), assertOwnCarts);
        } finally {
          await pool.drain();
          await pool.clear();
        }
      });

      it('keeps the scope behind express-session with a store with callbacks, and behind passport', async () => {
        class HeaderStrategy extends passport.Strategy {
          override name = 'header';
          override authenticate(request: express.Request): void {
            setTimeout(() => this.success({ id: request.query.user }), 1);
          }
        }
        passport.use(new HeaderStrategy());
        passport.serializeUser((user, done) => done(null, (user as { id: string }).id));
        passport.deserializeUser((id, done) => done(null, { id }));
        const app = framework();
        app.use(requestScope());
        const store = new OneConnectionStore(new OneConnection(isInRoot));
        app.use(expressSession({ secret, resave: true, saveUninitialized: true, store }));
        app.use(passport.initialize(), passport.session());
        const respond: RequestHandler = (request, response) => {
          session<{ path: string }>().set('path', request.originalUrl);
          const isOwn = Reflect.get(request.session, 'path') === request.originalUrl;
          response.json({ ...readsOf(request.path), session: isOwn, user: Reflect.get(request, 'user') });
        };
        app.post('/sign-in', passport.authenticate('header'), respond);
        app.get('/me/:name', respond);
        await withServer(listen(createServer(app)), async (server) => {
          const all = await asUsers(server, async (user, id) => {
            const responses = [await user.send(`/sign-in?user=${id}`, { method: 'POST' })];
            for (let count = 0; count < 3; count++) responses.push(await user.send(`/me/${id}`));
            return responses.map(({ text }) => JSON.parse(text));
          });
          const right = (id: string) => Array(4).fill({ scope: true, log: true, session: true, user: { id } });
          assert.deepEqual(
            all,
            Array.from({ length: USERS }, (_, index) => right(`user-${index}`)),
          );
        });
      });
    });
  }

  for (const hook of ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const) {
    it(`Fastify writes to the own session of each user behind a ${hook} hook that is called back from ${origin}`, async () => {
      const app = fastify({ forceCloseConnections: true });
      const connection = new OneConnection(isInRoot);
      await app.register(fastifyScope, { session: sessions({ secret, store: new Map() }) });
      if (hook === 'preParsing') {
        app.addHook(hook, (_request, _reply, payload, done) => connection.query(() => done(null, payload)));
      } else {
        app.addHook(hook as 'onRequest', (_request, _reply, done) => connection.query(() => done()));
      }
      app.get<{ Params: { item: string } }>('/add/:item', async (request) => {
        session<{ cart: string[] }>().update('cart', (cart = []) => [...cart, request.params.item]);
        return getRequestScope().path;
      });
      app.get('/cart/:user', async () => session<{ cart: string[] }>().get('cart'));
      await app.listen({ host: '127.0.0.1', port: 0 });
      // The address is a string only for a pipe.
      const { port } = app.server.address() as AddressInfo;
      await withServer(Promise.resolve({ port, close: () => app.close() }), assertOwnCarts);
    });
  }
}

describe('a middleware that is called back from elsewhere', () => {
  const user = new AsyncLocalStorage<string>();

  /** Sends two requests at once, through a middleware that is called back in the frame of the first one. */
  async function readUsers(proceed: (name: string, next: () => void) => void): Promise<unknown[]> {
    const connection = new OneConnection(false);
    const app = express();
    app.use(requestScope());
    app.use((request, _response, next) => user.run(`before ${request.path}`, () => next()));
    app.use((request, _response, next) => connection.query(() => proceed(request.path, next)));
    app.use((request, response) => {
      response.json([request.path === tryGetRequestScope()?.path, user.getStore()]);
    });
    const responses: unknown[] = [];
    await withServer(listen(createServer(app)), async (server) => {
      const paths = ['/ada', '/bob'];
      const bodies = await Promise.all(paths.map(async (path) => (await sendRequest(server, { path })).body));
      responses.push(...bodies.map((body) => JSON.parse(body)));
    });
    return responses;
  }

  it('keeps the value of a storage with which it continues', async () => {
    assert.deepEqual(await readUsers((name, next) => user.run(`loaded ${name}`, next)), [
      [true, 'loaded /ada'],
      [true, 'loaded /bob'],
    ]);
  });

  it('keeps the values of a storage that was set before, if it is bound', async () => {
    const connection = new OneConnection(false);
    const app = express();
    app.use(requestScope());
    app.use((request, _response, next) => user.run(request.path, () => next()));
    app.use((_request, _response, next) => connection.query(AsyncLocalStorage.bind(() => next())));
    app.use((request, response) => {
      response.json([request.path === tryGetRequestScope()?.path, request.path === user.getStore()]);
    });
    await withServer(listen(createServer(app)), async (server) => {
      const bodies = await Promise.all(['/ada', '/bob'].map((path) => sendRequest(server, { path })));
      for (const { body } of bodies) assert.deepEqual(JSON.parse(body), [true, true]);
    });
  });

  it('leaves the frame of the code that called it back as it was', async () => {
    const emitter = new EventEmitter();
    const app = express();
    const scopes: unknown[] = [];
    app.use(requestScope());
    app.use((_request, _response, next) => void emitter.once('ready', () => next()));
    app.use((_request, response) => void response.send('ok'));
    await withServer(listen(createServer(app)), async (server) => {
      const responses = Promise.all(['/ada', '/bob'].map((path) => sendRequest(server, { path })));
      while (emitter.listenerCount('ready') < 2) await new Promise((resolve) => setTimeout(resolve, 1));
      emitter.on('ready', () => scopes.push(tryGetRequestScope()));
      emitter.emit('ready');
      await responses;
    });
    assert.deepEqual(scopes, [undefined]);
  });

  it('shows its own code first in the stack of an error, and the code of the step that threw', async () => {
    const connection = new OneConnection(false);
    const app = express();
    app.set('env', 'test');
    app.use(requestScope());
    app.use((_request, _response, next) => connection.query(() => next()));
    app.use(function throwingStep() {
      throw new Error('thrown');
    });
    app.use(((error, _request, response, _next) => void response.send(error.stack)) as express.ErrorRequestHandler);
    await withServer(listen(createServer(app)), async (server) => {
      const stacks = await Promise.all(['/ada', '/bob'].map((path) => sendRequest(server, { path })));
      for (const { body } of stacks) {
        const [message, first = '', ...others] = body.split('\n');
        assert.equal(message, 'Error: thrown');
        assert.match(first, /throwingStep.*shared-callbacks/);
        assert.ok(others.some((line) => /router/.test(line)));
      }
    });
  });
});

describe('@fastify/request-context', () => {
  for (const isFirst of [true, false]) {
    it(`is read next to the scope if it is registered ${isFirst ? 'before' : 'after'} the adapter`, async () => {
      const app = fastify();
      const registerPeer = () => app.register(fastifyRequestContext, { defaultStoreValues: ({ url }) => ({ url }) });
      if (isFirst) registerPeer();
      app.register(fastifyScope());
      if (!isFirst) registerPeer();
      app.addHook('preHandler', (_request, _reply, done) => connection.query(() => done()));
      app.post('/:name', async () => `${tryGetRequestScope()?.path} ${requestContext.get('url')}`);
      const connection = new OneConnection(false);
      await app.ready();
      await withServer(listen(createServer((request, response) => app.routing(request, response))), async (server) => {
        const paths = Array.from({ length: USERS }, (_, index) => `/user-${index}`);
        const headers = { 'content-type': 'application/json' };
        const responses = await Promise.all(
          paths.map((path) =>
            sendRequest(server, { path, method: 'POST', headers }, async (upload) => {
              // In two chunks, so that the body is parsed in a later event of the socket.
              upload.write('{"a":');
              await new Promise((resolve) => setTimeout(resolve, 1));
              upload.end('1}');
            }),
          ),
        );
        assert.deepEqual(
          responses.map(({ body }) => body.split(' ')[0]),
          paths,
        );
      });
    });
  }
});

describe('ERR_NO_REQUEST_SCOPE', () => {
  it('says that the scope was lost once an adapter has opened one', async () => {
    const app = express();
    app.use(requestScope());
    app.get('/', (_, response) => {
      runInRoot(() => {
        try {
          getRequestScope();
        } catch (error) {
          response.json({ code: Reflect.get(Object(error), 'code'), message: String(error) });
        }
      });
    });
    await withServer(listen(createServer(app)), async (server) => {
      const { code, message } = JSON.parse((await sendRequest(server, { path: '/' })).body);
      assert.equal(code, 'ERR_NO_REQUEST_SCOPE');
      assert.match(message, /its scope was lost on the way/);
      assert.match(message, /AsyncLocalStorage\.bind\(fn\)/);
      assert.match(message, /withRequestScope/);
    });
  });
});
