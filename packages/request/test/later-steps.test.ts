/**
 * Steps that an application adds when requests have been served already, or had before the adapter, and what an adapter
 * does if a framework looks different.
 */
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { Router as KoaRouter } from '@koa/router';
import { requestScope as expressScope } from '@throughline/request/express';
import { requestScope as fastifyScope } from '@throughline/request/fastify';
import { requestScope as h3Scope } from '@throughline/request/h3';
import { requestScope as honoScope } from '@throughline/request/hono';
import { requestScope as koaScope } from '@throughline/request/koa';
import { requestScope as webScope } from '@throughline/request/web';
import express from 'express';
import { fastify } from 'fastify';
import { defineHandler, H3 } from 'h3';
import { Hono } from 'hono';
import { every, except, some } from 'hono/combine';
import { LinearRouter } from 'hono/router/linear-router';
import { PatternRouter } from 'hono/router/pattern-router';
import { RegExpRouter } from 'hono/router/reg-exp-router';
import { TrieRouter } from 'hono/router/trie-router';
import Koa from 'koa';
import compose from 'koa-compose';
import mount from 'koa-mount';
import { sendRequest } from './http/client.js';
import { listen, withServer } from './http/server.js';
import { assertBothOwn, isOwn, Pair } from './two-requests.js';

const { default: express4 } = (await import('express4' as string)) as { default: typeof express };

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

describe('Hono, middleware that is combined with the adapter', () => {
  const wait = (pair: Pair) => (_: unknown, next: () => Promise<void>) => pair.continueWith(next);
  const combinations = {
    'every()': (pair: Pair) => every(honoScope(), wait(pair)),
    'every() in every()': (pair: Pair) => every(every(honoScope()), wait(pair)),
    'some()': (pair: Pair) => some(every(honoScope(), wait(pair)), () => false),
    'except()': (pair: Pair) => except('/public', honoScope(), wait(pair)),
  };
  for (const [name, combine] of Object.entries(combinations)) {
    it(`holds a handler after ${name} from the first request on`, async () => {
      const app = new Hono();
      app.use(combine(new Pair()));
      app.get('/:name', (context) => context.text(isOwn(context.req.path)));
      const send = async (path: string) => (await app.request(path)).text();
      await assertBothOwn(send);
      await assertBothOwn(send);
    });

    it(`holds the handlers for unknown routes and errors after ${name} from the second request on`, async () => {
      const app = new Hono();
      app.use(combine(new Pair()));
      app.get('/:name/error', () => {
        throw new Error('thrown');
      });
      app.notFound((context) => context.text(isOwn(context.req.path)));
      app.onError((_, context) => context.text(isOwn(context.req.path)));
      const send = async (path: string) => (await app.request(path)).text();
      for (const paths of [
        ['/ada', '/bob'],
        ['/ada/error', '/bob/error'],
      ]) {
        await Promise.all(paths.map(send));
        await assertBothOwn(send, paths);
      }
    });
  }
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

  it('holds the param handlers that a router gets after the first request', async () => {
    const pair = new Pair();
    const app = new Koa();
    const router = new KoaRouter();
    router.get('/:name', (context) => {
      context.body = `${context.state.isOwn}`;
    });
    app.use(koaScope()).use(router.routes());
    await withServer(listen(createServer(app.callback())), async (server) => {
      const send = async (path: string) => (await sendRequest(server, { path })).body;
      assert.equal(await send('/first'), 'undefined');
      router.param('name', (_name, _context, next) => pair.continueWith(next));
      router.param('name', (_name, context, next) => {
        context.state.isOwn = isOwn(context.path);
        return next();
      });
      await assertBothOwn(send);
    });
  });

  it('holds the handlers that a router calls for unknown routes, although they were added after the first request', async () => {
    const pair = new Pair();
    const app = new Koa();
    const router = new KoaRouter();
    router.get('/first', (context) => {
      context.body = 'first';
    });
    app.use(koaScope()).use(router.routes());
    await withServer(listen(createServer(app.callback())), async (server) => {
      const send = async (path: string) => (await sendRequest(server, { path })).body;
      assert.equal(await send('/first'), 'first');
      router.on('not-found', (_, next) => pair.continueWith(next));
      router.on('not-found', (context) => {
        context.body = isOwn(context.path);
      });
      await assertBothOwn(send);
    });
  });
});

