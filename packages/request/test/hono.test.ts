import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer as createHttp2, type Http2Server } from 'node:http2';
import { describe, it } from 'node:test';
import { createAdaptorServer, upgradeWebSocket } from '@hono/node-server';
import {
  getRequestScope,
  RequestError,
  type RequestScopeOptions,
  type Sessions,
  session,
  tryGetRequestScope,
} from '@throughline/request';
import { type HonoOptions, requestScope } from '@throughline/request/hono';
import { sessions } from '@throughline/request/sessions';
import { Hono, type MiddlewareHandler } from 'hono';
import { WebSocket, WebSocketServer } from 'ws';
import { buildHono } from './apps/hono-app.js';
import type { LossName } from './battery/cases.js';
import { testLosses } from './battery/run-battery.js';
import { ask } from './http/client.js';
import { listen, listenHttp2, type RunningServer, withServer } from './http/server.js';
import { emptySession } from './sessions/empty-session.js';
import { HeldSessions, resetWhileLoading } from './sessions/reset-during-upgrade.js';

const everywhere: LossName[] = [
  'a handler',
  'Promise.race with a timeout',
  'the path as sent',
  'a JSON body in several chunks',
  'a form in several chunks',
  'a multipart upload',
  'finish and close of the answer',
  'an error that is thrown',
  'an error after an await',
  'no such route',
  'a streamed answer that the client reads slowly',
  'server-sent events',
  'a client that goes away while it sends',
  'a client that goes away while it reads',
  'close of an answer that nobody reads to its end',
  'the deadline',
  'a request without an id',
  'an id that is not safe',
  'an id that is not trusted',
];

function serve(options: RequestScopeOptions): Promise<RunningServer> {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: true });
  const { fetch } = buildHono(options, upgradeWebSocket);
  // The types of `ws` say that an option may be undefined, those of Hono that it may be missing.
  const websocket = { server: sockets } as NonNullable<Parameters<typeof createAdaptorServer>[0]['websocket']>;
  // Without `createServer`, what is made is a server of node:http.
  return listen(createAdaptorServer({ fetch, websocket }) as Server);
}

function serveHttp2(options: RequestScopeOptions): Promise<RunningServer> {
  const { fetch } = buildHono(options);
  return listenHttp2(createAdaptorServer({ fetch, createServer: createHttp2 }) as Http2Server);
}

testLosses('Hono on Node', serve, [
  ...everywhere,
  'a WebSocket',
  'many requests over one keep-alive socket',
  'pipelined requests',
]);
testLosses('Hono on Node over HTTP/2', serveHttp2, [
  // Hono's helper sets a header that HTTP/2 forbids, with or without a scope.
  ...everywhere.filter((name) => name !== 'server-sent events'),
  'http2 streams of one session',
]);

describe('an upgrade of Hono on Node', () => {
  const build = (...middleware: MiddlewareHandler[]) => {
    const app = new Hono();
    for (const one of middleware) app.use(one);
    app.get(
      '/',
      upgradeWebSocket(() => ({ onOpen: (_, socket) => socket.send(tryGetRequestScope()?.id ?? 'none') })),
    );
    const sockets = new WebSocketServer({ noServer: true });
    // As above.
    const websocket = { server: sockets } as NonNullable<Parameters<typeof createAdaptorServer>[0]['websocket']>;
    return listen(createAdaptorServer({ fetch: app.fetch, websocket }) as Server);
  };

  for (const error of [undefined, new Error('the store is down')]) {
    const what = error === undefined ? 'loaded' : 'refused';
    it(`ends nothing where its client resets while the session is loaded (${what})`, { timeout: 20_000 }, async () => {
      const held = new HeldSessions();
      await withServer(build(requestScope({ session: held })), async ({ port }) => {
        await resetWhileLoading(held, port);
        await held.proceed(error);
      });
    });
  }

  it('has one scope although requestScope is mounted twice', { timeout: 20_000 }, async () => {
    const ids: (string | undefined)[] = [];
    const note: MiddlewareHandler = (_, next) => {
      ids.push(tryGetRequestScope()?.id);
      return next();
    };
    const building = build(requestScope({ trustRequestId: true }), note, requestScope(), note);
    await withServer(building, async ({ port }) => {
      const client = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { 'x-request-id': 'outer' } });
      try {
        const [message] = await once(client, 'message');
        assert.deepEqual([String(message), ids], ['outer', ['outer', 'outer']]);
      } finally {
        client.terminate();
      }
    });
  });
});

