/** The HTTP status of each error code, as a client receives it from every adapter. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { describe, it } from 'node:test';
import 'reflect-metadata';
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import { createAdaptorServer, upgradeWebSocket } from '@hono/node-server';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { RequestError, type RequestErrorCode, type RequestScopeOptions, session } from '@throughline/request';
import { requestScope as expressScope } from '@throughline/request/express';
import { requestScope as fastifyScope } from '@throughline/request/fastify';
import { requestScope as h3Scope } from '@throughline/request/h3';
import { requestScope as honoScope } from '@throughline/request/hono';
import { requestScope as httpScope, upgradeScope } from '@throughline/request/http';
import { requestScope as koaScope } from '@throughline/request/koa';
import { RequestScopeModule } from '@throughline/request/nest';
import { sessions } from '@throughline/request/sessions';
import { requestScope as webScope } from '@throughline/request/web';
import { plugin as h3Sockets } from 'crossws/server/node';
import express from 'express';
import expressSession from 'express-session';
import { fastify } from 'fastify';
import { H3 } from 'h3';
import { serve as serveH3 } from 'h3/node';
import { Hono } from 'hono';
import Koa from 'koa';
import { WebSocketServer } from 'ws';
import { cookieOf, sendRequest } from './http/client.js';
import { listen, listenHttp2, type RunningServer, withServer } from './http/server.js';
import { BreakableStore } from './sessions/breakable-store.js';

// Express 4 comes without types and has everything that is used here.
const { default: express4 } = (await import('express4' as string)) as { default: typeof express };

const secret = 'a secret of thirty-two characters';
const silentLog = { warn() {}, error() {} };

const statuses: Record<RequestErrorCode, number> = {
  ERR_NO_REQUEST_SCOPE: 500,
  ERR_NO_SESSION: 500,
  ERR_SESSION_VALUE: 500,
  ERR_SESSION_TOO_LATE: 500,
  ERR_SESSION_GONE: 409,
  ERR_SESSION_STORE: 503,
  ERR_CROSS_ORIGIN: 403,
  ERR_INVALID_OPTION: 500,
};

describe('RequestError', () => {
  for (const [code, status] of Object.entries(statuses) as [RequestErrorCode, number][]) {
    it(`has status ${status} for ${code}`, () => {
      const error = new RequestError(code, 'a message');
      assert.deepEqual([error.status, error.statusCode], [status, status]);
    });
  }
});

/**
 * Starts a server without error handlers of the application. Every route writes to the session; `/save` also awaits
 * `save()`.
 */
type Start = (options: RequestScopeOptions) => Promise<RunningServer>;

async function writeToSession(path: string): Promise<string> {
  session().set('user', 'ada');
  if (path === '/save') await session().save();
  return 'ok';
}

const listener = async (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
): Promise<void> => {
  response.end(await writeToSession(request.url ?? ''));
};

function startExpress(framework: typeof express): Start {
  return (options) => {
    const app = framework();
    // Keeps Express from printing the errors that it handles.
    app.set('env', 'test');
    app.use(expressScope(options));
    app.use((request, response, next) => writeToSession(request.path).then((text) => response.send(text), next));
    return listen(createServer(app));
  };
}

class Routes {
  root(): Promise<string> {
    return writeToSession('/');
  }

  save(): Promise<string> {
    return writeToSession('/save');
  }
}
Controller()(Routes);
for (const [name, path] of [
  ['root', '/'],
  ['save', '/save'],
] as const) {
  Get(path)(Routes.prototype, name, Object.getOwnPropertyDescriptor(Routes.prototype, name) ?? {});
}

function startNest(createAdapter: () => ExpressAdapter | FastifyAdapter): Start {
  return async (options) => {
    class Root {}
    Module({ imports: [RequestScopeModule.forRoot(options)], controllers: [Routes] })(Root);
    const app = await NestFactory.create<NestFastifyApplication>(Root, createAdapter() as FastifyAdapter, {
      logger: false,
      forceCloseConnections: true,
    });
    await app.listen(0, '127.0.0.1');
    return { port: (app.getHttpServer().address() as AddressInfo).port, close: () => app.close() };
  };
}

/**
 * Serves web requests over HTTP. By default, @hono/node-server replaces the global `Response`, and then h3, served by
 * the same process, loses the status of an error.
 */
