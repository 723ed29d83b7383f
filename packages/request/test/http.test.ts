import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  connect as connectHttp2,
  constants,
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { type RequestScopeOptions, session, tryGetRequestScope } from '@throughline/request';
import { requestScope, streamScope, upgradeScope } from '@throughline/request/http';
import { sessions } from '@throughline/request/sessions';
import { AsyncLocalStorage } from 'throughline';
import { WebSocket, WebSocketServer } from 'ws';
import { assertOwnScope } from './battery/assert-scope.js';
import type { CaseName } from './battery/cases.js';
import { DETOUR_HEADER, type DetourRoute, detourRoutesJson, proceedByDetour } from './battery/detours.js';
import {
  endlessChunks,
  handleParsedBody,
  readAcrossAwaits,
  readAcrossRaces,
  recordAbort,
  rejectAfterAwaits,
  scopeIdText,
  scopeJson,
  serverSentEvents,
  streamedChunks,
  waitForDeadline,
} from './battery/handlers.js';
import { readNodeUpload, recordResponseEnd, writeChunks } from './battery/node-handlers.js';
import { type Recorder, recordedReadsJson, recorderFor } from './battery/recorded-reads.js';
import { runBattery } from './battery/run-battery.js';
import { cookieOf, readText, sendRequest } from './http/client.js';
import { listen, listenHttp2, type RunningServer, withServer } from './http/server.js';
import { BreakableStore } from './sessions/breakable-store.js';
import { DeferredSessions } from './sessions/deferred-sessions.js';
import { resetDuringUpgrade } from './sessions/reset-during-upgrade.js';

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/** Runs a function in the frame in which this module was loaded, outside of every scope. */
const runOutsideScope = AsyncLocalStorage.snapshot();

const secret = 'a secret of the tests, which is long enough';
const silentLog = { warn() {}, error() {} };

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

/**
 * Reads a body with its events, because node:http has no parser.
 * @param respond called in the listener for `end`; if it rejects, the unhandled rejection makes the test fail
 */
function readBody(request: Request, record: Recorder, respond: (body: Buffer) => Promise<void>): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => {
    record('data');
    chunks.push(chunk);
  });
  request.on('end', () => {
    record('end');
    void respond(Buffer.concat(chunks));
  });
}

/** Parses a form with the parser of the platform. */
function parseForm(request: Request, body: Buffer) {
  return new Response(new Uint8Array(body), {
    headers: { 'content-type': `${request.headers['content-type']}` },
  }).formData();
}

const detourRoutes: DetourRoute[] = [
  {
    method: 'POST',
    path: '/detour',
    body: { type: 'text/plain', text: 'body' },
    phases: ['a listener', 'an event of the request', 'an event of the response'],
    checkpoints: ['data', 'end', 'a custom event', 'finish', 'close'],
  },
];

/** Everything that node:http does for a request, after the listener has returned, is to call listeners. */
function respondByDetour(request: Request, response: Response, record: Recorder): void {
  const header = request.headers[DETOUR_HEADER];
  recordResponseEnd(response, record);
  request.on('custom', () => record('a custom event'));
  response.on('custom', () => record('a custom event'));
  const respond = () => {
    request.on('data', () => record('data'));
    request.on('end', () => {
      record('end');
      proceedByDetour('an event of the request', header, () => {
        request.emit('custom');
        proceedByDetour('an event of the response', header, () => {
          response.emit('custom');
          response.end('ok');
        });
      });
    });
  };
  proceedByDetour('a listener', header, respond);
}