describe('Koa, an application with the adapter', () => {
  /** Serves an application, to which `build` adds a middleware and a handler after the adapter. */
  async function assertHeld(build: (app: Koa, wait: Koa.Middleware, respond: Koa.Middleware) => void): Promise<void> {
    const pair = new Pair();
    const app = new Koa();
    build(
      app,
      (_, next) => pair.continueWith(next),
      (context) => {
        context.body = isOwn(context.originalUrl);
      },
    );
    await withServer(listen(createServer(app.callback())), (server) =>
      assertBothOwn(async (path) => (await sendRequest(server, { path })).body, ['/path/ada', '/path/bob']),
    );
  }

  it('holds its steps if another library wraps each middleware', async () => {
    await assertHeld((app, ...others) => {
      for (const middleware of [koaScope(), ...others]) app.use((context, next) => middleware(context, next));
    });
  });

  it('holds its steps if they are added to the array', async () => {
    await assertHeld((app, ...others) => app.middleware.push(koaScope(), ...others));
  });

  it('holds its steps if it is inside of a composed middleware', async () => {
    await assertHeld((app, ...others) => {
      app.use(compose([koaScope()]));
      for (const middleware of others) app.use(middleware);
    });
  });

  it('holds the steps of an application that is mounted in it', async () => {
    await assertHeld((app, ...others) => {
      const mounted = new Koa();
      for (const middleware of others) mounted.use(middleware);
      app.use(koaScope()).use(mount('/path', mounted));
    });
  });

  it('leaves the name and the properties of a middleware visible', () => {
    const router = new KoaRouter();
    const app = new Koa().use(koaScope()).use(router.routes());
    app.use(async function named() {});
    assert.deepEqual(
      app.middleware.slice(1).map((middleware) => [middleware.name, Reflect.get(middleware, 'router')]),
      [
        [router.routes().name, router],
        ['named', undefined],
      ],
    );
  });

  it('passes on with next() what a middleware returns', async () => {
    const app = new Koa();
    app.use(koaScope());
    app.use(async (context, next) => {
      context.body = `returned ${await next()}`;
    });
    app.use(async () => 'a value');
    await withServer(listen(createServer(app.callback())), async (server) => {
      assert.equal((await sendRequest(server, { path: '/' })).body, 'returned a value');
    });
  });

  it('warns once if the application is of another copy of Koa', async (test) => {
    const warn = test.mock.method(console, 'warn', () => {});
    const require = createRequire(import.meta.url);
    delete require.cache[require.resolve('koa')];
    const OtherKoa: typeof Koa = require('koa');
    assert.notEqual(OtherKoa, Koa);
    const adapter = koaScope();
    for (const framework of [Koa, OtherKoa, OtherKoa]) {
      const router = new KoaRouter().get('/', adapter, (context) => {
        context.body = isOwn(context.path);
      });
      const app = new framework().use(router.routes());
      await withServer(listen(createServer(app.callback())), async (server) => {
        assert.equal((await sendRequest(server, { path: '/' })).body, 'true');
      });
      assert.equal(warn.mock.callCount(), framework === Koa ? 0 : 1);
    }
    assert.match(String(warn.mock.calls[0]?.arguments[0]), /another copy of koa .* npm ls koa lists them/);
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

describe('h3, a handler that was defined with middleware of its own', () => {
  const define = (pair: Pair) =>
    defineHandler({
      meta: { isKept: true },
      middleware: [(_, next) => pair.continueWith(() => next())],
      handler: (event) => `${isOwn(event.url.pathname) === 'true' && event.context.matchedRoute?.meta?.isKept}`,
    });
  const send = (app: H3) => async (path: string) => (await app.request(path)).text();

  it('holds it as the handler of a route', async () => {
    const app = new H3();
    app.use(h3Scope());
    app.get('/:name', define(new Pair()));
    await assertBothOwn(send(app));
  });

  it('holds it as the handler of a route that was registered before the adapter', async () => {
    const app = new H3();
    app.get('/:name', define(new Pair()));
    app.use(h3Scope());
    await assertBothOwn(send(app));
  });

  it('holds it as a middleware', async () => {
    const pair = new Pair();
    const app = new H3();
    app.use(h3Scope());
    app.use(
      defineHandler({
        middleware: [(_, next) => pair.continueWith(() => next())],
        handler: (event) => isOwn(event.url.pathname),
      }),
    );
    await assertBothOwn(send(app));
  });

  it('holds what follows a middleware that returns a thenable of another library', async () => {
    const pair = new Pair();
    const app = new H3();
    app.use(h3Scope());
    // It calls its reactions wherever it is settled.
    // biome-ignore lint/suspicious/noThenProperty: the test is about thenables
    const thenable = { then: (resolve: (value?: undefined) => void) => pair.join(() => resolve()) };
    app.use(() => thenable as unknown as undefined);
    app.get('/:name', (event) => isOwn(event.url.pathname));
    await assertBothOwn(send(app));
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
