/** The middleware that `@fastify/middie` calls inside of one hook of Fastify, routers of Express among them. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import middie from '@fastify/middie';
import { requestScope as fastifyScope } from '@throughline/request/fastify';
import express from 'express';
import { fastify } from 'fastify';
import { assertBothOwn, isOwn, Pair } from './two-requests.js';

const { default: express4 } = (await import('express4' as string)) as { default: typeof express };

for (const [name, framework] of [
  ['Express 5', express],
  ['Express 4', express4],
] as const) {
  it(`Fastify holds the steps of a router of ${name} that @fastify/middie calls`, async () => {
    const pair = new Pair();
    const app = fastify();
    await app.register(fastifyScope);
    await app.register(middie);
    const router = framework.Router();
    router.use((_request, _response, next) => pair.join(() => next()));
    router.use((request, response) => void response.end(isOwn(request.originalUrl)));
    // middie calls any function, although its types name only a few.
    Reflect.apply(app.use, app, ['/router', router]);
    app.get('/*', async () => 'none');
    try {
      await assertBothOwn(async (path) => (await app.inject(path)).body, ['/router/ada', '/router/bob']);
    } finally {
      await app.close();
    }
  });
}

describe('Fastify, middleware of @fastify/middie', () => {
  for (const order of ['before', 'after']) {
    it(`holds each middleware if the adapter is registered ${order} @fastify/middie`, async () => {
      const pair = new Pair();
      const app = fastify();
      const plugins = [() => app.register(middie, { hook: 'preHandler' }), () => app.register(fastifyScope)];
      if (order === 'before') plugins.reverse();
      for (const register of plugins) await register();
      const readInMiddleware = (request: IncomingMessage, _: unknown, next: () => void) => {
        Reflect.set(request, 'isOwn', isOwn(`${request.url}`));
        next();
      };
      const wait = (_request: unknown, _response: unknown, next: () => void) => pair.join(() => next());
      // middie accepts a list, although its types do not say so.
      Reflect.apply(app.use, app, [[wait, readInMiddleware]]);
      app.get('/:name', async ({ raw }) => Reflect.get(raw, 'isOwn'));
      void app.register(async (plugin) => {
        plugin.use('/plugin', wait);
        plugin.use('/plugin', (request, _response, next) => {
          Reflect.set(request, 'isOwn', isOwn(`${request.originalUrl}`));
          next();
        });
        plugin.get('/plugin/:name', async ({ raw }) => Reflect.get(raw, 'isOwn'));
      });
      try {
        const send = async (path: string) => (await app.inject(path)).body;
        await assertBothOwn(send);
        await assertBothOwn(send, ['/plugin/ada', '/plugin/bob']);
      } finally {
        await app.close();
      }
    });
  }
});

it('Fastify calls the functions of a decorator use() of the application with what it passes to them', async () => {
  const app = fastify();
  await app.register(fastifyScope);
  const use = (create: (first?: unknown) => unknown) => [create(), create('first')];
  // The types are those of the decorator of @fastify/middie.
  Reflect.apply(app.decorate, app, ['use', use]);
  assert.deepEqual(Reflect.apply(app.use, app, [(first: unknown) => first]), [undefined, 'first']);
  await app.close();
});
