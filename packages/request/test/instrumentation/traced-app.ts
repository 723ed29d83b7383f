/**
 * Serves requests with an application that OpenTelemetry instruments, behind steps that call all requests back in the
 * frame of the last one. It prints the paths of the requests that read another scope, and the names of the spans. The
 * test runs this program in a process of its own, because an instrumentation changes a framework for the whole process.
 *
 * Arguments: the framework, what is loaded first (`adapter` or `instrumentation`), and the number of requests.
 */
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type fastifyOtel from '@fastify/otel';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { KoaInstrumentation } from '@opentelemetry/instrumentation-koa';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type * as Adapter from '@throughline/request';
import type * as ExpressAdapter from '@throughline/request/express';
import type * as FastifyAdapter from '@throughline/request/fastify';
import type * as KoaAdapter from '@throughline/request/koa';
import type express from 'express';
import type { fastify } from 'fastify';
import type Koa from 'koa';
import { sendRequest } from '../http/client.js';
import { listen, type RunningServer, withServer } from '../http/server.js';

const [frameworkName = '', first, count] = process.argv.slice(2);
/** How many requests are sent at once. */
let size = 1;

// Instrumentations observe require().
const require = createRequire(import.meta.url);

const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
trace.setGlobalTracerProvider(tracerProvider);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const tracer = tracerProvider.getTracer('test');

/** Calls back for all requests at once, in the frame of the last one. */
class Group {
  readonly #waiting: (() => void)[] = [];

  join(callback: () => void): void {
    if (this.#waiting.push(callback) < size) return;
    for (const waiting of this.#waiting.splice(0)) waiting();
  }

  continueWith<R>(next: () => R | PromiseLike<R>): Promise<R> {
    return new Promise((resolve) => this.join(() => resolve(next())));
  }
}

const wrongPaths: string[] = [];
function check(path: string): void {
  const { tryGetRequestScope }: typeof Adapter = require('@throughline/request');
  if (tryGetRequestScope()?.path !== path) wrongPaths.push(path);
}

/** Each request is in a span, as with the instrumentation of node:http: without one, the others create none. */
const inSpan =
  (listener: RequestListener): RequestListener =>
  (request, response) =>
    tracer.startActiveSpan('request', (span) => {
      response.once('close', () => span.end());
      listener(request, response);
    });

function buildKoa(): Promise<RunningServer> {
  const { requestScope }: typeof KoaAdapter = require('@throughline/request/koa');
  const Framework: typeof Koa = require('koa');
  const { Router } = require('@koa/router') as typeof import('@koa/router');
  const groups = [new Group(), new Group()] as const;
  const app = new Framework();
  app.use(requestScope());
  app.use(async function wait(_, next) {
    await groups[0].continueWith(next);
  });
  app.use(async function afterWait({ path }, next) {
    check(path);
    await next();
  });
  const router = new Router();
  router.get(
    '/:name',
    async (_, next) => groups[1].continueWith(next),
    (koaContext) => {
      check(koaContext.path);
      koaContext.body = 'ok';
    },
  );
  app.use(router.routes());
  return listen(createServer(inSpan(app.callback())));
}

function buildExpress(): Promise<RunningServer> {
  const { requestScope }: typeof ExpressAdapter = require('@throughline/request/express');
  const framework: typeof express = require('express');
  const groups = [new Group(), new Group(), new Group()] as const;
  const app = framework();
  app.use(requestScope());
  app.use(function wait(_request, _response, next) {
    groups[0].join(() => next());
  });
  const router = framework.Router();
  router.use((request, _response, next) => {
    check(request.originalUrl);
    groups[1].join(() => next());
  });
  router.get('/:name', (request, _response, next) => {
    check(request.originalUrl);
    groups[2].join(() => next(new Error('an error')));
  });
  app.use(router);
  app.use(((_error, request, response, _next) => {
    check(request.originalUrl);
    response.send('ok');
  }) as express.ErrorRequestHandler);
  return listen(createServer(inSpan(app)));
}

async function buildFastify(): Promise<RunningServer> {
  const { requestScope }: typeof FastifyAdapter = require('@throughline/request/fastify');
  const { FastifyOtelInstrumentation }: typeof fastifyOtel = require('@fastify/otel');
  const { fastify: create }: { fastify: typeof fastify } = require('fastify');
  const groups = [new Group(), new Group(), new Group()] as const;
  const app = create();
  const instrumentation = new FastifyOtelInstrumentation();
  instrumentation.setTracerProvider(tracerProvider);
  const registrations = [() => app.register(requestScope()), () => app.register(instrumentation.plugin())];
  if (first === 'instrumentation') registrations.reverse();
  for (const register of registrations) await register();
  app.addHook('onRequest', (_request, _reply, done) => groups[0].join(() => done()));
  app.addHook('preHandler', function wait(request, _reply, done) {
    check(request.url);
    groups[1].join(() => done());
  });
  app.get('/:name', (request, reply) => {
    check(request.url);
    groups[2].join(() => void reply.send('ok'));
  });
  app.addHook('onSend', async (request) => check(request.url));
  await app.ready();
  return listen(createServer((request, response) => app.routing(request, response)));
}

const frameworks: Readonly<Record<string, () => Promise<RunningServer>>> = {
  express: buildExpress,
  fastify: buildFastify,
  koa: buildKoa,
};

/** Builds the application, and sends it requests. */
async function serve(): Promise<void> {
  const build = frameworks[frameworkName];
  if (build === undefined) throw new Error(`There is no application for ${frameworkName}.`);
  await withServer(build(), async (server) => {
    const paths = Array.from({ length: size }, (_, index) => `/user-${index}`);
    const responses = await Promise.all(paths.map((path) => sendRequest(server, { path })));
    for (const { status, body } of responses) if (body !== 'ok') throw new Error(`${status} ${body}`);
  });
}

// An adapter changes a framework when it is loaded, or when it sees the first request.
if (first === 'adapter') await serve();
registerInstrumentations({
  tracerProvider,
  instrumentations: [new ExpressInstrumentation(), new KoaInstrumentation()],
});
size = Number(count);
await serve();
const spans = [...new Set(exporter.getFinishedSpans().map(({ name }) => name))];
console.log(JSON.stringify({ wrongPaths, spans }));
