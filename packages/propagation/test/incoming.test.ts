/**
 * Values that requests carry, with every adapter of `@throughline/request`: two requests at once, of which the first one
 * calls both back, in its own frame, at a step of the framework. Each must read its own values in everything that follows.
 */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import 'reflect-metadata';
import { serve } from '@hono/node-server';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { currentDeadline, Propagated, propagationReport, withDeadline } from '@throughline/propagation';
import { incoming } from '@throughline/propagation/incoming';
import { tryGetRequestScope } from '@throughline/request';
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
import { H3, serve as serveH3 } from 'h3';
import { Hono } from 'hono';
import Koa from 'koa';
import { startServer } from './local-servers.js';

const tenant = new Propagated<string>('tenant', { maxLength: 64 });
const locale = new Propagated<string>('locale', { trust: true });

/** What the code of a request reads, as text. */
async function read(): Promise<string> {
  await undefined;
  const before = tenant.get();
  await new Promise((resolve) => setTimeout(resolve, 1));
  const { path, signal } = tryGetRequestScope() ?? {};
  return JSON.stringify({
    tenant: before === tenant.get() ? before : 'changed',
    locale: locale.get(),
    path,
    hasDeadline: currentDeadline() !== undefined,
    isAborted: signal?.aborted,
  });
}

/** Waits until the deadline aborts the signal of the scope. */
async function readReason(): Promise<string> {
  const signal = tryGetRequestScope()?.signal;
  // Where there is no server, nothing else keeps the process alive: the timer of a deadline does not.
  const keepAlive = setTimeout(() => {}, 60_000);
  if (signal?.aborted === false) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  clearTimeout(keepAlive);
  return `${(signal?.reason as Error | undefined)?.name}`;
}

/** Calls back for two requests at once, in the frame of the first one. */
class Pair {
  readonly #waiting: (() => void)[] = [];

  join(callback: () => void): void {
    if (this.#waiting.push(callback) < 2) return;
    for (const waiting of this.#waiting.splice(0)) waiting();
  }

  continueWith<R>(next: () => R | PromiseLike<R>): Promise<R> {
    return new Promise((resolve) => this.join(() => resolve(next())));
  }
}

/** Whether the request waits for another one before it is handled. */
const isPaired = (url: string) => url.includes('/pair');

interface Service {
  /** Sends a request, and returns the body of the response. */
  send(path: string, headers: Record<string, string | string[]>): Promise<{ status: number; body: string }>;
  close(): Promise<unknown>;
}

function serviceAt(origin: string, close: () => Promise<unknown>): Service {
  return {
    close,
    send: async (path, headers) => {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request(origin + path, { headers, agent: false }, resolve)
          .on('error', reject)
          .end();
      });
      return { status: response.statusCode ?? 0, body: await text(response) };
    },
  };
}

const propagation = incoming({ trust: true });
const handle = (path: string) => (path.startsWith('/deadline') ? readReason() : read());

