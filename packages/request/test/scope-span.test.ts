/** The scope of a request has the ids of OpenTelemetry's active span, with every adapter and the real API. */
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { context, type Span } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { getRequestScope, logFields } from '@throughline/request';
import { requestScope as expressScope } from '@throughline/request/express';
import { requestScope as fastifyScope } from '@throughline/request/fastify';
import { requestScope as h3Scope } from '@throughline/request/h3';
import { requestScope as honoScope } from '@throughline/request/hono';
import { requestScope as httpScope } from '@throughline/request/http';
import { requestScope as koaScope } from '@throughline/request/koa';
import { RequestScopeModule } from '@throughline/request/nest';
import { requestScope as webScope } from '@throughline/request/web';
import express from 'express';
import { fastify } from 'fastify';
import { H3 } from 'h3';
import { Hono } from 'hono';
import Koa from 'koa';
import { sendRequest } from './http/client.js';
import { listen, withServer } from './http/server.js';

const tracer = new BasicTracerProvider().getTracer('test');

before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager()));
after(() => context.disable());

const idsOf = (span: Span) => {
  const { traceId, spanId } = span.spanContext();
  return `${traceId} ${spanId}`;
};

const idsOfScope = () => {
  const { traceId, spanId } = getRequestScope();
  assert.deepEqual([traceId, spanId], [logFields().traceId, logFields().spanId]);
  return `${traceId} ${spanId}`;
};

/** What a route does: it opens spans, and reads the scope before, within and after them. */
async function readInSpans(): Promise<string> {
  const seen = [idsOfScope() === 'undefined undefined'];
  await tracer.startActiveSpan('route', async (route) => {
    await setTimeout(Math.random() * 5);
    seen.push(idsOfScope() === idsOf(route));
    await tracer.startActiveSpan('query', async (query) => {
      await setTimeout(Math.random() * 5);
      seen.push(idsOfScope() === idsOf(query));
      query.end();
    });
    seen.push(idsOfScope() === idsOf(route));
    route.end();
  });
  return seen.join();
}

const serverOf = (listener: unknown) => createServer(listener as RequestListener);

class IdsController {
  read(): Promise<string> {
    return readInSpans();
  }
}
Controller()(IdsController);
Get('/')(IdsController.prototype, 'read', Object.getOwnPropertyDescriptor(IdsController.prototype, 'read') ?? {});

class IdsModule {}
Module({ imports: [RequestScopeModule.forRoot()], controllers: [IdsController] })(IdsModule);

async function createNestServer(adapter: ExpressAdapter | FastifyAdapter): Promise<Server> {
  const app = await NestFactory.create(IdsModule, adapter, { logger: false });
  await app.init();
  if (adapter instanceof FastifyAdapter) await adapter.getInstance().ready();
  return app.getHttpServer();
}

const servers: Readonly<Record<string, () => Server | Promise<Server>>> = {
  'node:http': () =>
    createServer(
      httpScope((_request, response) => {
        void readInSpans().then((body) => response.end(body));
      }),
    ),
  Express() {
    const app = express();
    app.use(expressScope());
    app.get('/', async (_request, response) => void response.send(await readInSpans()));
    return serverOf(app);
  },
  async Fastify() {
    const app = fastify();
    await app.register(fastifyScope());
    app.get('/', () => readInSpans());
    await app.ready();
    return app.server;
  },
  Koa() {
    const app = new Koa();
    app.use(koaScope());
    app.use(async (koaContext) => {
      koaContext.body = await readInSpans();
    });
    return serverOf(app.callback());
  },
  Hono() {
    const app = new Hono();
    app.use(honoScope());
    app.get('/', async (honoContext) => honoContext.text(await readInSpans()));
    return createAdaptorServer({ fetch: app.fetch }) as Server;
  },
  h3() {
    const app = new H3();
    app.use(h3Scope());
    app.get('/', () => readInSpans());
    return createAdaptorServer({ fetch: (request) => app.fetch(request) }) as Server;
  },
  'the Fetch API'() {
    const handler = webScope(async () => new Response(await readInSpans()));
    return createAdaptorServer({ fetch: (request) => handler(request) }) as Server;
  },
  'Nest on Express': () => createNestServer(new ExpressAdapter()),
  'Nest on Fastify': () => createNestServer(new FastifyAdapter()),
};

for (const [name, create] of Object.entries(servers)) {
  test(`${name}: ten requests at once each read the ids of their own spans`, async () => {
    await withServer(listen(await create()), async (server) => {
      const responses = await Promise.all(Array.from({ length: 10 }, () => sendRequest(server, { path: '/' })));
      assert.deepEqual(
        responses.map(({ body }) => body),
        Array.from({ length: 10 }, () => 'true,true,true,true'),
      );
    });
  });
}
