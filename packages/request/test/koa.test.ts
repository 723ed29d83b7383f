import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { type RequestScopeOptions, session, tryGetRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/koa';
import { sessions } from '@throughline/request/sessions';
import type { Middleware } from 'koa';
import Koa, { type Context } from 'koa';
import bodyParser from 'koa-bodyparser';
import type { LossName } from './battery/cases.js';
import {
  chunks,
  endless,
  events,
  race,
  received,
  rejects,
  scopeText,
  steps,
  untilDeadline,
  watchSignal,
} from './battery/handlers.js';
import { noteEnd, readUpload, writeAll } from './battery/node-handlers.js';
import { type Note, noteFor, seenText } from './battery/recorded-reads.js';
import { testLosses } from './battery/run-battery.js';
import { type Answer, ask } from './http/client.js';
import { listen, listenHttp2, type RunningServer, withServer } from './http/server.js';
import { BreakableMap } from './sessions/breakable-store.js';

/** It comes without types; what is used of it is this. */
interface Multer {
  default: () => { single(field: string): Middleware };
}
const { default: multer } = (await import('@koa/multer' as string)) as Multer;

const shared: LossName[] = [
  'a handler',
  'Promise.race with a timeout',
  'the path as sent',
  'a JSON body in several chunks',
  'a form in several chunks',
  'a multipart upload',
  'finish and close of the answer',
  'an error that is thrown',
  'an error after an await',
  "the framework's own error answer",
  'no such route',
  'a streamed answer that the client reads slowly',
  'drain of the answer',
  'server-sent events',
  'a client that goes away while it sends',
  'a client that goes away while it reads',
  'close of an answer that nobody reads to its end',
  'the deadline',
  'a request without an id',
  'an id that is not safe',
  'an id that is not trusted',
];

/** Writes an answer by hand, past Koa. */
async function write(context: Context, pieces: AsyncIterable<string | Uint8Array>, note: Note): Promise<void> {
  context.respond = false;
  context.status = 200;
  await writeAll(context.res, pieces, note);
}

const handlers: Record<string, (context: Context, note: Note) => unknown> = {
  'GET /seen': (context) => {
    context.body = seenText(String(context.query.id));
  },
  'GET /plain': async (context, note) => {
    await steps(note);
    context.body = 'ok';
  },
  'GET /race': async (context, note) => {
    await race(note);
    context.body = 'ok';
  },
  'GET /scope': (context) => {
    context.body = scopeText();
  },
  'GET /mounted/scope': (context) => {
    context.url = '/scope';
    context.body = scopeText();
  },
  'GET /ended': (context, note) => {
    noteEnd(context.res, note);
    context.body = 'ok';
  },
  'GET /throws': () => {
    throw new Error('thrown');
  },
  'GET /rejects': (_, note) => rejects(note),
  'GET /unhandled': () => {
    throw new Error('unhandled');
  },
  'GET /stream': (context, note) => write(context, chunks(note), note),
  // The events go as Koa sends a stream, which is when all middleware is through.
  'GET /events': (context, note) => {
    context.type = 'text/event-stream';
    context.body = Readable.from(events(note));
  },
  'GET /endless': (context, note) => {
    noteEnd(context.res, note);
    context.body = Readable.from(endless(note));
  },
  'POST /unfinished': async (context, note) => {
    watchSignal(note);
    note('handler');
    await readUpload(context.req, note);
    context.body = '';
  },
  'GET /deadline': async (context, note) => {
    const reason = await untilDeadline(note);
    context.status = 503;
    context.body = reason;
  },
};

function build(options: RequestScopeOptions): Koa {
  const app = new Koa();
  app.use(requestScope(options));
  app.use(async (context, next) => {
    try {
      await next();
    } catch (error) {
      noteFor(context.headers['x-request-id'])('error handler');
      if (!(error instanceof Error) || error.message === 'unhandled') throw error;
      context.status = 500;
      context.body = error.message;
    }
  });
  const parser = bodyParser();
  const upload = multer().single('file');
  app.use((context, next) => {
    if (context.path === '/upload') return upload(context, next);
    return context.path === '/unfinished' ? next() : parser(context, next);
  });
  app.use(async (context) => {
    const note = noteFor(context.headers['x-request-id']);
    const handler = handlers[`${context.method} ${context.path}`];
    if (handler !== undefined) {
      await handler(context, note);
    } else if (context.path === '/json' || context.path === '/form') {
      const { body } = context.request;
      context.body = await received(
        note,
        body !== null && typeof body === 'object' ? `${Reflect.get(body, 'text')}` : '',
      );
    } else if (context.path === '/upload') {
      context.body = await received(note, context.file.buffer.toString());
    } else {
      note('not found');
      context.status = 404;
      context.body = 'not found';
    }
  });
  app.on('error', (_: Error, context: Context) => noteFor(context.headers['x-request-id'])("the application's error"));
  return app;
}

const serve = (app: Koa): Promise<RunningServer> => listen(createServer(app.callback()));

testLosses('Koa', (options) => serve(build(options)), [
  ...shared,
  'many requests over one keep-alive socket',
  'pipelined requests',
]);
testLosses('Koa on http2', (options) => listenHttp2(createHttp2Server(build(options).callback())), [
  ...shared,
  'http2 streams of one session',
]);

const secret = 'a secret of the tests, which is long enough';
const quiet = { warn() {}, error() {} };

const cookieOf = (headers: Readonly<Record<string, unknown>>) => String(headers['set-cookie']).split(';', 1)[0] ?? '';

/** A Blob that knows when its bytes are asked for. */
class StreamedBlob extends Blob {
  readonly #stream: ReadableStream<Uint8Array<ArrayBuffer>>;

  constructor(stream: ReadableStream) {
    super(['aaa'], { type: 'text/own' });
    this.#stream = stream;
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#stream;
  }
}

/** What an application answers whose body is made of a web stream, and which requests its pieces were made for. */
async function streamed(make: (stream: ReadableStream<Uint8Array>) => unknown, middleware: Middleware[]) {
  const seen: (string | undefined)[] = [];
  const app = new Koa();
  for (const one of middleware) app.use(one);
  app.use((context) => {
    context.body = make(
      new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            seen.push(tryGetRequestScope()?.id);
            await new Promise(setImmediate);
            if (seen.length === 4) controller.close();
            else controller.enqueue(Buffer.from('a'));
          },
        },
        { highWaterMark: 0 },
      ),
    );
  });
  let answer: Answer | undefined;
  await withServer(serve(app), async (server) => {
    answer = await ask(server, { path: '/', headers: { 'x-request-id': 'mine' } });
  });
  assert.ok(answer !== undefined);
  return { answer: { ...answer, headers: { ...answer.headers } }, seen };
}

