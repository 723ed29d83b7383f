/**
 * What sessions do on every adapter: they refuse requests of other sites, they keep a response with a cookie out of
 * shared caches, and an error after a sign-in does not sign the user out.
 */
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { describe, it } from 'node:test';
import { createAdaptorServer, upgradeWebSocket } from '@hono/node-server';
import { All, Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type RequestScopeOptions, session } from '@throughline/request';
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
import { fastify } from 'fastify';
import { defineWebSocketHandler, H3 } from 'h3';
import { serve as serveH3 } from 'h3/node';
import { Hono } from 'hono';
import Koa from 'koa';
import { WebSocketServer } from 'ws';
import { cookieOf, sendRequest } from './http/client.js';
import { listen, listenHttp2, type RunningServer, withServer } from './http/server.js';

// Express 4 comes without types and has everything that is used here.
const { default: express4 } = (await import('express4' as string)) as { default: typeof express };

const silentLog = { warn() {}, error() {} };
const secret = 'a secret of thirty-two characters';

/** Signs in at `/sign-in`, fails after it has moved the session at `/fail`, and returns the user of the session. */
async function handle(path: string): Promise<string> {
  if (path === '/sign-in') await session().regenerate({ user: 'ada' });
  if (path === '/fail') {
    await session().regenerate();
    throw new Error('after the session has moved');
  }
  return String(session().user);
}

/** @param trustsProxy whether the framework trusts the proxy that has connected */
type Start = (options: RequestScopeOptions, trustsProxy: boolean) => Promise<RunningServer>;

interface Adapter {
  start: Start;
  /** Whether the framework has a setting for trusted proxies. */
  knowsProxies: boolean;
}

/** node:http has no error handler, so the listener has one. */
const listener = async (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
): Promise<void> => {
  try {
    response.end(await handle(request.url ?? ''));
  } catch {
    response.statusCode = 500;
    response.end('failed');
  }
};

function startExpress(framework: typeof express): Start {
  return (options, trustsProxy) => {
    const app = framework();
    app.set('env', 'test');
    if (trustsProxy) app.set('trust proxy', 'loopback');
    app.use(expressScope(options));
    app.use((request, response, next) => handle(request.path).then((text) => response.send(text), next));
    return listen(createServer(app));
  };
}

class Routes {
  root(): Promise<string> {
    return handle('/');
  }

  signIn(): Promise<string> {
    return handle('/sign-in');
  }

  fail(): Promise<string> {
    return handle('/fail');
  }
}
Controller()(Routes);
for (const [name, path] of [
  ['root', '/'],
  ['signIn', '/sign-in'],
  ['fail', '/fail'],
] as const) {
  All(path)(Routes.prototype, name, Object.getOwnPropertyDescriptor(Routes.prototype, name) ?? {});
}

function startNest(platform: 'express' | 'fastify'): Start {
  return async (options, trustsProxy) => {
    class Root {}
    Module({ imports: [RequestScopeModule.forRoot(options)], controllers: [Routes] })(Root);
    const settings = { logger: false, forceCloseConnections: true } as const;
    const adapter =
      platform === 'express'
        ? new ExpressAdapter()
        : new FastifyAdapter({ trustProxy: trustsProxy ? 'loopback' : false });
    if (adapter instanceof ExpressAdapter && trustsProxy) adapter.set('trust proxy', 'loopback');
    const app = await NestFactory.create<NestFastifyApplication>(Root, adapter as FastifyAdapter, settings);
    await app.listen(0, '127.0.0.1');
    return { port: (app.getHttpServer().address() as AddressInfo).port, close: () => app.close() };
  };
}

function listenWeb(fetch: (request: Request) => Response | Promise<Response>): Promise<RunningServer> {
  return listen(createAdaptorServer({ fetch: (request) => fetch(request), overrideGlobalObjects: false }) as Server);
}

function honoApp(options: RequestScopeOptions): Hono {
  const app = new Hono();
  app.use(honoScope(options));
  app.all('*', async (c) => c.text(await handle(c.req.path)));
  // Hono's default error handler ignores the status of an error of a handler, and prints the error.
  app.onError((error, c) => c.text('failed', 'status' in error && error.status === 403 ? 403 : 500));
  return app;
}

