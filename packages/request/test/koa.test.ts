import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { Router } from '@koa/router';
import { type RequestScopeOptions, session, tryGetRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/koa';
import { sessions } from '@throughline/request/sessions';
import type { Middleware } from 'koa';
import Koa, { type Context } from 'koa';
import bodyParser from 'koa-bodyparser';
import type { CaseName } from './battery/cases.js';
import { callByDetour, DETOUR_HEADER, type DetourRoute, detourRoutesJson, takeDetour } from './battery/detours.js';
import {
  endlessChunks,
  handleParsedBody,
  readAcrossAwaits,
  readAcrossRaces,
  recordAbort,
  rejectAfterAwaits,
  scopeJson,
  serverSentEvents,
  streamedChunks,
  waitForDeadline,
} from './battery/handlers.js';
import { readNodeUpload, recordResponseEnd, writeChunks } from './battery/node-handlers.js';
import { type Recorder, recordedReadsJson, recorderFor } from './battery/recorded-reads.js';
import { runBattery } from './battery/run-battery.js';
import { cookieOf, sendRequest, type TextResponse } from './http/client.js';
import { listen, listenHttp2, type RunningServer, withServer } from './http/server.js';
import { BreakableStore } from './sessions/breakable-store.js';

/** The part of @koa/multer that is used here. The package comes without types. */
interface Multer {
  default: () => { single(field: string): Middleware };
}
const { default: multer } = (await import('@koa/multer' as string)) as Multer;

const sharedCases: CaseName[] = [
  'an async handler',
  'Promise.race() with a timeout',
  'the path as the client sent it',
  'a JSON body in several chunks',
  'a form body in several chunks',
  'a multipart upload',
  "the events 'finish' and 'close' of a response",
  'an error thrown synchronously',
  'an error thrown after an await',
  "the framework's default error response",
  'a request without a matching route',
  'a streamed response that the client reads slowly',
  "the event 'drain' of a response",
  'server-sent events',
  'a client that disconnects during its upload',
  'a client that disconnects during the response',
  "the event 'close' of a response that is not read to its end",
  'a step that returns control from elsewhere, two requests interleaved',
  'a step that returns control from elsewhere, 200 requests interleaved',
  'the deadline of a request',
  'a request without an id',
  'an unsafe request id',
  'an untrusted request id',
];

const detourRoutes: DetourRoute[] = [
  {
    method: 'GET',
    path: '/detour/ada',
    phases: ['a middleware', 'an async middleware', 'a router', 'a param handler', 'a middleware of a route'],
    checkpoints: [
      'after a middleware',
      'after a router',
      'after a param handler',
      'the handler of a route',
      'back in a middleware',
      'finish',
      'close',
    ],
  },
  {
    method: 'GET',
    path: '/detour/ada?fails',
    phases: ['a middleware', 'an async middleware', 'a router', 'a param handler', 'a middleware of a route'],
    checkpoints: [
      'after a middleware',
      'the handler of a route',
      'error handler',
      "the event 'error' of the application",
    ],
  },
];

/** A middleware that takes a detour before it calls `next`. */
const detourAt =
  (phase: string): Middleware =>
  (context, next) =>
    callByDetour(phase, context.get(DETOUR_HEADER), next);

const checkpoint =
  (name: string): Middleware =>
  (context, next) => {
    recorderFor(context.get('x-request-id'))(name);
    return next();
  };

/** Adds the routes on which a request can take a detour. */
function addDetours(app: Koa): void {
  app.use(async (context, next) => {
    if (context.path === '/detours') context.body = detourRoutesJson(detourRoutes);
    else await next();
    recorderFor(context.get('x-request-id'))('back in a middleware');
  });
  app.use(detourAt('a middleware'));
  app.use(async (context, next) => {
    await takeDetour('an async middleware', context.get(DETOUR_HEADER));
    await next();
  });
  app.use(checkpoint('after a middleware'));
  const router = new Router();
  router.use(detourAt('a router'), checkpoint('after a router'));
  router.param('name', (_, context, next) => detourAt('a param handler')(context, next));
  router.get('/detour/:name', checkpoint('after a param handler'), detourAt('a middleware of a route'), (context) => {
    const record = recorderFor(context.get('x-request-id'));
    record('the handler of a route');
    recordResponseEnd(context.res, record);
    if (context.querystring === 'fails') throw new Error('unhandled');
    context.body = 'ok';
  });
  app.use(router.routes());
}

/** Writes a response directly to Node's response, bypassing Koa. */
async function writeDirectly(
  context: Context,
  chunks: AsyncIterable<string | Uint8Array>,
  record: Recorder,
): Promise<void> {
  context.respond = false;
  context.status = 200;
  await writeChunks(context.res, chunks, record);
}

const handlers: Record<string, (context: Context, record: Recorder) => unknown> = {
  'GET /reads': (context) => {
    context.body = recordedReadsJson(String(context.query.id));
  },
  'GET /plain': async (context, record) => {
    await readAcrossAwaits(record);
    context.body = 'ok';
  },
  'GET /race': async (context, record) => {
    await readAcrossRaces(record);
    context.body = 'ok';
  },
  'GET /scope': (context) => {
    context.body = scopeJson();
  },
  'GET /mounted/scope': (context) => {
    context.url = '/scope';
    context.body = scopeJson();
  },
  'GET /ended': (context, record) => {
    recordResponseEnd(context.res, record);
    context.body = 'ok';
  },
  'GET /throws': () => {
    throw new Error('thrown');
  },
  'GET /rejects': (_, record) => rejectAfterAwaits(record),
  'GET /unhandled': () => {
    throw new Error('unhandled');
  },
  'GET /stream': (context, record) => writeDirectly(context, streamedChunks(record), record),
  // Koa sends a stream after all middleware has run.
  'GET /events': (context, record) => {
    context.type = 'text/event-stream';
    context.body = Readable.from(serverSentEvents(record));
  },
  'GET /endless': (context, record) => {
    recordResponseEnd(context.res, record);
    context.body = Readable.from(endlessChunks(record));
  },
  'POST /unfinished': async (context, record) => {
    recordAbort(record);
    record('handler');
    await readNodeUpload(context.req, record);
    context.body = '';
  },
  'GET /deadline': async (context, record) => {
    const reason = await waitForDeadline(record);
    context.status = 503;
    context.body = reason;
  },
};

function buildApp(options: RequestScopeOptions): Koa {
  const app = new Koa();
  app.use(requestScope(options));
  app.use(async (context, next) => {
    try {
      await next();
    } catch (error) {
      recorderFor(context.headers['x-request-id'])('error handler');
      if (!(error instanceof Error) || error.message === 'unhandled') throw error;
      context.status = 500;
      context.body = error.message;
    }
  });
  addDetours(app);
  const parser = bodyParser();
  const upload = multer().single('file');
  app.use((context, next) => {
    if (context.path === '/upload') return upload(context, next);
    return context.path === '/unfinished' ? next() : parser(context, next);
  });
  app.use(async (context) => {
    const record = recorderFor(context.headers['x-request-id']);
    const handler = handlers[`${context.method} ${context.path}`];
    if (handler !== undefined) {
      await handler(context, record);
    } else if (context.path === '/json' || context.path === '/form') {
      const { body } = context.request;
      context.body = await handleParsedBody(
        record,
        body !== null && typeof body === 'object' ? `${Reflect.get(body, 'text')}` : '',
      );
    } else if (context.path === '/upload') {
      context.body = await handleParsedBody(record, context.file.buffer.toString());
    } else {
      record('not found');
      context.status = 404;
      context.body = 'not found';
    }
  });
  app.on('error', (_: Error, context: Context) =>
    recorderFor(context.headers['x-request-id'])("the event 'error' of the application"),
  );
  return app;
}

const serve = (app: Koa): Promise<RunningServer> => listen(createServer(app.callback()));

runBattery('Koa', (options) => serve(buildApp(options)), [
  ...sharedCases,
  'many requests on one keep-alive connection',
  'pipelined requests',
]);
runBattery('Koa on HTTP/2', (options) => listenHttp2(createHttp2Server(buildApp(options).callback())), [
  ...sharedCases,
  'HTTP/2 streams of one session',
]);

const secret = 'a secret of the tests, which is long enough';
const silentLog = { warn() {}, error() {} };

/** A Blob whose bytes come from a stream, so that the test can observe when they are read. */
class StreamedBlob extends Blob {
  readonly #stream: ReadableStream<Uint8Array<ArrayBuffer>>;

  constructor(stream: ReadableStream) {
    super(['aaa'], { type: 'text/custom' });
    this.#stream = stream;
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#stream;
  }
}

/**
 * Sends a request to an application whose body is created from a web stream.
 * @returns the response, and the id of the scope in which each chunk was produced
 */
async function respondWithStream(
  createBody: (stream: ReadableStream<Uint8Array>) => unknown,
  middleware: Middleware[],
) {
  const scopeIds: (string | undefined)[] = [];
  const app = new Koa();
  for (const one of middleware) app.use(one);
  app.use((context) => {
    context.body = createBody(
      new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            scopeIds.push(tryGetRequestScope()?.id);
            await new Promise(setImmediate);
            if (scopeIds.length === 4) controller.close();
            else controller.enqueue(Buffer.from('a'));
          },
        },
        { highWaterMark: 0 },
      ),
    );
  });
  let response: TextResponse | undefined;
  await withServer(serve(app), async (server) => {
    response = await sendRequest(server, { path: '/', headers: { 'x-request-id': 'trusted-id' } });
  });
  assert.ok(response !== undefined);
  return { response: { ...response, headers: { ...response.headers } }, scopeIds };
}