describe('Koa', () => {
  it('answers an error itself with the id and the cookie, and tells of it in the scope', async () => {
    const app = new Koa();
    const heard: string[] = [];
    app.on('error', (error: Error) => heard.push(`${error.message} ${scopeText()}`));
    app.use(requestScope({ trustRequestId: true, session: sessions({ secret, store: new Map(), log: quiet }) }));
    app.use(async (context) => {
      if (context.path === '/read') {
        context.body = session().get('user');
        return;
      }
      context.set('x-other', 'of the answer that was not to be');
      session().set('user', 'ada');
      if (context.path === '/saved') await session().save();
      throw new Error('unhandled');
    });
    await withServer(serve(app), async (server) => {
      for (const path of ['/saved', '/unsaved']) {
        const { status, headers, body } = await ask(server, { path, headers: { 'x-request-id': 'mine' } });
        assert.deepEqual([status, body], [500, 'Internal Server Error']);
        assert.equal(headers['x-request-id'], 'mine');
        assert.equal(headers['x-other'], undefined);
        assert.equal(heard.pop(), `unhandled {"id":"mine","method":"GET","path":"${path}"}`);
        const cookie = cookieOf(headers);
        assert.match(cookie, /^sid=/);
        assert.equal((await ask(server, { path: '/read', headers: { cookie } })).body, 'ada');
      }
    });
  });

  it('leaves errors to what the application has put in the place of context.onerror', async () => {
    const app = new Koa();
    app.context.onerror = function (this: Context, error: Error | null) {
      if (error == null) return;
      for (const name of this.res.getHeaderNames()) this.res.removeHeader(name);
      this.res.statusCode = 418;
      this.res.end(`${error.message} ${scopeText()}`);
    };
    app.use(requestScope({ trustRequestId: true }));
    app.use(() => {
      throw new Error('mine');
    });
    await withServer(serve(app), async (server) => {
      const { status, headers, body } = await ask(server, { path: '/', headers: { 'x-request-id': 'own' } });
      assert.deepEqual([status, body], [418, 'mine {"id":"own","method":"GET","path":"/"}']);
      assert.equal(headers['x-request-id'], 'own');
    });
  });

  it('learns of https from Koa, which knows the proxies', async () => {
    for (const proxy of [true, false]) {
      const app = new Koa();
      app.proxy = proxy;
      app.use(requestScope({ session: sessions({ secret, store: new Map(), log: quiet }) }));
      app.use((context) => {
        session().set('user', 'ada');
        context.body = 'ok';
      });
      await withServer(serve(app), async (server) => {
        const { headers } = await ask(server, { path: '/', headers: { 'x-forwarded-proto': 'https' } });
        assert.equal(/; Secure/.test(String(headers['set-cookie'])), proxy);
        assert.equal(/__Host-/.test(String(headers['set-cookie'])), proxy);
      });
    }
  });

  it('throws where a session cannot be loaded, in the scope', async () => {
    const store = new BreakableMap();
    const app = new Koa();
    const heard: string[] = [];
    app.on('error', (error: { code?: string }) => heard.push(`${error.code} ${scopeText()}`));
    app.use(requestScope({ trustRequestId: true, session: sessions({ secret, store, log: quiet }) }));
    app.use((context) => {
      session().set('user', 'ada');
      context.body = 'ok';
    });
    await withServer(serve(app), async (server) => {
      const cookie = cookieOf((await ask(server, { path: '/' })).headers);
      store.isBroken = true;
      const { status, headers } = await ask(server, { path: '/', headers: { cookie, 'x-request-id': 'broken' } });
      assert.deepEqual([status, headers['x-request-id']], [503, 'broken']);
      assert.deepEqual(heard, ['ERR_SESSION_STORE {"id":"broken","method":"GET","path":"/"}']);
    });
  });

  for (const [kind, make] of Object.entries<(stream: ReadableStream<Uint8Array>) => unknown>({
    'a web stream': (stream) => stream,
    'a Response': (stream) => new Response(stream, { status: 203, headers: { 'x-own': 'kept' } }),
    'a Blob': (stream) => new StreamedBlob(stream),
  })) {
    it(`has ${kind} read in the scope, and its headers are as they were`, async () => {
      const plain = await streamed(make, []);
      const scoped = await streamed(make, [requestScope({ trustRequestId: true })]);
      assert.deepEqual(scoped.seen, new Array(4).fill('mine'));
      assert.equal(scoped.answer.headers['x-request-id'], 'mine');
      delete scoped.answer.headers['x-request-id'];
      for (const { answer } of [plain, scoped]) delete answer.headers.date;
      assert.deepEqual(scoped.answer, plain.answer);
    });
  }

  it('leaves alone a web stream that Koa cannot read', async () => {
    const app = new Koa();
    const heard: string[] = [];
    app.on('error', (error: Error) => heard.push(error.name));
    app.use(async (_, next) => {
      await next();
      heard.push('through');
    });
    app.use(requestScope());
    app.use((context) => {
      const stream = new ReadableStream();
      stream.getReader();
      context.body = stream;
    });
    await withServer(serve(app), async (server) => {
      assert.equal((await ask(server, { path: '/' })).status, 500);
    });
    assert.deepEqual(heard, ['through', 'TypeError']);
  });

  it('refuses an option that is not what it must be where it is mounted', () => {
    assert.throws(() => requestScope({ deadline: -1 }), { code: 'ERR_INVALID_OPTION' });
  });
});