function h3App(options: RequestScopeOptions): H3 {
  const app = new H3({ silent: true });
  app.use(h3Scope(options));
  app.all('/**', (event) => handle(event.url.pathname));
  return app;
}

const adapters: Record<string, Adapter> = {
  'node:http': {
    knowsProxies: true,
    start: (options, trustsProxy) =>
      listen(createServer(httpScope(listener, { ...options, ...(trustsProxy && { trustProxy: 'loopback' }) }))),
  },
  'node:http2': {
    knowsProxies: true,
    start: (options, trustsProxy) =>
      listenHttp2(
        createHttp2Server(httpScope(listener, { ...options, ...(trustsProxy && { trustProxy: 'loopback' }) })),
      ),
  },
  'Express 5': { knowsProxies: true, start: startExpress(express) },
  'Express 4': { knowsProxies: true, start: startExpress(express4) },
  Fastify: {
    knowsProxies: true,
    start: async (options, trustsProxy) => {
      const app = fastify({ forceCloseConnections: true, trustProxy: trustsProxy ? 'loopback' : false });
      await app.register(fastifyScope, options);
      app.all('*', (request) => handle(request.url));
      await app.listen({ host: '127.0.0.1', port: 0 });
      return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
    },
  },
  Koa: {
    knowsProxies: true,
    start: (options, trustsProxy) => {
      const app = new Koa({ proxy: trustsProxy });
      app.silent = true;
      app.use(koaScope(options));
      app.use(async (context) => {
        context.body = await handle(context.path);
      });
      return listen(createServer(app.callback()));
    },
  },
  'Hono on Node': {
    knowsProxies: false,
    start: (options) =>
      listen(createAdaptorServer({ fetch: honoApp(options).fetch, overrideGlobalObjects: false }) as Server),
  },
  'Hono on web requests': { knowsProxies: false, start: (options) => listenWeb(honoApp(options).fetch) },
  'h3 on Node': {
    knowsProxies: true,
    start: async (options, trustsProxy) => {
      const server = serveH3(h3App(options), {
        hostname: '127.0.0.1',
        port: 0,
        silent: true,
        gracefulShutdown: false,
        trustProxy: trustsProxy ? 'loopback' : false,
      });
      await server.ready();
      return { port: Number(new URL(server.url ?? '').port), close: () => server.close(true) };
    },
  },
  'h3 on web requests': { knowsProxies: false, start: (options) => listenWeb(h3App(options).fetch) },
  'Nest on Express': { knowsProxies: true, start: startNest('express') },
  'Nest on Fastify': { knowsProxies: true, start: startNest('fastify') },
  'a web handler': {
    knowsProxies: false,
    start: (options) =>
      listenWeb(
        webScope(async (request) => new Response(await handle(new URL(request.url).pathname)), {
          ...options,
          log: silentLog,
        }),
      ),
  },
};

/** Requests a WebSocket, and returns the status of the response. */
async function upgradeStatus(port: number, headers: Record<string, string>): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  try {
    socket.write(
      `GET /socket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${lines.join('')}\r\n`,
    );
    const [chunk] = await once(socket, 'data');
    return Number(/^HTTP\/1\.1 (\d{3}) /.exec(String(chunk))?.[1]);
  } finally {
    socket.destroy();
  }
}

const startHonoWithSockets: Start = (options) => {
  const app = honoApp(options);
  const server = new WebSocketServer({ noServer: true });
  const websocket = { server } as NonNullable<Parameters<typeof createAdaptorServer>[0]['websocket']>;
  app.get(
    '/socket',
    upgradeWebSocket(() => ({})),
  );
  return listen(createAdaptorServer({ fetch: app.fetch, websocket, overrideGlobalObjects: false }) as Server);
};