function listenWeb(fetch: (request: Request) => Response | Promise<Response>): Promise<RunningServer> {
  return listen(createAdaptorServer({ fetch: (request) => fetch(request), overrideGlobalObjects: false }) as Server);
}

const startHono: Start = (options) => {
  const app = new Hono();
  app.use(honoScope(options));
  app.get('*', async (c) => c.text(await writeToSession(c.req.path)));
  const websocket = { server: new WebSocketServer({ noServer: true }) } as NonNullable<
    Parameters<typeof createAdaptorServer>[0]['websocket']
  >;
  app.get(
    '/socket',
    upgradeWebSocket(() => ({})),
  );
  return listen(createAdaptorServer({ fetch: app.fetch, websocket, overrideGlobalObjects: false }) as Server);
};

/** Hono as other runtimes serve it: from web requests alone. */
const startHonoOnWebRequests: Start = (options) => {
  const app = new Hono();
  app.use(honoScope(options));
  app.get('*', async (c) => c.text(await writeToSession(c.req.path)));
  return listenWeb(app.fetch);
};

const startH3: Start = async (options) => {
  const app = new H3({ silent: true });
  app.use(h3Scope(options));
  app.get('/**', (event) => writeToSession(event.url.pathname));
  const server = serveH3(app, {
    hostname: '127.0.0.1',
    port: 0,
    silent: true,
    gracefulShutdown: false,
    plugins: [h3Sockets({})],
  });
  await server.ready();
  return { port: Number(new URL(server.url ?? '').port), close: () => server.close(true) };
};

const servers: Record<string, { start: Start; hasErrorHandler: boolean }> = {
  'node:http': {
    start: (options) => listen(createServer(httpScope(listener, options))),
    hasErrorHandler: false,
  },
  'node:http2': {
    start: (options) => listenHttp2(createHttp2Server(httpScope(listener, options))),
    hasErrorHandler: false,
  },
  'Express 5': { start: startExpress(express), hasErrorHandler: true },
  'Express 4': { start: startExpress(express4), hasErrorHandler: true },
  Fastify: {
    start: async (options) => {
      const app = fastify({ forceCloseConnections: true });
      await app.register(fastifyScope, options);
      app.get('*', (request) => writeToSession(request.url));
      await app.listen({ host: '127.0.0.1', port: 0 });
      return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
    },
    hasErrorHandler: true,
  },
  Koa: {
    start: (options) => {
      const app = new Koa();
      app.silent = true;
      app.use(koaScope(options));
      app.use(async (context) => {
        context.body = await writeToSession(context.path);
      });
      return listen(createServer(app.callback()));
    },
    hasErrorHandler: true,
  },
  // Hono's default error handler ignores the status of an error, so only what the adapter itself reports is tested.
  'Hono on Node': { start: startHono, hasErrorHandler: false },
  'Hono on web requests': { start: startHonoOnWebRequests, hasErrorHandler: false },
  'h3 on Node': { start: startH3, hasErrorHandler: true },
  'h3 on web requests': {
    start: (options) => {
      const app = new H3({ silent: true });
      app.use(h3Scope(options));
      app.get('/**', (event) => writeToSession(event.url.pathname));
      return listenWeb(app.fetch);
    },
    hasErrorHandler: true,
  },
  'Nest on Express': { start: startNest(() => new ExpressAdapter()), hasErrorHandler: true },
  'Nest on Fastify': { start: startNest(() => new FastifyAdapter()), hasErrorHandler: true },
  'a web handler': {
    start: (options) => {
      const fetch = webScope(
        async (request) => new Response(await writeToSession(new URL(request.url).pathname)),
        options,
      );
      return listenWeb(fetch);
    },
    hasErrorHandler: false,
  },
};