describe('requestScope() of Koa', () => {
  it("keeps the id and the cookie in Koa's error response, and emits 'error' in the scope", async () => {
    const app = new Koa();
    const errors: string[] = [];
    app.on('error', (error: Error) => errors.push(`${error.message} ${scopeJson()}`));
    app.use(requestScope({ trustRequestId: true, session: sessions({ secret, store: new Map(), log: silentLog }) }));
    app.use(async (context) => {
      if (context.path === '/read') {
        context.body = session().get('user');
        return;
      }
      context.set('x-other', 'a header of the response that is replaced');
      session().set('user', 'ada');
      if (context.path === '/saved') await session().save();
      throw new Error('unhandled');
    });
    await withServer(serve(app), async (server) => {
      for (const path of ['/saved', '/unsaved']) {
        const response = await sendRequest(server, { path, headers: { 'x-request-id': 'trusted-id' } });
        const { status, headers, body } = response;
        assert.deepEqual([status, body], [500, 'Internal Server Error']);
        assert.equal(headers['x-request-id'], 'trusted-id');
        assert.equal(headers['x-other'], undefined);
        assert.equal(errors.pop(), `unhandled {"id":"trusted-id","method":"GET","path":"${path}"}`);
        const cookie = cookieOf(response);
        assert.match(cookie, /^sid=/);
        assert.equal((await sendRequest(server, { path: '/read', headers: { cookie } })).body, 'ada');
      }
    });
  });

  it('leaves errors to a context.onerror() that the application has replaced', async () => {
    const app = new Koa();
    app.context.onerror = function (this: Context, error: Error | null) {
      if (error == null) return;
      for (const name of this.res.getHeaderNames()) this.res.removeHeader(name);
      this.res.statusCode = 418;
      this.res.end(`${error.message} ${scopeJson()}`);
    };
    app.use(requestScope({ trustRequestId: true }));
    app.use(() => {
      throw new Error('thrown');
    });
    await withServer(serve(app), async (server) => {
      const { status, headers, body } = await sendRequest(server, { path: '/', headers: { 'x-request-id': 'custom' } });
      assert.deepEqual([status, body], [418, 'thrown {"id":"custom","method":"GET","path":"/"}']);
      assert.equal(headers['x-request-id'], 'custom');
    });
  });

  it('detects HTTPS with the app.proxy setting of Koa', async () => {
    for (const proxy of [true, false]) {
      const app = new Koa();
      app.proxy = proxy;
      app.use(requestScope({ session: sessions({ secret, store: new Map(), log: silentLog }) }));
      app.use((context) => {
        session().set('user', 'ada');
        context.body = 'ok';
      });
      await withServer(serve(app), async (server) => {
        const { headers } = await sendRequest(server, { path: '/', headers: { 'x-forwarded-proto': 'https' } });
        assert.equal(/; Secure/.test(String(headers['set-cookie'])), proxy);
        assert.equal(/__Host-/.test(String(headers['set-cookie'])), proxy);
      });
    }
  });

  it('throws the error of a session that cannot be loaded, in the scope', async () => {
    const store = new BreakableStore();
    const app = new Koa();
    const errors: string[] = [];
    app.on('error', (error: { code?: string }) => errors.push(`${error.code} ${scopeJson()}`));
    app.use(requestScope({ trustRequestId: true, session: sessions({ secret, store, log: silentLog }) }));
    app.use((context) => {
      session().set('user', 'ada');
      context.body = 'ok';
    });
    await withServer(serve(app), async (server) => {
      const cookie = cookieOf(await sendRequest(server, { path: '/' }));
      store.isBroken = true;
      const { status, headers } = await sendRequest(server, {
        path: '/',
        headers: { cookie, 'x-request-id': 'broken' },
      });
      assert.deepEqual([status, headers['x-request-id']], [503, 'broken']);
      assert.deepEqual(errors, ['ERR_SESSION_STORE {"id":"broken","method":"GET","path":"/"}']);
    });
  });

  for (const [kind, createBody] of Object.entries<(stream: ReadableStream<Uint8Array>) => unknown>({
    'a web stream': (stream) => stream,
    'a Response': (stream) => new Response(stream, { status: 203, headers: { 'x-custom': 'value' } }),
    'a Blob': (stream) => new StreamedBlob(stream),
  })) {
    it(`reads a body that is ${kind} in the scope, and leaves the headers unchanged`, async () => {
      const plain = await respondWithStream(createBody, []);
      const scoped = await respondWithStream(createBody, [requestScope({ trustRequestId: true })]);
      assert.deepEqual(scoped.scopeIds, new Array(4).fill('trusted-id'));
      assert.equal(scoped.response.headers['x-request-id'], 'trusted-id');
      delete scoped.response.headers['x-request-id'];
      for (const { response } of [plain, scoped]) delete response.headers.date;
      assert.deepEqual(scoped.response, plain.response);
    });
  }

  it('leaves a locked web stream, which Koa cannot read, unchanged', async () => {
    const app = new Koa();
    const events: string[] = [];
    app.on('error', (error: Error) => events.push(error.name));
    app.use(async (_, next) => {
      await next();
      events.push('the middleware has returned');
    });
    app.use(requestScope());
    app.use((context) => {
      const stream = new ReadableStream();
      stream.getReader();
      context.body = stream;
    });
    await withServer(serve(app), async (server) => {
      assert.equal((await sendRequest(server, { path: '/' })).status, 500);
    });
    assert.deepEqual(events, ['the middleware has returned', 'TypeError']);
  });

  it('rejects an invalid option', () => {
    assert.throws(() => requestScope({ deadline: -1 }), { code: 'ERR_INVALID_OPTION' });
  });
});
