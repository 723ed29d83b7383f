import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer as createHttp2, type Http2Server } from 'node:http2';
import { describe, it } from 'node:test';
import { createAdaptorServer, upgradeWebSocket } from '@hono/node-server';
import {
  getRequestScope,
  type RequestScopeOptions,
  type Sessions,
  session,
  tryGetRequestScope,
} from '@throughline/request';
import { type HonoOptions, requestScope } from '@throughline/request/hono';
import { sessions } from '@throughline/request/sessions';
import { Hono, type MiddlewareHandler } from 'hono';
import { WebSocket, WebSocketServer } from 'ws';
import { buildHonoApp } from './apps/hono-app.js';
import type { CaseName } from './battery/cases.js';
import { runBattery } from './battery/run-battery.js';
import { sendRequest } from './http/client.js';
import { listen, listenHttp2, type RunningServer, withServer } from './http/server.js';
import { DeferredSessions } from './sessions/deferred-sessions.js';
import { storeDownError, unloadableSessions, unsavableSessions } from './sessions/failing-sessions.js';
import { resetDuringUpgrade } from './sessions/reset-during-upgrade.js';

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
  'a request without a matching route',
  'a streamed response that the client reads slowly',
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

function serve(options: RequestScopeOptions): Promise<RunningServer> {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: true });
  const { fetch } = buildHonoApp(options, upgradeWebSocket);
  // In the types of ws, an option may be undefined. In those of Hono, it may only be absent.
  const websocket = { server: sockets } as NonNullable<Parameters<typeof createAdaptorServer>[0]['websocket']>;
  // Without the option `createServer`, the server is one of node:http.
  return listen(createAdaptorServer({ fetch, websocket }) as Server);
}

function serveHttp2(options: RequestScopeOptions): Promise<RunningServer> {
  const { fetch } = buildHonoApp(options);
  return listenHttp2(createAdaptorServer({ fetch, createServer: createHttp2 }) as Http2Server);
}

runBattery('Hono on Node', serve, [
  ...sharedCases,
  'a WebSocket',
  'many requests on one keep-alive connection',
  'pipelined requests',
]);
runBattery('Hono on Node over HTTP/2', serveHttp2, [
  // streamSSE() sets a header that HTTP/2 forbids, with or without a scope.
  ...sharedCases.filter((name) => name !== 'server-sent events'),
  'HTTP/2 streams of one session',
]);

