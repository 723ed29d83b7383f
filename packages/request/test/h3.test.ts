import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { type RequestScopeOptions, session, tryGetRequestScope, withRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/h3';
import { sessions } from '@throughline/request/sessions';
import { plugin as webSocketPlugin } from 'crossws/server/node';
import { defineWebSocketHandler, H3, type H3Config } from 'h3';
import { serve } from 'h3/node';
import { WebSocket } from 'ws';
import { buildH3App } from './apps/h3-app.js';
import type { CaseName } from './battery/cases.js';
import { runBattery } from './battery/run-battery.js';
import { sendRequest } from './http/client.js';
import { type RunningServer, withServer } from './http/server.js';
import { DeferredSessions } from './sessions/deferred-sessions.js';
import { unloadableSessions, unsavableSessions } from './sessions/failing-sessions.js';
import { resetDuringUpgrade } from './sessions/reset-during-upgrade.js';

const cases: CaseName[] = [
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
  'server-sent events',
  'a WebSocket',
  'a client that disconnects during its upload',
  'a client that disconnects during the response',
  "the event 'close' of a response that is not read to its end",
  'many requests on one keep-alive connection',
  'pipelined requests',
  'a step that returns control from elsewhere, two requests interleaved',
  'a step that returns control from elsewhere, 200 requests interleaved',
  'the deadline of a request',
  'a request without an id',
  'an unsafe request id',
  'an untrusted request id',
];

async function serveApp(app: H3): Promise<RunningServer> {
  const server = serve(app, {
    hostname: '127.0.0.1',
    port: 0,
    silent: true,
    gracefulShutdown: false,
    plugins: [webSocketPlugin({})],
  });
  await server.ready();
  return { port: Number(new URL(server.url ?? '').port), close: () => server.close(true) };
}

runBattery('h3 on Node', (options) => serveApp(buildH3App(options)), cases);

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

interface AdapterResponse {
  status: number;
  id: string;
  body: string;
  cookies: string[] | undefined;
}

/** The two ways to send a request to an application: through a server of Node, and as a `Request`. */
const senders: Record<string, (app: H3, path: string) => Promise<AdapterResponse>> = {
  'on a server of Node': async (app, path) => {
    let response: AdapterResponse | undefined;
    await withServer(serveApp(app), async (server) => {
      const { status, headers, body } = await sendRequest(server, { path });
      const cookies = [headers['set-cookie'] ?? []].flat();
      response = { status, body, id: String(headers['x-request-id']), cookies };
    });
    assert.ok(response !== undefined);
    return response;
  },
  'on web requests': async (app, path) => {
    const response = await app.request(path);
    const id = response.headers.get('x-request-id') ?? '';
    return { status: response.status, id, body: await response.text(), cookies: response.headers.getSetCookie() };
  },
};

describe('an upgrade in h3', () => {
  const createSocketHandler = () => {
    const ids: (string | undefined)[] = [];
    const handler = defineWebSocketHandler(() => {
      ids.push(tryGetRequestScope()?.id);
      return { open: (peer) => void peer.send(tryGetRequestScope()?.id ?? 'none') };
    });
    return { ids, handler };
  };

  for (const error of [undefined, new Error('the store is down')]) {
    const outcome = error === undefined ? 'the session is loaded' : 'the store fails';
    it(`does not crash the process if the client resets the connection before ${outcome}`, {
      timeout: 20_000,
    }, async () => {
      const deferred = new DeferredSessions();
      const app = new H3({ silent: true });
      app.use(requestScope({ session: deferred }));
      app.get('/', createSocketHandler().handler);
      await withServer(serveApp(app), async ({ port }) => {
        await resetDuringUpgrade(deferred, port);
        await deferred.finishLoading(error);
      });
    });
  }

  it('opens one scope if requestScope() is mounted twice', { timeout: 20_000 }, async () => {
    const { ids, handler } = createSocketHandler();
    const app = new H3({ silent: true });
    app.use(requestScope({ trustRequestId: true }));
    app.use(requestScope());
    app.get('/', handler);
    await withServer(serveApp(app), async ({ port }) => {
      const client = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { 'x-request-id': 'outer' } });
      try {
        const [message] = await once(client, 'message');
        assert.deepEqual([String(message), ids], ['outer', ['outer']]);
      } finally {
        client.terminate();
      }
    });
  });
});

