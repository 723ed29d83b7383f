/**
 * Steps that an application adds when requests have been served already, or had before the adapter, and what an adapter
 * does if a framework looks different.
 */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import middie from '@fastify/middie';
import { Router as KoaRouter } from '@koa/router';
import { tryGetRequestScope } from '@throughline/request';
import { requestScope as expressScope } from '@throughline/request/express';
import { requestScope as fastifyScope } from '@throughline/request/fastify';
import { requestScope as h3Scope } from '@throughline/request/h3';
import { requestScope as honoScope } from '@throughline/request/hono';
import { requestScope as koaScope } from '@throughline/request/koa';
import { requestScope as webScope } from '@throughline/request/web';
import express from 'express';
import { fastify } from 'fastify';
import { H3 } from 'h3';
import { Hono } from 'hono';
import { LinearRouter } from 'hono/router/linear-router';
import { PatternRouter } from 'hono/router/pattern-router';
import { RegExpRouter } from 'hono/router/reg-exp-router';
import { TrieRouter } from 'hono/router/trie-router';
import Koa from 'koa';
import { sendRequest } from './http/client.js';
import { listen, withServer } from './http/server.js';

const { default: express4 } = (await import('express4' as string)) as { default: typeof express };

/** Calls back for two requests at once, in the frame of the first one. */
class Pair {
  readonly #waiting: (() => void)[] = [];