/** The routes of the battery. */
function batteryListener(request: Request, response: Response): void {
  const record = recorderFor(request.headers['x-request-id']);
  const url = new URL(request.url ?? '', 'http://localhost');
  const respond = (body: string, status = 200) => {
    response.statusCode = status;
    response.end(body);
  };
  const fail = (error: Error) => {
    record('error handler');
    respond(error.message, 500);
  };
  const routes: Record<string, () => unknown> = {
    'GET /reads': () => respond(recordedReadsJson(url.searchParams.get('id'))),
    'GET /plain': () => readAcrossAwaits(record).then(() => respond('ok')),
    'GET /race': () => readAcrossRaces(record).then(() => respond('ok')),
    'GET /scope': () => respond(scopeJson()),
    'GET /mounted/scope': () => {
      request.url = '/scope';
      respond(scopeJson());
    },
    'GET /detours': () => respond(detourRoutesJson(detourRoutes)),
    'POST /detour': () => respondByDetour(request, response, record),
    'POST /json': () =>
      readBody(request, record, async (body) => {
        respond(await handleParsedBody(record, JSON.parse(body.toString()).text));
      }),
    'POST /form': () =>
      readBody(request, record, async (body) => {
        respond(await handleParsedBody(record, String((await parseForm(request, body)).get('text'))));
      }),
    'POST /upload': () =>
      readBody(request, record, async (body) => {
        const file = (await parseForm(request, body)).get('file');
        assert.ok(file instanceof File);
        respond(await handleParsedBody(record, await file.text()));
      }),
    'GET /ended': () => {
      recordResponseEnd(response, record);
      respond('ok');
    },
    'GET /throws': () => {
      throw new Error('thrown');
    },
    'GET /rejects': () => rejectAfterAwaits(record).catch(fail),
    'GET /stream': () => writeChunks(response, streamedChunks(record), record),
    'GET /events': () => {
      response.setHeader('content-type', 'text/event-stream');
      return writeChunks(response, serverSentEvents(record), record);
    },
    'GET /endless': () => {
      recordResponseEnd(response, record);
      return writeChunks(response, endlessChunks(record), record);
    },
    'POST /unfinished': () => {
      recordAbort(record);
      record('handler');
      return readNodeUpload(request, record);
    },
    'GET /deadline': () => waitForDeadline(record).then((reason) => respond(reason, 503)),
  };
  const route = routes[`${request.method} ${url.pathname}`];
  try {
    if (route !== undefined) {
      // If the promise of a route rejects, the unhandled rejection makes the test fail.
      void route();
    } else {
      record('not found');
      respond('not found', 404);
    }
  } catch (error) {
    fail(error as Error);
  }
}

/** Adds WebSockets to a server, which reply to each message. */
function serveSockets(server: Server, options: RequestScopeOptions): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true });
  server.on(
    'upgrade',
    upgradeScope((request, socket, head) => {
      const record = recorderFor(request.headers['x-request-id']);
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        record('open');
        webSocket.on('message', async () => {
          record('message');
          await readAcrossAwaits(record);
          webSocket.send(scopeIdText());
        });
        webSocket.on('close', () => record('socket closed'));
      });
    }, options),
  );
  return sockets;
}

async function serve(options: RequestScopeOptions): Promise<RunningServer> {
  const server = createServer(requestScope(batteryListener, options));
  const sockets = serveSockets(server, options);
  const running = await listen(server);
  return {
    ...running,
    close: () => {
      for (const client of sockets.clients) client.terminate();
      return running.close();
    },
  };
}

runBattery('node:http', serve, [
  ...sharedCases,
  'a WebSocket',
  'many requests on one keep-alive connection',
  'pipelined requests',
]);

runBattery('node:http2', (options) => listenHttp2(createHttp2Server(requestScope(batteryListener, options))), [
  ...sharedCases,
  'HTTP/2 streams of one session',
]);

describe('requestScope() for node:http', () => {
  it('runs a synchronous listener and an async one in the scope', async () => {
    for (const listener of [
      (_: IncomingMessage, response: ServerResponse) => void response.end(scopeJson()),
      async (_: IncomingMessage, response: ServerResponse) => {
        await undefined;
        response.end(scopeJson());
      },
    ]) {
      await withServer(listen(createServer(requestScope(listener, { trustRequestId: true }))), async (server) => {
        const { body } = await sendRequest(server, { path: '/?a', headers: { 'x-request-id': 'trusted-id' } });
        assert.deepEqual(JSON.parse(body), { id: 'trusted-id', method: 'GET', path: '/' });
      });
    }
    assert.equal(tryGetRequestScope(), undefined);
  });

  it('keeps the scope and the id of the outer one if it is mounted twice', async () => {
    const inner = requestScope((_: IncomingMessage, response: ServerResponse) => response.end(scopeJson()));
    await withServer(listen(createServer(requestScope(inner, { trustRequestId: true }))), async (server) => {
      const { headers, body } = await sendRequest(server, { path: '/', headers: { 'x-request-id': 'outer' } });
      assert.deepEqual([headers['x-request-id'], JSON.parse(body).id], ['outer', 'outer']);
    });
  });

  it('responds with an error and the id if the session cannot be loaded', async () => {
    const store = new BreakableStore();
    const listener = (_: IncomingMessage, response: ServerResponse) => {
      session().set('user', 'ada');
      response.end();
    };
    const options = { trustRequestId: true, session: sessions({ secret, store, log: silentLog }) };
    await withServer(listen(createServer(requestScope(listener, options))), async (server) => {
      const cookie = cookieOf(await sendRequest(server, { path: '/' }));
      store.isBroken = true;
      const { status, headers } = await sendRequest(server, {
        path: '/',
        headers: { cookie, 'x-request-id': 'broken' },
      });
      assert.deepEqual([status, headers['x-request-id']], [503, 'broken']);
    });
  });

  it('rejects invalid options, as upgradeScope() and streamScope() do', () => {
    for (const options of [{ deadline: 0 }, { deadline: Number.NaN }, { trustProxy: 'not an address' }]) {
      assert.throws(() => requestScope(() => {}, options), { code: 'ERR_INVALID_OPTION' });
      assert.throws(() => upgradeScope(() => {}, options), { code: 'ERR_INVALID_OPTION' });
    }
    assert.throws(() => streamScope(() => {}, { deadline: 0 }), { code: 'ERR_INVALID_OPTION' });
  });
});