it('app.request() of h3 resumes its caller in the scope of the caller', async () => {
  const app = new H3({ silent: true });
  app.use(requestScope());
  app.get('/', () => tryGetRequestScope()?.id);
  app.get('/throws', () => {
    throw new Error('thrown');
  });
  await withRequestScope({ id: 'caller' }, async () => {
    for (const path of ['/', '/throws', '/no-such-route']) {
      const response = app.request(path);
      const scopeId = await Promise.resolve(response).then(() => tryGetRequestScope()?.id);
      assert.equal(scopeId, 'caller', path);
    }
    assert.notEqual(await (await app.request('/')).text(), 'caller');
  });
});

for (const [title, send] of Object.entries(senders)) {
  const buildApp = (options: RequestScopeOptions = {}, config: H3Config = {}) => {
    const app = new H3({ silent: true, ...config });
    app.use(requestScope(options));
    return app;
  };

  describe(`requestScope() of h3 ${title}`, () => {
    it('runs the source of a stream in the scope', async () => {
      for (const wrap of [(stream: ReadableStream) => stream, (stream: ReadableStream) => new Response(stream)]) {
        const scopeIds: (string | undefined)[] = [];
        const { id } = await send(
          buildApp().get('/', () => wrap(streamOfScopes(scopeIds))),
          '/',
        );
        assert.deepEqual(scopeIds, new Array(20).fill(id));
      }
    });

    it('runs the hooks of h3 in the scope', async () => {
      const scopeIds: (string | undefined)[] = [];
      const recordId = () => void scopeIds.push(tryGetRequestScope()?.id);
      const app = buildApp({}, { onResponse: recordId, onError: recordId });
      app.get('/', () => 'ok');
      app.get('/throws', () => {
        throw new Error('thrown');
      });
      for (const [path, hookCount] of [
        ['/', 1],
        ['/throws', 2],
        ['/no-such-route', 2],
      ] as const) {
        const { id } = await send(app, path);
        assert.deepEqual(scopeIds.splice(0), new Array(hookCount).fill(id), path);
      }
    });

    it('leaves a promise unchanged that a handler returns for several requests', { timeout: 20_000 }, async () => {
      const scopeIds: (string | undefined)[] = [];
      const app = buildApp({}, { onResponse: () => void scopeIds.push(tryGetRequestScope()?.id) });
      const shared = Promise.resolve('ok');
      app.get('/', () => shared);
      for (let request = 0; request < 2; request++) {
        const { status, id, body } = await send(app, '/');
        assert.deepEqual([status, body, scopeIds.splice(0)], [200, 'ok', [id]]);
      }
      assert.equal(Object.hasOwn(shared, 'then'), false);
    });

    it('adds the session cookie to the cookies of the handler', async () => {
      const storedSessions = sessions({ secret: 'a secret of thirty-two characters', store: new Map() });
      const app = buildApp({ session: storedSessions }).get('/', (event) => {
        session().set('user', 'ada');
        event.res.headers.append('set-cookie', 'custom=1');
        return 'ok';
      });
      const { cookies } = await send(app, '/');
      assert.equal(cookies?.length, 2);
      assert.ok(cookies.includes('custom=1'));
    });

    it('leaves the error of a session that cannot be loaded to h3', async () => {
      const app = buildApp({ session: unloadableSessions }).get('/', () => assert.fail('the handler was called'));
      const { status, id, body } = await send(app, '/');
      assert.equal(status, 503);
      assert.match(id, /^[\da-f]{8}-/);
      assert.doesNotMatch(body, /the store is down/);
    });

    it('responds with an error if the session cannot be saved', async () => {
      const app = buildApp({ session: unsavableSessions }).get('/', () => 'ok');
      const { status, body } = await send(app, '/');
      assert.equal(status, 503);
      assert.match(body, /session could not be reached/);
    });
  });
}