const startH3WithSockets: Start = async (options) => {
  const app = new H3({ silent: true });
  app.use(h3Scope(options));
  app.get(
    '/socket',
    defineWebSocketHandler(() => ({})),
  );
  app.all('/**', (event) => handle(event.url.pathname));
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

for (const [name, { start, knowsProxies }] of Object.entries(adapters)) {
  describe(`sessions on ${name}`, { timeout: 20_000 }, () => {
    const startWithSessions = (trustsProxy = false) =>
      start({ session: sessions({ secret, store: new Map(), log: silentLog }) }, trustsProxy);

    it('a response with the cookie is not for shared caches', () =>
      withServer(startWithSessions(), async (server) => {
        const { headers } = await sendRequest(server, { path: '/sign-in' });
        assert.deepEqual([headers['cache-control'], headers.vary], ['private', 'Cookie']);
        const anonymous = await sendRequest(server, { path: '/' });
        assert.deepEqual([anonymous.headers['cache-control'], anonymous.headers.vary], [undefined, undefined]);
      }));

    it('a request of another site with the cookie is a 403', () =>
      withServer(startWithSessions(), async (server) => {
        const cookie = cookieOf(await sendRequest(server, { path: '/sign-in' }));
        const send = (headers: Record<string, string>) =>
          sendRequest(server, { path: '/', method: 'POST', headers: { cookie, ...headers } });
        assert.equal((await send({ 'sec-fetch-site': 'cross-site' })).status, 403);
        assert.equal((await send({ origin: 'https://evil.example' })).status, 403);
        const sameOrigin = await send({ origin: `http://127.0.0.1:${server.port}` });
        assert.deepEqual([sameOrigin.status, sameOrigin.body], [200, 'ada']);
        assert.equal((await send({ 'sec-fetch-site': 'same-origin' })).body, 'ada');
      }));

    if (knowsProxies) {
      for (const [trust, status] of [
        [true, 200],
        [false, 403],
      ] as const) {
        it(`the host is that in x-forwarded-host ${trust ? 'if' : 'only if'} the proxy is trusted`, () =>
          withServer(startWithSessions(trust), async (server) => {
            const cookie = cookieOf(await sendRequest(server, { path: '/sign-in' }));
            const headers = { cookie, origin: 'https://shop.example', 'x-forwarded-host': 'shop.example' };
            assert.equal((await sendRequest(server, { path: '/', method: 'POST', headers })).status, status);
          }));
      }
    }

    it('an error after regenerate() does not sign the user out', () =>
      withServer(startWithSessions(), async (server) => {
        const before = cookieOf(await sendRequest(server, { path: '/sign-in' }));
        const failed = await sendRequest(server, { path: '/fail', headers: { cookie: before } });
        assert.equal(failed.status, 500);
        const cookie = cookieOf(failed);
        assert.match(cookie, /^sid=/);
        assert.notEqual(cookie, before);
        assert.equal((await sendRequest(server, { path: '/', headers: { cookie } })).body, 'ada');
        assert.equal((await sendRequest(server, { path: '/', headers: { cookie: before } })).body, 'undefined');
      }));
  });
}

describe('a WebSocket that a page of another site opens with the session cookie', { timeout: 20_000 }, () => {
  const starts: Record<string, Start> = {
    'node:http': (options) => {
      const server = createServer(httpScope(listener, options));
      server.on(
        'upgrade',
        upgradeScope((_request, socket) => void socket.end('HTTP/1.1 426 Upgrade Required\r\n\r\n'), options),
      );
      return listen(server);
    },
    'Hono on Node': startHonoWithSockets,
    'h3 on Node': startH3WithSockets,
  };
  for (const [name, start] of Object.entries(starts)) {
    it(`is refused with 403 by ${name}`, () =>
      withServer(start({ session: sessions({ secret, store: new Map(), log: silentLog }) }, false), async (server) => {
        const cookie = cookieOf(await sendRequest(server, { path: '/sign-in' }));
        assert.equal(await upgradeStatus(server.port, { cookie, origin: 'https://evil.example' }), 403);
        assert.equal(await upgradeStatus(server.port, { cookie, 'sec-fetch-site': 'same-site' }), 403);
        const origin = `http://127.0.0.1:${server.port}`;
        assert.notEqual(await upgradeStatus(server.port, { cookie, origin }), 403);
        assert.notEqual(await upgradeStatus(server.port, { origin: 'https://evil.example' }), 403);
      }));
  }
});