const services: Readonly<Record<string, () => Promise<Service>>> = {
  'node:http': async () => {
    const pair = new Pair();
    const listener = async (received: IncomingMessage, response: ServerResponse) => {
      const path = `${received.url}`;
      // Listeners of the request run in its scope, wherever the event is emitted.
      const ended = new Promise<string>((resolve, reject) => {
        received.on('close', () => handle(path).then(resolve, reject));
      });
      const body = isPaired(path)
        ? await pair.continueWith(() => {
            received.resume();
            return ended;
          })
        : await handle(path);
      response.end(body);
    };
    const { origin, close } = await startServer(httpScope(listener, { propagation }));
    return serviceAt(origin, close);
  },
  express: async () => {
    const pair = new Pair();
    const app = express();
    app.use(expressScope({ propagation }));
    app.use((received, _response, next) => (isPaired(received.url) ? pair.join(() => next()) : next()));
    app.get('*path', async (received, response) => void response.send(await handle(received.path)));
    const { origin, close } = await startServer(app);
    return serviceAt(origin, close);
  },
  fastify: async () => {
    const pair = new Pair();
    const app = fastify();
    await app.register(fastifyScope({ propagation }));
    app.addHook('preHandler', (received, _reply, done) => (isPaired(received.url) ? pair.join(done) : done()));
    app.get('*', (received) => handle(received.url));
    return serviceAt(await app.listen({ port: 0, host: '127.0.0.1' }), () => app.close());
  },
  koa: async () => {
    const pair = new Pair();
    const app = new Koa();
    app.use(koaScope({ propagation }));
    app.use((context, next) => (isPaired(context.path) ? pair.continueWith(next) : next()));
    app.use(async (context) => {
      context.body = await handle(context.path);
    });
    const { origin, close } = await startServer(app.callback());
    return serviceAt(origin, close);
  },
  'hono on Node': async () => {
    const pair = new Pair();
    const app = new Hono();
    app.use(honoScope({ propagation }));
    app.use((context, next) => (isPaired(context.req.path) ? pair.continueWith(next) : next()));
    app.get('*', async (context) => context.text(await handle(context.req.path)));
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    return serviceAt(`http://127.0.0.1:${port}`, async () => server.close());
  },
  'hono with Fetch': async () => {
    const pair = new Pair();
    const app = new Hono();
    app.use(honoScope({ propagation }));
    app.use((context, next) => (isPaired(context.req.path) ? pair.continueWith(next) : next()));
    app.get('*', async (context) => context.text(await handle(context.req.path)));
    return fetchService((received) => app.fetch(received));
  },
  'h3 on Node': async () => {
    const server = serveH3(createH3(), { port: 0, hostname: '127.0.0.1', silent: true });
    await server.ready();
    return serviceAt(`${server.url}`.replace(/\/$/, ''), () => server.close(true));
  },
  'h3 with Fetch': async () => {
    const app = createH3();
    return fetchService(async (received) => app.fetch(received));
  },
  nest: async () => {
    const pair = new Pair();
    class AppModule {}
    Module({ imports: [RequestScopeModule.forRoot({ propagation })] })(AppModule);
    const app = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
    app.use((received: IncomingMessage, _response: ServerResponse, next: () => void) =>
      isPaired(`${received.url}`) ? pair.join(next) : next(),
    );
    app.use((received: IncomingMessage, response: ServerResponse) => {
      void handle(`${received.url}`).then((body) => response.end(body));
    });
    await app.listen(0, '127.0.0.1');
    return serviceAt(await app.getUrl(), () => app.close());
  },
  web: async () => {
    const pair = new Pair();
    // The application continues in the scope of the request itself: there is no step of a framework.
    const handler = webScope(
      async (received) => {
        const { pathname } = new URL(received.url);
        if (isPaired(pathname)) await new Promise<void>((resolve) => pair.join(resolve));
        return new Response(await handle(pathname));
      },
      { propagation },
    );
    return fetchService(async (received) => handler(received));
  },
};

function createH3(): H3 {
  const pair = new Pair();
  const app = new H3();
  app.use(h3Scope({ propagation }));
  app.use((event, next) => (isPaired(event.url.pathname) ? pair.continueWith(next) : next()));
  app.get('/**', (event) => handle(event.url.pathname));
  return app;
}

function fetchService(fetch: (received: Request) => Response | Promise<Response>): Service {
  return {
    close: async () => {},
    send: async (path, headers) => {
      const own = new Headers();
      for (const [name, value] of Object.entries(headers)) for (const one of [value].flat()) own.append(name, one);
      const response = await fetch(new Request(`http://localhost${path}`, { headers: own }));
      return { status: response.status, body: await response.text() };
    },
  };
}