describe('streamScope()', () => {
  it('opens a scope for each stream, with its id and signal, and runs the listeners of the stream in it', async () => {
    const server = createHttp2Server();
    server.on(
      'stream',
      streamScope(
        async (stream, headers) => {
          const record = recorderFor(headers['x-request-id']);
          stream.on('error', () => {});
          stream.on('data', () => record('data'));
          stream.on('aborted', () => record('aborted'));
          stream.on('close', () => record('close'));
          if (headers[':path']?.startsWith('/reads')) {
            stream.respond({ ':status': 200 });
            stream.end(recordedReadsJson(new URL(headers[':path'], 'http://localhost').searchParams.get('id')));
            return;
          }
          if (headers[':path'] === '/unfinished') {
            recordAbort(record);
            record('handler');
            return;
          }
          await readAcrossAwaits(record);
          stream.respond({ ':status': 200, 'x-custom': 'value' });
          stream.end(scopeJson());
        },
        { trustRequestId: true },
      ),
    );
    await withServer(listenHttp2(server), async (running) => {
      const ids = Array.from({ length: 20 }, (_, index) => `stream-${index}`);
      const client = connectHttp2(`http://127.0.0.1:${running.port}`);
      try {
        await Promise.all(
          ids.map(async (id) => {
            const stream = client.request({ ':path': '/a?b', ':method': 'POST', 'x-request-id': id });
            const head = once(stream, 'response');
            stream.end('some data');
            const [headers] = await head;
            assert.deepEqual([headers['x-request-id'], headers['x-custom']], [id, 'value']);
            let body = '';
            for await (const chunk of stream) body += chunk;
            assert.deepEqual(JSON.parse(body), { id, method: 'POST', path: '/a' });
          }),
        );
        const canceled = client.request({ ':path': '/unfinished', ':method': 'POST', 'x-request-id': 'canceled' });
        canceled.on('error', () => {});
        canceled.write('some data');
        await assertOwnScope(running, 'canceled', ['handler', 'data']);
        canceled.close(constants.NGHTTP2_CANCEL);
        await assertOwnScope(running, 'canceled', ['signal AbortError', 'aborted', 'close']);
      } finally {
        client.destroy();
      }
      for (const id of ids) await assertOwnScope(running, id, ['start', 'data', 'close']);
    });
  });
});

