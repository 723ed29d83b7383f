/** What a client and the log receive if a listener or handler fails, on servers that have no error handler. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import { getRequestScope, session, tryGetRequestScope } from '@throughline/request';
import { requestScope, streamScope, upgradeScope } from '@throughline/request/http';
import { sessions } from '@throughline/request/sessions';
import { requestScope as webScope } from '@throughline/request/web';
import { cookieOf, sendRequest, type TextResponse } from './http/client.js';
import { listen, listenHttp2, type RunningServer, withServer } from './http/server.js';

const secret = 'a secret of the tests, which is long enough';
const silentLog = { warn() {}, error() {} };

/** Records what is logged, and in which scope. */
function createLog() {
  const entries: { text: string; scopeId: string | undefined }[] = [];
  const error = (text: string) => void entries.push({ text, scopeId: tryGetRequestScope()?.id });
  return { entries, error };
}

/** What the listener does for each path. */
const failures: Readonly<Record<string, () => unknown>> = {
  '/throws': () => {
    throw new Error('secret detail');
  },
  '/rejects': async () => {
    await undefined;
    throw new Error('secret detail');
  },
  '/undefined': () => Promise.reject(),
  '/caused': () => Promise.reject(new Error('could not load', { cause: new Error('secret detail') })),
  '/foreign': () => runInNewContext('Promise.reject(error)', { error: new Error('secret detail') }),
  '/cause-of-client': () => Promise.reject(new Error('invalid', { cause: JSON.parse('{"toString":1}') })),
  '/value-of-client': () => Promise.reject(JSON.parse('{"toString":1}')),
  '/no-prototype': () => Promise.reject({ __proto__: null, stack: { __proto__: null } }),
  '/message-of-client': () => Promise.reject(Object.assign(new Error(), { expose: true, message: { toString: 1 } })),
  '/status': () => Promise.reject(Object.assign(new Error('secret detail'), { status: 404 })),
  '/status-code': () => Promise.reject(Object.assign(new Error('secret detail'), { statusCode: 503 })),
  '/exposed': () => Promise.reject(Object.assign(new Error('No such book'), { status: 404, expose: true })),
  '/invalid-status': () => Promise.reject(Object.assign(new Error('secret detail'), { status: 200 })),
  '/no-session': async () => session().set('user', 'ada'),
};

const expected: Readonly<Record<string, readonly [status: number, body: string]>> = {
  '/throws': [500, 'The response could not be sent.\n'],
  '/rejects': [500, 'The response could not be sent.\n'],
  '/undefined': [500, 'The response could not be sent.\n'],
  '/caused': [500, 'The response could not be sent.\n'],
  '/foreign': [500, 'The response could not be sent.\n'],
  '/cause-of-client': [500, 'The response could not be sent.\n'],
  '/value-of-client': [500, 'The response could not be sent.\n'],
  '/no-prototype': [500, 'The response could not be sent.\n'],
  '/message-of-client': [500, 'The response could not be sent.\n'],
  '/status': [404, 'The response could not be sent.\n'],
  '/status-code': [503, 'The response could not be sent.\n'],
  '/exposed': [404, 'No such book\n'],
  '/invalid-status': [500, 'The response could not be sent.\n'],
  '/no-session': [500, 'The response could not be sent.\n'],
};

/** Sends a request to each path and checks the response and the log. */
async function assertFailuresAreAnswered(
  request: (path: string) => Promise<Pick<TextResponse, 'status' | 'headers' | 'body'>>,
  log: ReturnType<typeof createLog>,
): Promise<void> {
  for (const [path, [status, body]] of Object.entries(expected)) {
    const response = await request(path);
    assert.deepEqual([response.status, response.body], [status, body], path);
    assert.equal(response.headers['set-by-handler'], undefined);
    const id = String(response.headers['x-request-id']);
    const [entry, ...others] = log.entries.splice(0);
    assert.deepEqual(others, [], `${path} is logged once`);
    assert.ok(entry?.text.startsWith(`The listener failed for GET ${path} (request ${id}): `));
    assert.equal(entry?.scopeId, id);
  }
}

const listener = (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) => {
  const path = getRequestScope().path;
  if (path === '/ok') return void response.end('ok');
  response.setHeader('set-by-handler', 'yes');
  request.resume();
  return failures[path]?.();
};

