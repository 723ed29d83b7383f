/**
 * The adapters of frameworks that run on servers of node:http, on another runtime than Node: a middleware of each
 * framework is called back from another request or from the root. Prints a line for each kind with the number of
 * requests whose handler read their own scope and session, and with the number of requests.
 */
import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getRequestScope, session, tryGetRequestScope } from '@throughline/request';
import { requestScope as expressScope } from '@throughline/request/express';
import { requestScope as fastifyScope } from '@throughline/request/fastify';
import { requestScope as httpScope } from '@throughline/request/http';
import { requestScope as koaScope } from '@throughline/request/koa';
import { requestScope as nestScope } from '@throughline/request/nest';
import { sessions } from '@throughline/request/sessions';
import express from 'express';
import { fastify } from 'fastify';
import Koa from 'koa';
import { AsyncLocalStorage } from 'throughline';

const { default: express4 } = (await import('express4' as string)) as { default: typeof express };

class AppModule {}
Module({})(AppModule);

const REQUESTS = 40;
const runInRoot = AsyncLocalStorage.snapshot();
const options = {
  session: sessions({ secret: 'a secret of thirty-two characters', log: { warn() {}, error() {} } }),
};

/** Calls a function later, in the frame of the first request that waits, or in the root. */
type Wait = (proceed: () => unknown) => unknown;
type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

function callbacks(isInRoot: boolean): Wait {
  const waiting: (() => unknown)[] = [];
  const release = () => {
    for (const proceed of waiting.splice(0)) proceed();
  };
  return (proceed) => {
    if (waiting.push(proceed) > 1) return;
    if (isInRoot) runInRoot(setTimeout, release, 5);
    else setTimeout(release, 5);
  };
}

function emitter(isInRoot: boolean): Wait {
  const ready = new EventEmitter().setMaxListeners(0);
  const wait = callbacks(isInRoot);
  return (proceed) => {
    ready.once('ready', proceed);
    wait(() => ready.emit('ready'));
  };
}

/** A promise that another request, or the root, resolves. */
function latePromise(isInRoot: boolean): Wait {
  const wait = callbacks(isInRoot);
  return (proceed) => new Promise((resolve) => wait(() => resolve(undefined))).then(proceed);
}

/** Reads what a handler of the request `/name` must find, and begins its session. */
function readOwn(): string {
  const path = tryGetRequestScope()?.path ?? 'none';
  if (path !== 'none') session().set('path', path);
  return `${path} ${path === 'none' ? 'none' : session().get('path')}`;
}

const apps: Readonly<Record<string, (wait: Wait) => Promise<Listener>>> = {
  ...Object.fromEntries(
    Object.entries({ 'Express 5': express, 'Express 4': express4 }).map(([name, createApp]) => [
      name,
      async (wait: Wait): Promise<Listener> => {
        const app = createApp();
        app.use(expressScope(options));
        app.use((_request, _response, next) => void wait(() => next()));
        app.get('/:name', (_request, response) => void response.send(readOwn()));
        return app;
      },
    ]),
  ),
  Koa: async (wait) => {
    const app = new Koa();
    app.use(koaScope(options));
    app.use((_context, next) => new Promise((resolve, reject) => wait(() => next().then(resolve, reject))));
    app.use((context) => {
      context.body = readOwn();
    });
    return app.callback();
  },
  Fastify: async (wait) => {
    const app = fastify();
    app.register(fastifyScope(options));
    app.addHook('onRequest', (_request, _reply, done) => void wait(() => done()));
    app.addHook('preHandler', (_request, _reply, done) => void wait(() => done()));
    app.get('/:name', async () => readOwn());
    await app.ready();
    return (request, response) => app.routing(request, response);
  },
  'Nest on Express': async (wait) => {
    const app = await NestFactory.create(AppModule, { logger: false });
    app.use(nestScope(options));
    app.use((_request: unknown, _response: unknown, next: () => void) => void wait(() => next()));
    app.use((_request: unknown, response: ServerResponse) => void response.end(readOwn()));
    await app.init();
    return app.getHttpAdapter().getInstance();
  },
  // There is no later step, but listeners of the request and of the response.
  'node:http': async (wait) =>
    httpScope((request: IncomingMessage, response: ServerResponse) => {
      session().set('path', getRequestScope().path);
      request.on('end', () => wait(() => response.emit('proceed')));
      response.on('proceed', () => response.end(readOwn()));
      request.resume();
    }, options),
};

for (const [name, createApp] of Object.entries(apps)) {
  for (const [style, createWait] of Object.entries({ callbacks, emitter, latePromise })) {
    for (const isInRoot of [true, false]) {
      const server = createServer(await createApp(createWait(isInRoot)));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const read = await Promise.all(
        Array.from({ length: REQUESTS }, async (_, index) => {
          const path = `/user-${index}`;
          const response = await fetch(`http://127.0.0.1:${port}${path}`);
          return (await response.text()) === `${path} ${path}`;
        }),
      );
      server.closeAllConnections();
      server.close();
      console.log(`${name}, ${style}, ${isInRoot ? 'root' : 'other'}: ${read.filter(Boolean).length} of ${REQUESTS}`);
    }
  }
}
process.exit(0);