describe('upgradeScope()', () => {
  it('runs the listeners of the socket in the scope of its upgrade, and aborts the signal when the socket closes', async () => {
    const server = createServer(requestScope(batteryListener, { trustRequestId: true }));
    server.on(
      'upgrade',
      upgradeScope(
        (request, socket) => {
          const record = recorderFor(request.headers['x-request-id']);
          recordAbort(record);
          socket.on('error', () => {});
          socket.on('end', () => socket.end());
          socket.on('data', () => {
            record('data');
            socket.write(`${scopeIdText()}\n`);
          });
          socket.on('close', () => record('close'));
          socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: lines\r\n\r\n');
        },
        { trustRequestId: true },
      ),
    );
    await withServer(listen(server), async (running) => {
      const socket = connect(running.port, '127.0.0.1');
      try {
        const upgrade = 'Connection: Upgrade\r\nUpgrade: lines\r\nX-Request-Id: upgraded\r\n\r\n';
        // An earlier request on the same socket: the upgrade must not keep its scope.
        socket.write('GET /plain HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: before\r\n\r\n');
        assert.match(String((await once(socket, 'data'))[0]), /x-request-id: before/i);
        socket.write(`GET /lines HTTP/1.1\r\nHost: localhost\r\n${upgrade}`);
        assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1.1 101/);
        socket.write('a line');
        assert.equal(String((await once(socket, 'data'))[0]), 'upgraded\n');
      } finally {
        socket.destroy();
      }
      await assertOwnScope(running, 'upgraded', ['data', 'signal AbortError', 'close']);
      await assertOwnScope(running, 'before', ['start']);
    });
  });

  it('responds 503 and closes the socket if the session cannot be loaded, and otherwise loads it', async () => {
    const store = new BreakableStore();
    const options = { session: sessions({ secret, store, log: silentLog }) };
    const server = createServer(
      requestScope((_: IncomingMessage, response: ServerResponse) => {
        session().set('user', 'ada');
        response.end();
      }, options),
    );
    server.on(
      'upgrade',
      upgradeScope((_, socket) => {
        socket.end(`HTTP/1.1 426 ${session().get('user')}\r\n\r\n`);
      }, options),
    );
    await withServer(listen(server), async (running) => {
      const cookie = cookieOf(await sendRequest(running, { path: '/' }));
      const upgradeStatusLine = async () => {
        const socket = connect(running.port, '127.0.0.1');
        try {
          socket.write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: b\r\nCookie: ${cookie}\r\n\r\n`);
          let response = '';
          for await (const chunk of socket) response += chunk;
          return response.split('\r\n')[0];
        } finally {
          socket.destroy();
        }
      };
      assert.equal(await upgradeStatusLine(), 'HTTP/1.1 426 ada');
      store.isBroken = true;
      assert.equal(await upgradeStatusLine(), 'HTTP/1.1 503 Service Unavailable');

      const connection = once(server, 'connection');
      const halfOpen = connect({ port: running.port, host: '127.0.0.1', allowHalfOpen: true });
      try {
        const [serverSocket]: Socket[] = await connection;
        assert.ok(serverSocket);
        const closed = once(serverSocket, 'close', { signal: AbortSignal.timeout(20_000) });
        halfOpen.resume();
        halfOpen.write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: b\r\nCookie: ${cookie}\r\n\r\n`);
        await closed;
      } finally {
        halfOpen.destroy();
      }
    });
  });
});

describe('an upgrade whose client resets the connection while the session is being loaded', () => {
  for (const error of [undefined, new Error('the store is down')]) {
    const outcome = error === undefined ? 'the session is loaded' : 'the store fails';
    it(`does not crash the process and does not call the listener when ${outcome}`, {
      timeout: 20_000,
    }, async () => {
      const deferred = new DeferredSessions();
      let calls = 0;
      const server = createServer().on(
        'upgrade',
        upgradeScope(() => calls++, { session: deferred }),
      );
      await withServer(listen(server), async ({ port }) => {
        await resetDuringUpgrade(deferred, port);
        await deferred.finishLoading(error);
        assert.equal(calls, 0);
      });
    });
  }

  it('removes its own error listener from the socket before it calls the listener', { timeout: 20_000 }, async () => {
    const deferred = new DeferredSessions();
    const listenerCounts: number[] = [];
    const server = createServer().on(
      'upgrade',
      upgradeScope(
        (_, socket) => {
          listenerCounts.push(socket.listenerCount('error'));
          socket.end('HTTP/1.1 426 Upgrade Required\r\n\r\n');
        },
        { session: deferred },
      ),
    );
    await withServer(listen(server), async ({ port }) => {
      const socket = connect(port, '127.0.0.1');
      try {
        socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: b\r\n\r\n');
        await deferred.requested;
        await deferred.finishLoading();
        assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1.1 426/);
      } finally {
        socket.destroy();
      }
    });
    assert.deepEqual(listenerCounts, [0]);
  });
});