describe('an error of a listener of node:http', () => {
  it('ends in a response with its status and in one line of the log', async () => {
    const log = createLog();
    await withServer(listen(createServer(requestScope(listener, { log }))), (server) =>
      assertFailuresAreAnswered((path) => sendRequest(server, { path }), log),
    );
  });

  it('ends in the same response if the session had to be loaded, and saves what was set before', async () => {
    const log = createLog();
    const options = { log, session: sessions({ secret, store: new Map(), log: silentLog }) };
    const server = createServer(
      requestScope(async (request: IncomingMessage, response: ServerResponse) => {
        session().update('visits', (visits = 0) => Number(visits) + 1);
        if (request.url === '/fails') throw new Error('secret detail');
        response.end(String(session().get('visits')));
      }, options),
    );
    await withServer(listen(server), async (running) => {
      const cookie = cookieOf(await sendRequest(running, { path: '/fails' }));
      const failed = await sendRequest(running, { path: '/fails', headers: { cookie } });
      assert.equal(failed.status, 500);
      assert.equal((await sendRequest(running, { path: '/', headers: { cookie } })).body, '3');
      assert.equal(log.entries.length, 2);
    });
  });

  it('leaves a response that has ended as it is, and cuts off one that has begun', async () => {
    const log = createLog();
    const server = createServer(
      requestScope(
        async (request: IncomingMessage, response: ServerResponse) => {
          if (request.url === '/ended') response.end('complete');
          else response.write('incomplete');
          throw new Error('too late');
        },
        { log },
      ),
    );
    await withServer(listen(server), async (running) => {
      assert.equal((await sendRequest(running, { path: '/ended' })).body, 'complete');
      await assert.rejects(sendRequest(running, { path: '/begun' }));
      assert.equal(log.entries.length, 2);
    });
  });

  it('is not logged if the listener reports that its client has disconnected', async () => {
    const log = createLog();
    const reports = new EventEmitter();
    const server = createServer(
      requestScope(
        async (_: IncomingMessage, response: ServerResponse) => {
          const { signal } = getRequestScope();
          response.write('begun');
          await once(signal, 'abort');
          setImmediate(() => reports.emit('reported', signal.reason));
          signal.throwIfAborted();
        },
        { log },
      ),
    );
    await withServer(listen(server), async ({ port }) => {
      const reported = once(reports, 'reported');
      const socket = connect(port, '127.0.0.1');
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(socket, 'data');
      socket.destroy();
      assert.equal((await reported)[0].name, 'AbortError');
      assert.deepEqual(log.entries, []);
    });
  });

  it('never reaches a server with captureRejections', async () => {
    const log = createLog();
    const server = withCapturedRejections(() => createServer(requestScope(listener, { log })));
    await withServer(listen(server), async (running) => {
      assert.equal((await sendRequest(running, { path: '/status' })).status, 404);
    });
  });

  it('is written to the console by default', async (context) => {
    const { mock } = context.mock.method(console, 'error', () => {});
    await withServer(listen(createServer(requestScope(listener))), async (running) => {
      await sendRequest(running, { path: '/caused' });
    });
    assert.equal(mock.callCount(), 1);
    const [text] = mock.calls[0]?.arguments ?? [];
    assert.match(text, /^The listener failed for GET \/caused \(request [\da-f-]+\): Error: could not load\n +at /);
    assert.match(text, /\nCaused by: Error: secret detail\n +at /);
  });
});

async function assertStreamIsReset({ port }: RunningServer, path: string): Promise<void> {
  const client = connectHttp2(`http://127.0.0.1:${port}`);
  try {
    const [error] = await once(client.request({ ':path': path }).resume(), 'error');
    assert.equal(error.code, 'ERR_HTTP2_STREAM_ERROR');
  } finally {
    client.destroy();
  }
}