const storeError = () => new RequestError('ERR_SESSION_STORE', 'the store is down');

/** A session that cannot be loaded, or cannot be saved. */
const unloadable: Sessions = { open: () => Promise.reject(storeError()) };
const unsavable: Sessions = {
  open(exchange) {
    exchange.beforeHeaders(() => Promise.reject(storeError()));
    return emptySession();
  },
};

/** Makes each piece at once, when it is asked for it. */
function eager(made: (string | undefined)[]): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        made.push(tryGetRequestScope()?.id);
        controller.enqueue(new Uint8Array(1));
        if (made.length === 20) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The two ways that Hono is served in: on Node's own requests, and on web requests alone. */
const ways: Record<string, (app: Hono, path: string, headers?: Record<string, string>) => Promise<Answered>> = {
  'by a server of Node': async (app, path, headers = {}) => {
    let answered: Answered | undefined;
    await withServer(listen(createAdaptorServer({ fetch: app.fetch }) as Server), async (server) => {
      const answer = await ask(server, { path, headers });
      answered = { ...answer, id: String(answer.headers['x-request-id']), cookies: answer.headers['set-cookie'] };
    });
    assert.ok(answered !== undefined);
    return answered;
  },
  'by web requests': async (app, path, headers = {}) => {
    const answer = await app.request(path, { headers });
    const id = answer.headers.get('x-request-id') ?? '';
    return { status: answer.status, id, body: await answer.text(), cookies: answer.headers.getSetCookie() };
  },
};

interface Answered {
  status: number;
  id: string;
  body: string;
  cookies: string[] | string | undefined;
}

for (const [way, asked] of Object.entries(ways)) {
  const build = (options: HonoOptions = {}) => {
    const app = new Hono();
    app.use(requestScope(options));
    app.onError((error, c) => c.text(error.message, 500));
    return app;
  };

  describe(`requestScope of Hono ${way}`, () => {
    it('has a stream made in the scope, also where its type is unknown', async () => {
      const made: (string | undefined)[] = [];
      const app = build().get('/', (c) => c.body(eager(made)));
      const { id } = await asked(app, '/');
      assert.deepEqual(made, new Array(20).fill(id));
    });

    it('gives a request one scope although it is mounted twice', async () => {
      const app = build()
        .use(requestScope())
        .get('/', (c) => c.text(getRequestScope().id));
      const { id, body } = await asked(app, '/');
      assert.equal(body, id);
    });

    it('adds the cookie of the session to those of the handler', async () => {
      const kept = sessions({ secret: 'a secret of thirty-two characters', store: new Map() });
      const app = build({ session: kept }).get('/', (c) => {
        session().set('user', 'ada');
        c.header('set-cookie', 'own=1', { append: true });
        return c.text('ok');
      });
      const { cookies } = await asked(app, '/');
      assert.equal(cookies?.length, 2);
      assert.ok(cookies.includes('own=1'));
    });

    it('gives onError the error of a session that cannot be loaded', async () => {
      const app = build({ session: unloadable }).get('/', () => assert.fail('the handler was called'));
      const { status, id, body } = await asked(app, '/');
      assert.deepEqual([status, body], [500, 'the store is down']);
      assert.match(id, /^[\da-f]{8}-/);
    });

    it('answers with an error where the session cannot be saved', async () => {
      const app = build({ session: unsavable }).get('/', (c) => c.text('ok'));
      const { status, id, body } = await asked(app, '/');
      assert.equal(status, 503);
      assert.match(id, /^[\da-f]{8}-/);
      assert.match(body, /session could not be reached/);
    });

    it('asks the application about https', async () => {
      const secure: boolean[] = [];
      const looks: Sessions = {
        open(exchange) {
          secure.push(exchange.isSecure);
          throw storeError();
        },
      };
      const isSecure: HonoOptions['isSecure'] = (c) => c.req.header('x-forwarded-proto') === 'https';
      const headers = { 'x-forwarded-proto': 'https' };
      await asked(build({ session: looks }), '/', headers);
      await asked(build({ session: looks, isSecure }), '/', headers);
      assert.deepEqual(secure, [false, true]);
    });
  });
}