describe('a response that is the prototype of other objects', () => {
  for (const [name, change] of Object.entries({
    'without changes': () => {},
    'with an emit() of the application': (response: ServerResponse) => {
      const { emit } = response;
      response.emit = function (this: ServerResponse, ...args: Parameters<typeof emit>) {
        return emit.apply(this, args);
      } as typeof emit;
    },
    'with a writeHead() of the application': (response: ServerResponse) => {
      const { writeHead } = response;
      response.writeHead = function (this: ServerResponse, ...args: unknown[]) {
        return Reflect.apply(writeHead, this, args);
      } as typeof writeHead;
    },
  })) {
    it(`can be written, and runs the listeners of each object in the scope, ${name}`, { timeout: 20_000 }, async () => {
      const scopeIds: (string | undefined)[] = [];
      const listener = (_: IncomingMessage, response: ServerResponse) => {
        change(response);
        const outer: ServerResponse = Object.create(response);
        const outermost: ServerResponse = Object.create(outer);
        for (const one of [response, outer, outermost]) {
          one.on('news', () => scopeIds.push(tryGetRequestScope()?.id));
          runOutsideScope(() => one.emit('news'));
        }
        // This sends nothing on the response itself, with or without a scope.
        outermost.writeHead(201);
        assert.deepEqual([outermost.headersSent, response.headersSent], [true, false]);
        response.end(tryGetRequestScope()?.id);
      };
      await withServer(listen(createServer(requestScope(listener))), async (server) => {
        const { status, headers, body } = await sendRequest(server, { path: '/' });
        assert.deepEqual([status, headers['x-request-id']], [200, body]);
        assert.deepEqual(scopeIds, new Array(6).fill(body));
      });
    });
  }
});

it('a response whose prototype is replaced in the scope emits with the emit() of the new prototype', {
  timeout: 20_000,
}, async () => {
  const events: unknown[] = [];
  // Express does this to a response whose scope was opened before Express received it.
  const listener = (_: IncomingMessage, response: ServerResponse) => {
    const prototype = Object.getPrototypeOf(response);
    const emit = (...args: Parameters<ServerResponse['emit']>) => {
      events.push(args[0]);
      return prototype.emit.apply(response, args);
    };
    Object.setPrototypeOf(response, Object.create(prototype, { emit: { value: emit } }));
    response.end();
  };
  await withServer(listen(createServer(requestScope(listener))), async (server) => {
    assert.equal((await sendRequest(server, { path: '/' })).status, 200);
  });
  assert.ok(events.includes('finish'));
});

it('a response whose prototype is replaced in the scope writes its headers with the new prototype', async () => {
  const statuses: number[] = [];
  const listener = (_: IncomingMessage, response: ServerResponse) => {
    const prototype = Object.getPrototypeOf(response);
    const writeHead = (...args: [number]) => {
      statuses.push(args[0]);
      return prototype.writeHead.apply(response, args);
    };
    Object.setPrototypeOf(response, Object.create(prototype, { writeHead: { value: writeHead } }));
    response.end(tryGetRequestScope()?.id);
  };
  await withServer(listen(createServer(requestScope(listener))), async (server) => {
    const { headers, body } = await sendRequest(server, { path: '/' });
    assert.equal(headers['x-request-id'], body);
  });
  assert.deepEqual(statuses, [200]);
});

it('what an object of headers inherits is not sent', async () => {
  const listener = (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, Object.assign(Object.create({ 'x-inherited': 'value' }), { 'x-own': 'value' }));
    response.end(tryGetRequestScope()?.id);
  };
  await withServer(listen(createServer(requestScope(listener))), async (server) => {
    const { headers, body } = await sendRequest(server, { path: '/' });
    const { 'x-own': own, 'x-inherited': inherited, 'x-request-id': id } = headers;
    assert.deepEqual([own, inherited, id], ['value', undefined, body]);
  });
});

it('an id that an object of headers inherits replaces no id, and a header may have any name', async () => {
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const inherited: Record<string, string> = request.url === '/inherited' ? { 'x-request-id': 'inherited' } : {};
    const headers = Object.create(inherited, {
      ['__proto__']: { value: 'name', enumerable: true },
      'x-last': { value: 'value', enumerable: true },
    });
    response.writeHead(200, headers);
    response.end(tryGetRequestScope()?.id);
  };
  await withServer(listen(createServer(requestScope(listener))), async (server) => {
    for (const path of ['/', '/inherited']) {
      const [response]: IncomingMessage[] = await once(get({ ...server, path, agent: false }), 'response');
      assert.ok(response);
      const body = await readText(response);
      const sent = response.rawHeaders.join();
      assert.ok(sent.startsWith(`x-request-id,${body},__proto__,name,x-last,value`), sent);
    }
  });
});