describe('an error of a listener of node:http2', () => {
  it('ends in a response with its status and in one line of the log', async () => {
    const log = createLog();
    await withServer(
      listenHttp2(createHttp2Server(requestScope<Http2ServerRequest, Http2ServerResponse>(listener, { log }))),
      (server) => assertFailuresAreAnswered((path) => sendRequest(server, { path }), log),
    );
  });

  it('is logged in one line, whatever control characters the path has', async () => {
    const log = createLog();
    const server = createHttp2Server(
      requestScope<Http2ServerRequest, Http2ServerResponse>(() => Promise.reject(new Error('invalid')), { log }),
    );
    await withServer(listenHttp2(server), (running) => sendRequest(running, { path: '/a\u0085b\u009b2J' }));
    assert.match(log.entries[0]?.text ?? '', /^The listener failed for GET \/a%C2%85b%C2%9B2J \(/);
  });

  it('resets a stream whose response has begun', async () => {
    const log = createLog();
    const server = createHttp2Server(
      requestScope<Http2ServerRequest, Http2ServerResponse>(
        async (request, response) => {
          if (request.url === '/headers') response.stream?.respond({ ':status': 200 });
          else response.write('incomplete');
          throw new Error('too late');
        },
        { log },
      ),
    );
    await withServer(listenHttp2(server), async (running) => {
      await assertStreamIsReset(running, '/');
      await assertStreamIsReset(running, '/headers');
      assert.equal(log.entries.length, 2);
    });
  });

  it('ends a stream of streamScope() in a response with its status', async () => {
    const log = createLog();
    const server = createHttp2Server();
    server.on(
      'stream',
      streamScope(
        (stream, headers) => {
          if (headers[':path'] === '/begun') stream.respond({ ':status': 200 });
          return failures[headers[':path'] === '/begun' ? '/rejects' : String(headers[':path'])]?.();
        },
        { log },
      ),
    );
    await withServer(listenHttp2(server), async (running) => {
      assert.equal((await sendRequest(running, { path: '/throws' })).status, 500);
      assert.equal((await sendRequest(running, { path: '/status' })).status, 404);
      await assertStreamIsReset(running, '/begun');
      assert.equal(log.entries.length, 3);
    });
  });
});

describe('an error of a listener for upgrades', () => {
  it('refuses the upgrade with its status, or destroys a socket that was written to', async () => {
    const log = createLog();
    const server = createServer();
    server.on(
      'upgrade',
      upgradeScope(
        async (request, socket) => {
          if (request.url === '/written') {
            socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: lines\r\n\r\n');
          }
          await undefined;
          throw Object.assign(new Error('secret detail'), { status: request.url === '/unknown' ? 499 : 401 });
        },
        { log },
      ),
    );
    await withServer(listen(server), async ({ port }: RunningServer) => {
      for (const [path, lines] of [
        ['/refused', /^HTTP\/1\.1 401 Unauthorized\r\nConnection: close\r\n\r\n$/],
        ['/unknown', /^HTTP\/1\.1 499 \r\nConnection: close\r\n\r\n$/],
        ['/written', /^HTTP\/1\.1 101 Switching Protocols\r\n.*\r\n.*\r\n\r\n$/],
      ] as const) {
        const socket = connect(port, '127.0.0.1');
        socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: lines\r\n\r\n`);
        let received = '';
        for await (const chunk of socket) received += chunk;
        assert.match(received, lines);
      }
      assert.equal(log.entries.length, 3);
    });
  });
});

describe('an error of a web handler', () => {
  it('ends in a response with its status and in one line of the log', async () => {
    const log = createLog();
    const fetch = webScope(() => failures[getRequestScope().path]?.() as Response, { log });
    await assertFailuresAreAnswered(async (path) => {
      const response = await fetch(new Request(`http://localhost${path}`));
      return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
    }, log);
  });

  it('keeps the user signed in whose session got a new id before', async () => {
    const options = { log: createLog(), session: sessions({ secret, store: new Map(), log: silentLog }) };
    const fetch = webScope(async (request) => {
      if (new URL(request.url).pathname === '/sign-in') session().set('user', 'ada');
      if (new URL(request.url).pathname === '/fails') {
        await session().regenerate();
        throw new Error('secret detail');
      }
      return new Response(String(session().get('user')));
    }, options);
    const send = (path: string, cookie = '') =>
      fetch(new Request(`http://localhost${path}`, { headers: { cookie } })) as Promise<Response>;
    const cookie = String((await send('/sign-in')).headers.get('set-cookie')).split(';', 1)[0] ?? '';
    const failed = await send('/fails', cookie);
    assert.equal(failed.status, 500);
    const newCookie = String(failed.headers.get('set-cookie')).split(';', 1)[0] ?? '';
    assert.notEqual(newCookie, cookie);
    assert.equal(await (await send('/', newCookie)).text(), 'ada');
  });
});

/**
 * Creates a server that handles the rejections of its listeners. `createServer()` has no option for that, so the
 * default of all emitters is changed while the server is created.
 */
function withCapturedRejections(create: () => Server): Server {
  EventEmitter.captureRejections = true;
  try {
    return create();
  } finally {
    EventEmitter.captureRejections = false;
  }
}