  join(callback: () => void): void {
    if (this.#waiting.push(callback) < 2) return;
    for (const waiting of this.#waiting.splice(0)) waiting();
  }

  /** Continues with `next` once two requests wait. */
  continueWith<R>(next: () => R | PromiseLike<R>): Promise<R> {
    return new Promise((resolve) => this.join(() => resolve(next())));
  }
}

/** Whether the current scope is that of the request with this path. */
const isOwn = (path: string) => `${tryGetRequestScope()?.path === path}`;

/** Sends two requests at once, and asserts that both read their own scope. */
async function assertBothOwn(send: (path: string) => Promise<string>, paths = ['/ada', '/bob']): Promise<void> {
  assert.deepEqual(await Promise.all(paths.map(send)), ['true', 'true']);
}

for (const [name, framework] of [
  ['Express 5', express],
  ['Express 4', express4],
] as const) {
  describe(`${name}, steps that are added after the first request`, () => {
    // This comes first: once an adapter has seen a router, each router of this Express wraps handlers when it gets them.
    it('holds the param handlers of a mounted application from its first request on', async () => {
      const pair = new Pair();
      const app = framework();
      app.use(expressScope());
      const mounted = framework();
      mounted.param('name', (_request, _response, next) => pair.join(() => next()));
      mounted.param('name', (request, response, next) => {
        response.locals.isOwn = isOwn(request.originalUrl);
        next();
      });
      mounted.get('/:name', (_, response) => void response.send(response.locals.isOwn));
      app.use('/mounted', mounted);
      await withServer(listen(createServer(app)), (server) =>
        assertBothOwn(async (path) => (await sendRequest(server, { path })).body, ['/mounted/ada', '/mounted/bob']),
      );
    });

    it('holds a middleware, a router, a param handler and a mounted application', async () => {
      const pair = new Pair();
      const app = framework();
      app.use(expressScope());
      app.get('/first', (_, response) => void response.send('first'));
      await withServer(listen(createServer(app)), async (server) => {
        const send = async (path: string) => (await sendRequest(server, { path })).body;
        assert.equal(await send('/first'), 'first');
        app.use((_request, _response, next) => pair.join(() => next()));
        const router = framework.Router();
        router.get('/:name', (request, response) => void response.send(isOwn(request.originalUrl)));
        app.use('/router', router);
        await assertBothOwn(send, ['/router/ada', '/router/bob']);

        router.param('name', (_request, _response, next) => pair.join(() => next()));
        router.param('name', (request, _response, next) => {
          next(isOwn(request.originalUrl) === 'true' ? undefined : new Error('another scope in a param handler'));
        });
        await assertBothOwn(send, ['/router/ada', '/router/bob']);

        const mounted = framework();
        mounted.use((_request, _response, next) => pair.join(() => next()));
        mounted.use((request, response) => void response.send(isOwn(request.originalUrl)));
        app.use('/mounted', mounted);
        await assertBothOwn(send, ['/mounted/ada', '/mounted/bob']);
      });
    });

    it('holds what follows the last step: a callback that is passed to the application', async () => {
      const pair = new Pair();
      const app = framework();
      app.use(expressScope());
      app.get('/first', (_, response) => void response.send('first'));
      app.use((_request, _response, next) => pair.join(() => next(new Error('no error handler'))));
      const listener: RequestListener = (request, response) =>
        app(request as express.Request, response as express.Response, () => response.end(isOwn(`${request.url}`)));
      await withServer(listen(createServer(listener)), async (server) => {
        const send = async (path: string) => (await sendRequest(server, { path })).body;
        // Express is known once it has served a request.
        assert.equal(await send('/first'), 'first');
        await assertBothOwn(send);
      });
    });

    it('holds a request without an application of Express where the adapter itself continues', async () => {
      const middleware = expressScope();
      const server = createServer((request, response) =>
        middleware(request, response, () => response.end(isOwn(`${request.url}`))),
      );
      await withServer(listen(server), (running) =>
        assertBothOwn(async (path) => (await sendRequest(running, { path })).body),
      );
    });
  });
}

describe('Fastify, hooks around the adapter', () => {
  it('holds the hooks that were added before the adapter, and those of a plugin that was registered before it', async () => {
    const pair = new Pair();
    const app = fastify();
    app.addHook('preHandler', (_request, _reply, done) => pair.join(() => done()));
    void app.register(async (plugin) => {
      plugin.addHook('preHandler', (_request, _reply, done) => pair.join(() => done()));
      plugin.get('/:name', async (request) => isOwn(request.url));
    });
    await app.register(fastifyScope);
    try {
      await assertBothOwn(async (path) => (await app.inject(path)).body);
    } finally {
      await app.close();
    }
  });
});

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

for (const [name, Router] of Object.entries({ LinearRouter, PatternRouter, RegExpRouter, TrieRouter })) {
  it(`Hono holds its steps with the ${name}, from the first request on`, async () => {
    const pair = new Pair();
    const app = new Hono({ router: new Router() });
    app.use('*', honoScope());
    app.use('*', (_, next) => pair.continueWith(next));
    app.get('/:name', (context) => context.text(isOwn(context.req.path)));
    const send = async (path: string) => (await app.request(path)).text();
    await assertBothOwn(send);
    await assertBothOwn(send);
  });
}

it('Hono holds its steps in two copies of Hono: those for import and for require()', async () => {
  const { Hono: HonoOfCommonJs }: { Hono: typeof Hono } = createRequire(import.meta.url)('hono');
  assert.notEqual(HonoOfCommonJs, Hono);
  for (const framework of [Hono, HonoOfCommonJs, Hono]) {
    const pair = new Pair();
    const app = new framework();
    app.use(honoScope());
    app.use((_, next) => pair.continueWith(next));
    app.get('/:name', (context) => context.text(isOwn(context.req.path)));
    await assertBothOwn(async (path) => (await app.request(path)).text());
  }
});

it('Hono holds its steps if the application has a binding with the name that @hono/node-server uses', async () => {
  const pair = new Pair();
  const app = new Hono();
  app.use(honoScope());
  app.use((_, next) => pair.continueWith(next));
  app.get('/:name', (context) => context.text(isOwn(context.req.path)));
  await assertBothOwn(async (path) => (await app.request(path, {}, { incoming: {} })).text());
});

describe('Koa, middleware and routes that are added after the first request', () => {
  it('holds them like the others', async () => {
    const pair = new Pair();
    const app = new Koa();
    const router = new KoaRouter();
    app.use(koaScope()).use(koaScope());
    app.use(router.routes());
    router.get('/first', (context) => {
      context.body = 'first';
    });
    await withServer(listen(createServer(app.callback())), async (server) => {
      const send = async (path: string) => (await sendRequest(server, { path })).body;
      assert.equal(await send('/first'), 'first');
      router.get(
        '/:name',
        (_, next) => pair.continueWith(next),
        (context) => {
          context.body = isOwn(context.path);
        },
      );
      await assertBothOwn(send);
    });
  });

  it('runs each step once if one adapter is used for the application and for a route', async () => {
    const pair = new Pair();
    const adapter = koaScope();
    const app = new Koa();
    const router = new KoaRouter();
    router.get(
      '/:name',
      adapter,
      (_, next) => pair.continueWith(next),
      (context) => {
        context.body = isOwn(context.path);
      },
    );
    app.use(adapter).use(router.routes());
    await withServer(listen(createServer(app.callback())), (server) =>
      assertBothOwn(async (path) => (await sendRequest(server, { path })).body),
    );
  });

  it('passes on with next() what a middleware returns, also without the compose function of Koa 3', async () => {
    for (const isKoa2 of [false, true]) {
      const app = new Koa();
      app.use(koaScope());
      app.use(async (context, next) => {
        context.body = `returned ${await next()}`;
      });
      app.use(async () => 'a value');
      const callback = app.callback();
      if (isKoa2) Reflect.set(app, 'compose', undefined);
      await withServer(listen(createServer(callback)), async (server) => {
        assert.equal((await sendRequest(server, { path: '/' })).body, 'returned a value');
      });
    }
  });

  it('serves requests if another library has wrapped the adapter', async () => {
    const adapter = koaScope();
    const app = new Koa();
    app.use((context, next) => adapter(context, next));
    app.use((context) => {
      context.body = isOwn(context.path);
    });
    await withServer(listen(createServer(app.callback())), (server) =>
      assertBothOwn(async (path) => (await sendRequest(server, { path })).body),
    );
  });
});

describe('h3, steps around the adapter', () => {
  it('holds the middleware of a route that was registered before the adapter, and what is added later', async () => {
    const pair = new Pair();
    const app = new H3();
    app.get('/:name', (event) => isOwn(event.url.pathname), {
      middleware: [(_, next) => pair.continueWith(() => next())],
    });
    app.use(h3Scope());
    const send = async (path: string) => (await app.request(path)).text();
    await assertBothOwn(send);
    const mounted = new H3();
    mounted.use((_, next) => pair.continueWith(() => next()));
    mounted.get('/:name', (event) => isOwn(`/mounted${event.url.pathname.replace('/mounted', '')}`));
    app.mount('/mounted', mounted);
    await assertBothOwn(send, ['/mounted/ada', '/mounted/bob']);
  });
});

describe('an adapter inside of the adapter for /web', () => {
  it('holds the steps of Hono', async () => {
    const pair = new Pair();
    const app = new Hono();
    app.use(honoScope());
    app.use((_, next) => pair.continueWith(next));
    app.get('/:name', (context) => context.text(isOwn(context.req.path)));
    const handle = webScope((request: Request) => app.fetch(request));
    await assertBothOwn(async (path) => (await handle(new Request(`http://localhost${path}`))).text());
  });

  it('holds the steps of h3', async () => {
    const pair = new Pair();
    const app = new H3();
    app.use(h3Scope());
    app.use((_, next) => pair.continueWith(() => next()));
    app.get('/:name', (event) => isOwn(event.url.pathname));
    const handle = webScope((request: Request) => app.fetch(request));
    await assertBothOwn(async (path) => (await handle(new Request(`http://localhost${path}`))).text());
  });
});
