import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import {
  RequestError,
  type RequestScopeOptions,
  type Sessions,
  session,
  tryGetRequestScope,
  withRequestScope,
} from '@throughline/request';
import { requestScope } from '@throughline/request/h3';
import { sessions } from '@throughline/request/sessions';
import { plugin as sockets } from 'crossws/server/node';
import { defineWebSocketHandler, H3, type H3Config } from 'h3';
import { serve } from 'h3/node';
import { WebSocket } from 'ws';
import { buildH3 } from './apps/h3-app.js';
import type { LossName } from './battery/cases.js';
import { testLosses } from './battery/run-battery.js';
import { ask } from './http/client.js';
import { type RunningServer, withServer } from './http/server.js';
import { emptySession } from './sessions/empty-session.js';
import { HeldSessions, resetWhileLoading } from './sessions/reset-during-upgrade.js';

const names: LossName[] = [
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
  'server-sent events',
  'a WebSocket',
  'a client that goes away while it sends',
  'a client that goes away while it reads',
  'close of an answer that nobody reads to its end',
  'many requests over one keep-alive socket',
  'pipelined requests',
  'the deadline',
  'a request without an id',
  'an id that is not safe',
  'an id that is not trusted',
];

async function start(app: H3): Promise<RunningServer> {
  const server = serve(app, {
    hostname: '127.0.0.1',
    port: 0,
    silent: true,
    gracefulShutdown: false,
    plugins: [sockets({})],
  });
  await server.ready();
  return { port: Number(new URL(server.url ?? '').port), close: () => server.close(true) };
}

testLosses('h3 on Node', (options) => start(buildH3(options)), names);

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

interface Answered {
  status: number;
  id: string;
  body: string;
  cookies: string[] | undefined;
}

/** The two ways that h3 is served in: on Node's own requests, and on web requests alone. */
const ways: Record<string, (app: H3, path: string) => Promise<Answered>> = {
  'by a server of Node': async (app, path) => {
    let answered: Answered | undefined;
    await withServer(start(app), async (server) => {
      const { status, headers, body } = await ask(server, { path });
      const cookies = [headers['set-cookie'] ?? []].flat();
      answered = { status, body, id: String(headers['x-request-id']), cookies };
    });
    assert.ok(answered !== undefined);
    return answered;
  },
  'by web requests': async (app, path) => {
    const answer = await app.request(path);
    const id = answer.headers.get('x-request-id') ?? '';
    return { status: answer.status, id, body: await answer.text(), cookies: answer.headers.getSetCookie() };
  },
};

describe('an upgrade of h3', () => {
  const socket = () => {
    const ids: (string | undefined)[] = [];
    const handler = defineWebSocketHandler(() => {
      ids.push(tryGetRequestScope()?.id);
      return { open: (peer) => void peer.send(tryGetRequestScope()?.id ?? 'none') };
    });
    return { ids, handler };
  };

  for (const error of [undefined, new Error('the store is down')]) {
    const what = error === undefined ? 'loaded' : 'refused';
    it(`ends nothing where its client resets while the session is loaded (${what})`, { timeout: 20_000 }, async () => {
      const held = new HeldSessions();
      const app = new H3({ silent: true });
      app.use(requestScope({ session: held }));
      app.get('/', socket().handler);
      await withServer(start(app), async ({ port }) => {
        await resetWhileLoading(held, port);
        await held.proceed(error);
      });
    });
  }

  it('has one scope although requestScope is mounted twice', { timeout: 20_000 }, async () => {
    const { ids, handler } = socket();
    const app = new H3({ silent: true });
    app.use(requestScope({ trustRequestId: true }));
    app.use(requestScope());
    app.get('/', handler);
    await withServer(start(app), async ({ port }) => {
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

it('leaves who calls app.request() of h3 in their own scope', async () => {
  const app = new H3({ silent: true });
  app.use(requestScope());
  app.get('/', () => tryGetRequestScope()?.id);
  app.get('/throws', () => {
    throw new Error('thrown');
  });
  await withRequestScope({ id: 'caller' }, async () => {
    for (const path of ['/', '/throws', '/no-such-route']) {
      const response = app.request(path);
      const seen = await Promise.resolve(response).then(() => tryGetRequestScope()?.id);
      assert.equal(seen, 'caller', path);
    }
    assert.notEqual(await (await app.request('/')).text(), 'caller');
  });
});

for (const [way, asked] of Object.entries(ways)) {
  const build = (options: RequestScopeOptions = {}, config: H3Config = {}) => {
    const app = new H3({ silent: true, ...config });
    app.use(requestScope(options));
    return app;
  };

  describe(`requestScope of h3 ${way}`, () => {
    it('has a stream made in the scope', async () => {
      for (const wrap of [(stream: ReadableStream) => stream, (stream: ReadableStream) => new Response(stream)]) {
        const made: (string | undefined)[] = [];
        const { id } = await asked(
          build().get('/', () => wrap(eager(made))),
          '/',
        );
        assert.deepEqual(made, new Array(20).fill(id));
      }
    });

    it('runs the hooks of h3 in the scope', async () => {
      const seen: (string | undefined)[] = [];
      const see = () => void seen.push(tryGetRequestScope()?.id);
      const app = build({}, { onResponse: see, onError: see });
      app.get('/', () => 'ok');
      app.get('/throws', () => {
        throw new Error('thrown');
      });
      for (const [path, hooks] of [
        ['/', 1],
        ['/throws', 2],
        ['/no-such-route', 2],
      ] as const) {
        const { id } = await asked(app, path);
        assert.deepEqual(seen.splice(0), new Array(hooks).fill(id), path);
      }
    });

    it('leaves alone a promise that a handler gives to many requests', { timeout: 20_000 }, async () => {
      const seen: (string | undefined)[] = [];
      const app = build({}, { onResponse: () => void seen.push(tryGetRequestScope()?.id) });
      const shared = Promise.resolve('ok');
      app.get('/', () => shared);
      for (let request = 0; request < 2; request++) {
        const { status, id, body } = await asked(app, '/');
        assert.deepEqual([status, body, seen.splice(0)], [200, 'ok', [id]]);
      }
      assert.equal(Object.hasOwn(shared, 'then'), false);
    });

    it('adds the cookie of the session to those of the handler', async () => {
      const kept = sessions({ secret: 'a secret of thirty-two characters', store: new Map() });
      const app = build({ session: kept }).get('/', (event) => {
        session().set('user', 'ada');
        event.res.headers.append('set-cookie', 'own=1');
        return 'ok';
      });
      const { cookies } = await asked(app, '/');
      assert.equal(cookies?.length, 2);
      assert.ok(cookies.includes('own=1'));
    });

    it('leaves to h3 the error of a session that cannot be loaded', async () => {
      const app = build({ session: unloadable }).get('/', () => assert.fail('the handler was called'));
      const { status, id, body } = await asked(app, '/');
      assert.equal(status, 503);
      assert.match(id, /^[\da-f]{8}-/);
      assert.doesNotMatch(body, /the store is down/);
    });

    it('answers with an error where the session cannot be saved', async () => {
      const app = build({ session: unsavable }).get('/', () => 'ok');
      const { status, body } = await asked(app, '/');
      assert.equal(status, 503);
      assert.match(body, /session could not be reached/);
    });
  });
}