const HOSTILE_HEADERS: readonly Record<string, string | string[]>[] = [
  { baggage: 'tenant=%E0%A4%A' },
  { baggage: 'tenant' },
  { baggage: '=,=;=,;;,' },
  { baggage: `tenant=${'x'.repeat(4000)}` },
  { baggage: Array.from({ length: 400 }, (_, index) => `k${index}=v`).join(',') },
  { baggage: ['tenant=one', 'tenant=two'] },
  { baggage: '__proto__=x,constructor=y,hasOwnProperty=%00%0d%0a' },
  { baggage: 'tenant={"__proto__":1}'.replaceAll('"', '%22') },
  { 'throughline-timeout-ms': '-1' },
  { 'throughline-timeout-ms': ['1', '2'] },
  { 'throughline-timeout-ms': '1e999' },
  { traceparent: 'zz' },
];

for (const [name, start] of Object.entries(services)) {
  describe(`requests of ${name}`, () => {
    async function withService(use: (service: Service) => Promise<void>): Promise<void> {
      const service = await start();
      try {
        await use(service);
      } finally {
        await service.close();
      }
    }

    it('have their values, also after another request has called them back', () =>
      withService(async ({ send }) => {
        for (const path of ['/single', '/pair']) {
          const names = path === '/pair' ? ['acme', 'other'] : ['acme'];
          const bodies = await Promise.all(
            names.map(async (own) =>
              JSON.parse((await send(`${path}/${own}`, { baggage: `tenant=${own},unknown=1` })).body),
            ),
          );
          assert.deepEqual(
            bodies,
            names.map((own) => ({ tenant: own, path: `${path}/${own}`, hasDeadline: false, isAborted: false })),
          );
        }
      }));

    it('have none if they carry none, next to one that carries some', () =>
      withService(async ({ send }) => {
        const [first, second] = await Promise.all([
          send('/pair/acme', { baggage: 'tenant=acme' }),
          send('/pair/none', {}),
        ]);
        assert.equal(JSON.parse(`${first?.body}`).tenant, 'acme');
        assert.equal(JSON.parse(`${second?.body}`).tenant, undefined);
      }));

    it('have a signal that aborts at the deadline which they carry', () =>
      withService(async ({ send }) => {
        assert.equal((await send('/deadline', { 'throughline-timeout-ms': '30' })).body, 'TimeoutError');
        const { body } = await send('/single', { 'throughline-timeout-ms': '60000' });
        assert.equal(JSON.parse(body).hasDeadline, true);
      }));

    it('are served even if their headers are hostile', () =>
      withService(async ({ send }) => {
        for (const headers of HOSTILE_HEADERS) {
          const { status, body } = await send('/single', headers);
          assert.equal(status, 200, JSON.stringify(headers).slice(0, 100));
          assert.equal(JSON.parse(body).tenant, undefined, JSON.stringify(headers).slice(0, 100));
        }
        assert.ok(propagationReport().dropped > 0);
      }));
  });
}

describe('without trust', () => {
  it('only what the declarations always believe has a value', async () => {
    const listener = async (_: IncomingMessage, response: ServerResponse) => void response.end(await read());
    for (const [options, expected] of [
      [{}, { locale: 'fr' }],
      [{ trust: false }, { locale: 'fr' }],
      [{ trust: ['tenant'] }, { tenant: 'acme', locale: 'fr' }],
      [{ trust: true }, { tenant: 'acme', locale: 'fr' }],
    ] as const) {
      const { origin, close } = await startServer(httpScope(listener, { propagation: incoming(options) }));
      const { body } = await serviceAt(origin, close).send('/', { baggage: 'tenant=acme,locale=fr' });
      const { tenant: believed, locale: always } = JSON.parse(body) as Record<string, string>;
      assert.deepEqual({ ...(believed !== undefined && { tenant: believed }), locale: always }, expected);
      await close();
    }
  });

  it('a value that lists the addresses of its senders is believed from these, also if IPv6 maps them', () => {
    const internal = new Propagated<string>('internal', { trust: ['10.0.0.5', /^fd00:/] });
    const read = incoming({ trust: true });
    const header = (name: string) => (name === 'baggage' ? 'internal=x' : undefined);
    const readFrom = (remoteAddress: string | undefined) => read({ header, remoteAddress }).get(internal);
    for (const address of ['10.0.0.5', '::ffff:10.0.0.5', '::FFFF:10.0.0.5', 'fd00::1']) {
      assert.equal(readFrom(address), 'x', address);
    }
    for (const address of ['10.0.0.6', '::ffff:10.0.0.6', '::ffff:fd00:1', undefined]) {
      assert.equal(readFrom(address), undefined, `${address}`);
    }
  });

  it('invalid options are refused', () => {
    assert.throws(() => incoming({ trust: 'yes' } as object), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => incoming({ trusted: true } as object), { code: 'ERR_INVALID_ARG_VALUE' });
    assert.throws(() => expressScope({ propagation: true as never }), {
      code: 'ERR_INVALID_OPTION',
      message: /^propagation must be what incoming\(\) of @throughline\/propagation\/incoming returns/,
    });
  });
});