describe('an x-request-id header that the application sets', () => {
  const headerSetters: Record<string, (response: Response) => unknown> = {
    'with setHeader()': (response) => response.setHeader('X-Request-Id', 'custom'),
    'with setHeader(), and other headers in an object': (response) => {
      response.setHeader('X-Request-Id', 'custom');
      Reflect.apply(response.writeHead, response, [200, { 'x-other': 'value' }]);
    },
    'with setHeader(), and other headers in a list': (response) => {
      response.setHeader('X-Request-Id', 'custom');
      Reflect.apply(response.writeHead, response, [200, ['x-other', 'value']]);
    },
    'with writeHead() and an object': (response) =>
      Reflect.apply(response.writeHead, response, [200, { 'X-Request-Id': 'custom' }]),
    'with writeHead() and a list': (response) =>
      Reflect.apply(response.writeHead, response, [200, ['X-Request-Id', 'custom']]),
  };
  for (const [title, setHeader] of Object.entries(headerSetters)) {
    it(`replaces the id of the scope, ${title}`, async () => {
      const listener = (_: Request, response: Response) => {
        setHeader(response);
        response.end();
      };
      await withServer(listen(createServer(requestScope(listener))), async (server) => {
        assert.equal((await sendRequest(server, { path: '/' })).headers['x-request-id'], 'custom');
      });
      await withServer(listenHttp2(createHttp2Server(requestScope(listener))), async (server) => {
        assert.equal((await sendRequest(server, { path: '/' })).headers['x-request-id'], 'custom');
      });
    });
  }

  it('is not confused with a header whose value is x-request-id', async () => {
    const lists = [['Vary', 'x-request-id'], [['Vary', 'x-request-id']]];
    for (const list of lists) {
      const listener = (_: Request, response: ServerResponse) => {
        Reflect.apply(response.writeHead, response, [200, list]);
        response.end(tryGetRequestScope()?.id);
      };
      await withServer(listen(createServer(requestScope(listener))), async (server) => {
        const { headers, body } = await sendRequest(server, { path: '/' });
        assert.deepEqual([headers['x-request-id'], headers.vary], [body, 'x-request-id']);
      });
    }
  });

  it('replaces the id of the scope on a stream of http2', async () => {
    const objects: Record<string, unknown>[] | unknown[][] = [
      { 'X-Request-Id': 'custom' },
      { 'x-request-id': 'custom' },
    ];
    // Node accepts a list since version 24.
    const acceptsLists = Number(process.versions.node.split('.')[0]) >= 24;
    for (const headers of acceptsLists
      ? [...objects, ['X-Request-Id', 'custom', 'x-other', 'x-request-id']]
      : objects) {
      const server = createHttp2Server();
      server.on(
        'stream',
        streamScope((stream) => {
          Reflect.apply(stream.respond, stream, [headers]);
          stream.end();
        }),
      );
      await withServer(listenHttp2(server), async (running) => {
        assert.equal((await sendRequest(running, { path: '/' })).headers['x-request-id'], 'custom');
      });
    }
  });
});

describe('compressed WebSocket messages', () => {
  it('are received in the scope of their own upgrade', async () => {
    const server = createServer();
    const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: true });
    const listener = upgradeScope(
      (request, socket, head) => {
        sockets.handleUpgrade(request, socket, head, (webSocket) => {
          webSocket.on('message', () => webSocket.send(tryGetRequestScope()?.id ?? 'none'));
        });
      },
      { trustRequestId: true },
    );
    server.on('upgrade', listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    // ws decompresses the messages of all sockets of a process in one queue, and does not compress those below one
    // kilobyte.
    const message = 'ab'.repeat(40_000);
    const repliesTo = async (id: string): Promise<string[]> => {
      const client = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { 'x-request-id': id } });
      try {
        await once(client, 'open');
        const replies: string[] = [];
        const all = new Promise<void>((resolve, reject) => {
          client.on('error', reject);
          client.on('message', (reply) => {
            replies.push(String(reply));
            if (replies.length === 10) resolve();
          });
        });
        for (let count = 0; count < 10; count++) client.send(message);
        await all;
        return replies;
      } finally {
        client.terminate();
      }
    };
    try {
      await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          assert.deepEqual(await repliesTo(`socket-${index}`), new Array(10).fill(`socket-${index}`));
        }),
      );
    } finally {
      for (const client of sockets.clients) client.terminate();
      server.close();
    }
  });
});