describe('an upgrade in Hono on Node', () => {
  const start = (...middleware: MiddlewareHandler[]) => {
    const app = new Hono();
    for (const one of middleware) app.use(one);
    app.get(
      '/',
      upgradeWebSocket(() => ({ onOpen: (_, socket) => socket.send(tryGetRequestScope()?.id ?? 'none') })),
    );
    const sockets = new WebSocketServer({ noServer: true });
    // In the types of ws, an option may be undefined. In those of Hono, it may only be absent.
    const websocket = { server: sockets } as NonNullable<Parameters<typeof createAdaptorServer>[0]['websocket']>;
    return listen(createAdaptorServer({ fetch: app.fetch, websocket }) as Server);
  };

  for (const error of [undefined, new Error('the store is down')]) {
    const outcome = error === undefined ? 'the session is loaded' : 'the store fails';
    it(`does not crash the process if the client resets the connection before ${outcome}`, {
      timeout: 20_000,
    }, async () => {
      const deferred = new DeferredSessions();
      await withServer(start(requestScope({ session: deferred })), async ({ port }) => {
        await resetDuringUpgrade(deferred, port);
        await deferred.finishLoading(error);
      });
    });
  }

  it('opens one scope if requestScope() is mounted twice', { timeout: 20_000 }, async () => {
    const ids: (string | undefined)[] = [];
    const recordId: MiddlewareHandler = (_, next) => {
      ids.push(tryGetRequestScope()?.id);
      return next();
    };
    const starting = start(requestScope({ trustRequestId: true }), recordId, requestScope(), recordId);
    await withServer(starting, async ({ port }) => {
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

/** A stream that produces each of its 20 chunks synchronously when it is pulled, and records the scope of each. */
function streamOfScopes(scopeIds: (string | undefined)[]): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        scopeIds.push(tryGetRequestScope()?.id);
        controller.enqueue(new Uint8Array(1));
        if (scopeIds.length === 20) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The two ways to send a request to an application: through a server of Node, and as a `Request`. */
const senders: Record<string, (app: Hono, path: string, headers?: Record<string, string>) => Promise<AdapterResponse>> =
  {
    'on a server of Node': async (app, path, headers = {}) => {
      let response: AdapterResponse | undefined;
      await withServer(listen(createAdaptorServer({ fetch: app.fetch }) as Server), async (server) => {
        const { status, body, headers: responseHeaders } = await sendRequest(server, { path, headers });
        response = {
          status,
          body,
          id: String(responseHeaders['x-request-id']),
          cookies: responseHeaders['set-cookie'],
        };
      });
      assert.ok(response !== undefined);
      return response;
    },
    'on web requests': async (app, path, headers = {}) => {
      const response = await app.request(path, { headers });
      const id = response.headers.get('x-request-id') ?? '';
      return { status: response.status, id, body: await response.text(), cookies: response.headers.getSetCookie() };
    },
  };

interface AdapterResponse {
  status: number;
  id: string;
  body: string;
  cookies: string[] | string | undefined;
}

for (const [title, send] of Object.entries(senders)) {
  const buildApp = (options: HonoOptions = {}) => {
    const app = new Hono();
    app.use(requestScope(options));
    app.onError((error, c) => c.text(error.message, 500));
    return app;
  };

  describe(`requestScope() of Hono ${title}`, () => {
    it('runs the source of a stream in the scope, even if its content type is unknown', async () => {
      const scopeIds: (string | undefined)[] = [];
      const app = buildApp().get('/', (c) => c.body(streamOfScopes(scopeIds)));
      const { id } = await send(app, '/');
      assert.deepEqual(scopeIds, new Array(20).fill(id));
    });

    it('opens one scope if it is mounted twice', async () => {
      const app = buildApp()
        .use(requestScope())
        .get('/', (c) => c.text(getRequestScope().id));
      const { id, body } = await send(app, '/');
      assert.equal(body, id);
    });

    it('adds the session cookie to the cookies of the handler', async () => {
      const storedSessions = sessions({ secret: 'a secret of thirty-two characters', store: new Map() });
      const app = buildApp({ session: storedSessions }).get('/', (c) => {
        session().set('user', 'ada');
        c.header('set-cookie', 'custom=1', { append: true });
        return c.text('ok');
      });
      const { cookies } = await send(app, '/');
      assert.equal(cookies?.length, 2);
      assert.ok(cookies.includes('custom=1'));
    });

    it('passes the error of a session that cannot be loaded to onError', async () => {
      const app = buildApp({ session: unloadableSessions }).get('/', () => assert.fail('the handler was called'));
      const { status, id, body } = await send(app, '/');
      assert.deepEqual([status, body], [500, 'the store is down']);
      assert.match(id, /^[\da-f]{8}-/);
    });

    it('responds with an error if the session cannot be saved', async () => {
      const app = buildApp({ session: unsavableSessions }).get('/', (c) => c.text('ok'));
      const { status, id, body } = await send(app, '/');
      assert.equal(status, 503);
      assert.match(id, /^[\da-f]{8}-/);
      assert.match(body, /session could not be reached/);
    });

    it('detects HTTPS with the isSecure() of the application', async () => {
      const isSecureValues: boolean[] = [];
      const observing: Sessions = {
        open(exchange) {
          isSecureValues.push(exchange.isSecure);
          throw storeDownError();
        },
      };
      const isSecure: HonoOptions['isSecure'] = (c) => c.req.header('x-forwarded-proto') === 'https';
      const headers = { 'x-forwarded-proto': 'https' };
      await send(buildApp({ session: observing }), '/', headers);
      await send(buildApp({ session: observing, isSecure }), '/', headers);
      assert.deepEqual(isSecureValues, [false, true]);
    });
  });
}