describe('a client that disconnects', () => {
  // The deadline is that of the request's headers, of its scope, or of an inner call.
  const deadlines = [
    [{ 'throughline-timeout-ms': '60000' }, {}, undefined],
    [{ 'throughline-timeout-ms': '60000' }, { deadline: 90_000 }, undefined],
    [{ 'throughline-timeout-ms': '60000' }, {}, 30_000],
    [{}, { deadline: 60_000 }, undefined],
  ] as const;
  for (const [headers, options, inner] of deadlines) {
    it(`cancels what its request has started: ${JSON.stringify([headers, options, inner ?? null])}`, async () => {
      const readSignal = () => currentDeadline()?.signal;
      let signal: AbortSignal | undefined;
      const { promise: arrived, resolve: arrive } = withResolvers();
      const listener = () => {
        signal = inner === undefined ? readSignal() : withDeadline(inner, readSignal);
        arrive();
      };
      const { origin, close } = await startServer(httpScope(listener, { propagation, ...options }));
      const sent = request(origin, { headers }).on('error', () => {});
      sent.end();
      try {
        await arrived;
        assert.equal(signal?.aborted, false);
        const aborted = new Promise((resolve) => signal?.addEventListener('abort', () => resolve(signal?.reason.name)));
        sent.destroy();
        const late = new Promise((resolve) => setTimeout(resolve, 2000, 'not aborted'));
        assert.equal(await Promise.race([aborted, late]), 'AbortError');
      } finally {
        await close();
      }
    });
  }
});

function withResolvers() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

it('an upgrade has its values as long as its socket', async () => {
  const server = createServer();
  server.on(
    'upgrade',
    upgradeScope(
      (_request, socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
        socket.on('data', () => void read().then((body) => socket.end(body)));
      },
      { propagation },
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const sent = request({
    port,
    host: '127.0.0.1',
    path: '/socket',
    headers: { connection: 'upgrade', upgrade: 'echo', baggage: 'tenant=acme' },
  });
  sent.end();
  const socket = await new Promise<Duplex>((resolve) => sent.on('upgrade', (_response, upgraded) => resolve(upgraded)));
  socket.write('hello');
  assert.equal(JSON.parse(await text(socket)).tenant, 'acme');
  server.close();
});

it('a stream of http2 has its values', async () => {
  const server = createHttp2Server();
  server.on(
    'stream',
    streamScope(
      async (stream) => {
        stream.respond({ ':status': 200 });
        stream.end(await read());
      },
      { propagation },
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  try {
    const bodies = await Promise.all(
      ['acme', 'other'].map((name) => text(client.request({ ':path': '/', baggage: `tenant=${name}` }))),
    );
    assert.deepEqual(
      bodies.map((body) => JSON.parse(body).tenant),
      ['acme', 'other'],
    );
  } finally {
    client.destroy();
    server.close();
  }
});
