/** The options that leave out a feature of the scope, `sendRequestId` and `bindEmitters`, in every adapter. */
import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, request as requestOf } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import 'reflect-metadata';
import { createAdaptorServer } from '@hono/node-server';
import { Controller, Get, Module, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { getRequestScope, type RequestScopeOptions, tryGetRequestScope } from '@throughline/request';
import { requestScope as expressScope } from '@throughline/request/express';
import { requestScope as fastifyScope } from '@throughline/request/fastify';
import { requestScope as h3Scope } from '@throughline/request/h3';
import { requestScope as honoScope } from '@throughline/request/hono';
import { requestScope as httpScope, streamScope, upgradeScope } from '@throughline/request/http';
import { requestScope as koaScope } from '@throughline/request/koa';
import { RequestScopeModule } from '@throughline/request/nest';
import { requestScope as webScope } from '@throughline/request/web';
import express from 'express';
import { fastify } from 'fastify';
import { H3 } from 'h3';
import { serve as serveH3 } from 'h3/node';
import { Hono } from 'hono';
import Koa from 'koa';
import { AsyncLocalStorage } from 'throughline';
import { sendRequest } from './http/client.js';
import { listen, listenHttp2, type RunningServer, withServer } from './http/server.js';

const runInRoot = AsyncLocalStorage.snapshot();

/** Emits events on objects of the request from the root, and returns what their listeners read. */
function readInListeners(...emitters: readonly EventEmitter[]): string {
  const read = (emitter: EventEmitter) => {
    let listenerId: string | undefined;
    emitter.once('probe', () => {
      listenerId = tryGetRequestScope()?.id;
    });
    runInRoot(() => emitter.emit('probe'));
    return listenerId;
  };
  return JSON.stringify({ id: getRequestScope().id, listenerIds: emitters.map((emitter) => read(emitter) ?? null) });
}

type Start = (options: RequestScopeOptions) => Promise<RunningServer>;

class Routes {
  root(request: EventEmitter & { raw?: EventEmitter }): string {
    return readInListeners(request.raw ?? request);
  }
}
Controller()(Routes);
Get('/')(Routes.prototype, 'root', Object.getOwnPropertyDescriptor(Routes.prototype, 'root') ?? {});
Req()(Routes.prototype, 'root', 0);

function startNest(createAdapter: () => ExpressAdapter | FastifyAdapter): Start {
  return async (options) => {
    class App {}
    Module({ imports: [RequestScopeModule.forRoot(options)], controllers: [Routes] })(App);
    const app = await NestFactory.create(App, createAdapter() as ExpressAdapter, { logger: false });
    await app.listen(0, '127.0.0.1');
    const { port } = new URL(await app.getUrl());
    return { port: Number(port), close: () => app.close() };
  };
}

const starts: Readonly<Record<string, Start>> = {
  'node:http': (options) =>
    listen(createServer(httpScope((request, response) => response.end(readInListeners(request, response)), options))),
  'node:http2': (options) =>
    listenHttp2(
      createHttp2Server(httpScope((request, response) => response.end(readInListeners(request, response)), options)),
    ),
  'streams of http2': (options) =>
    listenHttp2(
      createHttp2Server().on(
        'stream',
        streamScope((stream) => {
          const text = readInListeners(stream);
          stream.respond({ ':status': 200 });
          stream.end(text);
        }, options),
      ),
    ),
  Express: (options) => {
    const app = express();
    app.use(expressScope(options));
    app.get('/', (request, response) => void response.send(readInListeners(request, response)));
    return listen(createServer(app));
  },
  Fastify: async (options) => {
    const app = fastify({ forceCloseConnections: true });
    await app.register(fastifyScope(options));
    app.get('/', async (request, reply) => readInListeners(request.raw, reply.raw));
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
  },
  Koa: (options) => {
    const app = new Koa();
    app.use(koaScope(options));
    app.use((context) => {
      context.body = readInListeners(context.req, context.res);
    });
    return listen(createServer(app.callback()));
  },
  Hono: (options) => {
    const app = new Hono<{ Bindings: { incoming: EventEmitter; outgoing: EventEmitter } }>();
    app.use(honoScope(options));
    app.get('/', (context) => context.text(readInListeners(context.env.incoming, context.env.outgoing)));
    const server: unknown = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
    return listen(server as ReturnType<typeof createServer>);
  },
  h3: async (options) => {
    const app = new H3();
    app.use(h3Scope(options));
    app.get('/', (event) => {
      const node: { req?: unknown; res?: unknown } | undefined = event.runtime?.node;
      return readInListeners(node?.req as EventEmitter, node?.res as EventEmitter);
    });
    const server = serveH3(app, { port: 0, hostname: '127.0.0.1', silent: true, gracefulShutdown: false });
    await server.ready();
    return { port: Number(new URL(server.url ?? '').port), close: () => server.close(true) };
  },
  'Nest on Express': startNest(() => new ExpressAdapter()),
  'Nest on Fastify': startNest(() => new FastifyAdapter()),
};

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

for (const [name, start] of Object.entries(starts)) {
  describe(`${name}: features that can be left out`, () => {
    it('sends the id and binds emitters by default', () =>
      withServer(start({ sendRequestId: undefined, bindEmitters: undefined }), async (server) => {
        const { headers, body } = await sendRequest(server, { path: '/' });
        const { id, listenerIds } = JSON.parse(body);
        assert.match(id, UUID);
        assert.equal(headers['x-request-id'], id);
        for (const listenerId of listenerIds) assert.equal(listenerId, id);
      }));

    it('sends no id with sendRequestId: false, but has one', () =>
      withServer(start({ sendRequestId: false }), async (server) => {
        const { headers, body } = await sendRequest(server, { path: '/' });
        const { id, listenerIds } = JSON.parse(body);
        assert.match(id, UUID);
        assert.equal(headers['x-request-id'], undefined);
        for (const listenerId of listenerIds) assert.equal(listenerId, id);
      }));

    it('leaves listeners where they are called with bindEmitters: false', () =>
      withServer(start({ bindEmitters: false }), async (server) => {
        const { headers, body } = await sendRequest(server, { path: '/' });
        const { id, listenerIds } = JSON.parse(body);
        assert.equal(headers['x-request-id'], id);
        for (const listenerId of listenerIds) assert.equal(listenerId, null);
      }));
  });
}

describe('Request and Response: features that can be left out', () => {
  const mounts: Readonly<Record<string, (options: RequestScopeOptions) => (request: Request) => unknown>> = {
    web: (options) => webScope(() => new Response(getRequestScope().id), options),
    Hono: (options) => {
      const app = new Hono().use(honoScope(options)).get('/', (context) => context.text(getRequestScope().id));
      return (request) => app.fetch(request);
    },
    h3: (options) => {
      const app = new H3();
      app.use(h3Scope(options));
      app.get('/', () => getRequestScope().id);
      return (request) => app.fetch(request);
    },
  };
  for (const [name, mount] of Object.entries(mounts)) {
    it(`${name} sends the id unless sendRequestId is false`, async () => {
      for (const sendRequestId of [undefined, true, false]) {
        const response = await mount({ sendRequestId, bindEmitters: false })(new Request('http://localhost/'));
        assert.ok(response instanceof Response);
        const id = await response.text();
        assert.match(id, UUID);
        assert.equal(response.headers.get('x-request-id'), sendRequestId === false ? null : id);
      }
    });
  }
});

it('an id that a client may choose is kept although it is not sent', async () => {
  const handler = webScope(() => new Response(getRequestScope().id), { trustRequestId: true, sendRequestId: false });
  const response = await handler(new Request('http://localhost/', { headers: { 'x-request-id': 'trusted' } }));
  assert.deepEqual([await response.text(), response.headers.get('x-request-id')], ['trusted', null]);
});

it('the socket of an upgrade is bound unless bindEmitters is false', async () => {
  for (const bindEmitters of [undefined, true, false]) {
    const read: (string | null)[] = [];
    const listener = upgradeScope(
      (_request: IncomingMessage, socket) => {
        const { id, listenerIds } = JSON.parse(readInListeners(socket));
        read.push(id, ...listenerIds);
        socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n');
      },
      { bindEmitters },
    );
    await withServer(listen(createServer().on('upgrade', listener)), async ({ port }) => {
      const headers = { connection: 'Upgrade', upgrade: 'test' };
      const upgrading = requestOf({ port, host: '127.0.0.1', headers }).end();
      const [, socket] = await once(upgrading, 'upgrade');
      socket.destroy();
    });
    const [id, listenerId] = read;
    assert.equal(listenerId, bindEmitters === false ? null : id);
  }
});