for (const [name, { start, hasErrorHandler }] of Object.entries(servers)) {
  describe(`${name} while the session store is down`, { timeout: 20_000 }, () => {
    /** Calls `use` with a server whose store fails, and the cookie of a session in it. */
    const withBrokenStore = (use: (server: RunningServer, cookie: string) => Promise<void>) => {
      const store = new BreakableStore();
      return withServer(start({ session: sessions({ secret, store, log: silentLog }) }), async (server) => {
        const cookie = cookieOf(await sendRequest(server, { path: '/' }));
        assert.match(cookie, /^sid=/);
        store.isBroken = true;
        await use(server, cookie);
      });
    };

    it('responds 503 when the session cannot be loaded', () =>
      withBrokenStore(async (server, cookie) => {
        const { status, headers } = await sendRequest(server, { path: '/', headers: { cookie } });
        assert.equal(status, 503);
        assert.match(String(headers['x-request-id']), /^[\da-f-]{36}$/);
      }));

    it('responds 503 when the session cannot be saved', () =>
      withBrokenStore(async (server) => {
        const { status, body } = await sendRequest(server, { path: '/' });
        assert.deepEqual([status, body], [503, 'The session could not be reached. Try again later.\n']);
      }));

    if (hasErrorHandler) {
      it('responds 503 when the handler fails with the error of the store', () =>
        withBrokenStore(async (server) => {
          assert.equal((await sendRequest(server, { path: '/save' })).status, 503);
        }));
    }
  });
}

/** The status of the response to an upgrade. */
async function upgradeStatus(port: number, cookie: string): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write(
      'GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nCookie: ${cookie}\r\n\r\n`,
    );
    let text = '';
    for await (const chunk of socket) text += chunk;
    return Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1]);
  } finally {
    socket.destroy();
  }
}

describe('an upgrade while the session store is down', { timeout: 20_000 }, () => {
  const starts: Record<string, Start> = {
    'node:http': (options) => {
      const server = createServer(httpScope(listener, options));
      server.on(
        'upgrade',
        upgradeScope((_request, socket) => socket.end('HTTP/1.1 426 Upgrade Required\r\n\r\n'), options),
      );
      return listen(server);
    },
    'Hono on Node': startHono,
    'h3 on Node': startH3,
  };
  for (const [name, start] of Object.entries(starts)) {
    it(`is refused with 503 by ${name}`, () => {
      const store = new BreakableStore();
      return withServer(start({ session: sessions({ secret, store, log: silentLog }) }), async (server) => {
        const cookie = cookieOf(await sendRequest(server, { path: '/' }));
        store.isBroken = true;
        assert.equal(await upgradeStatus(server.port, cookie), 503);
      });
    });
  }
});

describe('a write to a session that the request has destroyed', { timeout: 20_000 }, () => {
  const writeAfterDestroy = async () => {
    await session().destroy();
    session().set('user', 'ada');
  };

  it('is a 409 with express-session', async () => {
    const app = express();
    app.set('env', 'test');
    app.use(expressScope());
    app.use(expressSession({ secret, resave: false, saveUninitialized: false }));
    app.get('/', (_request, response, next) => writeAfterDestroy().then(() => response.send('ok'), next));
    await withServer(listen(createServer(app)), async (server) => {
      assert.equal((await sendRequest(server, { path: '/' })).status, 409);
    });
  });

  it('is a 409 with @fastify/session', async () => {
    const app = fastify({ forceCloseConnections: true });
    await app.register(fastifyScope);
    await app.register(fastifyCookie);
    await app.register(fastifySession, { secret, cookie: { secure: false } });
    app.get('/', writeAfterDestroy);
    await app.listen({ host: '127.0.0.1', port: 0 });
    await withServer(
      Promise.resolve({ port: (app.server.address() as AddressInfo).port, close: () => app.close() }),
      async (server) => {
        assert.equal((await sendRequest(server, { path: '/' })).status, 409);
      },
    );
  });
});

it('a write that cannot be saved because another request ended the session is a 409', { timeout: 20_000 }, async () => {
  const gates = new EventEmitter();
  const hasEntered = once(gates, 'entered');
  const hasEnded = once(gates, 'ended');
  const scoped = httpScope(
    async (request: IncomingMessage, response: ServerResponse) => {
      if (request.url === '/sign-out') await session().destroy();
      else session().set('user', 'ada');
      if (request.url === '/slow') {
        gates.emit('entered');
        await hasEnded;
      }
      response.end('ok');
    },
    { session: sessions({ secret, store: new Map(), log: silentLog }) },
  );
  await withServer(listen(createServer(scoped)), async (server) => {
    const cookie = cookieOf(await sendRequest(server, { path: '/' }));
    const slow = sendRequest(server, { path: '/slow', headers: { cookie } });
    await hasEntered;
    await sendRequest(server, { path: '/sign-out', headers: { cookie } });
    gates.emit('ended');
    assert.equal((await slow).status, 409);
  });
});
