import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
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
import { assertOwn, type LossName } from './battery/cases.js';
import {
  chunks,
  endless,
  events,
  race,
  received,
  rejects,
  scopeText,
  socketText,
  steps,
  untilDeadline,
  watchSignal,
} from './battery/handlers.js';
import { noteEnd, readUpload, writeAll } from './battery/node-handlers.js';
import { type Note, noteFor, seenText } from './battery/recorded-reads.js';
import { testLosses } from './battery/run-battery.js';
import { ask } from './http/client.js';
import { listen, listenHttp2, type RunningServer, withServer } from './http/server.js';
import { BreakableMap } from './sessions/breakable-store.js';
import { HeldSessions, resetWhileLoading } from './sessions/reset-during-upgrade.js';

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/** Runs a function in the frame that this module was loaded in: outside of every scope. */
const atRoot = AsyncLocalStorage.snapshot();

const secret = 'a secret of the tests, which is long enough';
const quiet = { warn() {}, error() {} };

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

/** Reads a body by its events, as there is no parser here, and answers in the last of them. */
function readBody(request: Request, note: Note, proceed: (body: Buffer) => void): void {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => {
    note('data');
    pieces.push(piece);
  });
  request.on('end', () => {
    note('end');
    proceed(Buffer.concat(pieces));
  });
}

/** What came as a form, which the platform can read. */
function fieldsOf(request: Request, body: Buffer) {
  return new Response(new Uint8Array(body), {
    headers: { 'content-type': `${request.headers['content-type']}` },
  }).formData();
}

function listener(request: Request, response: Response): void {
  const note = noteFor(request.headers['x-request-id']);
  const url = new URL(request.url ?? '', 'http://localhost');
  const answer = (body: string, status = 200) => {
    response.statusCode = status;
    response.end(body);
  };
  const fail = (error: Error) => {
    note('error handler');
    answer(error.message, 500);
  };
  const routes: Record<string, () => unknown> = {
    'GET /seen': () => answer(seenText(url.searchParams.get('id'))),
    'GET /plain': () => steps(note).then(() => answer('ok')),
    'GET /race': () => race(note).then(() => answer('ok')),
    'GET /scope': () => answer(scopeText()),
    'GET /mounted/scope': () => {
      request.url = '/scope';
      answer(scopeText());
    },
    'POST /json': () =>
      readBody(request, note, (body) => received(note, JSON.parse(body.toString()).text).then((text) => answer(text))),
    'POST /form': () =>
      readBody(request, note, async (body) => {
        answer(await received(note, String((await fieldsOf(request, body)).get('text'))));
      }),
    'POST /upload': () =>
      readBody(request, note, async (body) => {
        const file = (await fieldsOf(request, body)).get('file');
        assert.ok(file instanceof File);
        answer(await received(note, await file.text()));
      }),
    'GET /ended': () => {
      noteEnd(response, note);
      answer('ok');
    },
    'GET /throws': () => {
      throw new Error('thrown');
    },
    'GET /rejects': () => rejects(note).catch(fail),
    'GET /stream': () => writeAll(response, chunks(note), note),
    'GET /events': () => {
      response.setHeader('content-type', 'text/event-stream');
      return writeAll(response, events(note), note);
    },
    'GET /endless': () => {
      noteEnd(response, note);
      return writeAll(response, endless(note), note);
    },
    'POST /unfinished': () => {
      watchSignal(note);
      note('handler');
      return readUpload(request, note);
    },
    'GET /deadline': () => untilDeadline(note).then((reason) => answer(reason, 503)),
  };
  const route = routes[`${request.method} ${url.pathname}`];
  try {
    if (route !== undefined) {
      route();
    } else {
      note('not found');
      answer('not found', 404);
    }
  } catch (error) {
    fail(error as Error);
  }
}

/** Answers the messages of WebSockets at a server. */
function serveSockets(server: Server, options: RequestScopeOptions): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true });
  server.on(
    'upgrade',
    upgradeScope((request, socket, head) => {
      const note = noteFor(request.headers['x-request-id']);
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        note('open');
        webSocket.on('message', async () => {
          note('message');
          await steps(note);
          webSocket.send(socketText());
        });
        webSocket.on('close', () => note('socket closed'));
      });
    }, options),
  );
  return sockets;
}

async function start(options: RequestScopeOptions): Promise<RunningServer> {
  const server = createServer(requestScope(listener, options));
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

testLosses('node:http', start, [
  ...shared,
  'a WebSocket',
  'many requests over one keep-alive socket',
  'pipelined requests',
]);

testLosses('node:http2', (options) => listenHttp2(createHttp2Server(requestScope(listener, options))), [
  ...shared,
  'http2 streams of one session',
]);

describe('requestScope of /http', () => {
  it('gives a listener that is not async its scope as well as one that is', async () => {
    for (const own of [
      (_: IncomingMessage, response: ServerResponse) => void response.end(scopeText()),
      async (_: IncomingMessage, response: ServerResponse) => {
        await undefined;
        response.end(scopeText());
      },
    ]) {
      await withServer(listen(createServer(requestScope(own, { trustRequestId: true }))), async (server) => {
        const { body } = await ask(server, { path: '/?a', headers: { 'x-request-id': 'mine' } });
        assert.deepEqual(JSON.parse(body), { id: 'mine', method: 'GET', path: '/' });
      });
    }
    assert.equal(tryGetRequestScope(), undefined);
  });

  it('lets a server capture what its listener rejects with, also where a session was waited for', async () => {
    const store = new Map<string, unknown>();
    const own = async (request: IncomingMessage, response: ServerResponse) => {
      if (request.url === '/rejects') throw new Error('rejected');
      session().set('user', 'ada');
      response.end();
    };
    const options = { session: sessions({ secret, store, log: quiet }) };
    const server = capturing(() => createServer(requestScope(own, options)));
    await withServer(listen(server), async (running) => {
      const cookie = cookieOf((await ask(running, { path: '/' })).headers);
      for (const headers of [{}, { cookie }]) {
        assert.equal((await ask(running, { path: '/rejects', headers })).status, 500);
      }
    });
  });

  it('keeps the scope, and the id, of the outer one where it is mounted twice', async () => {
    const inner = requestScope((_: IncomingMessage, response: ServerResponse) => response.end(scopeText()));
    await withServer(listen(createServer(requestScope(inner, { trustRequestId: true }))), async (server) => {
      const { headers, body } = await ask(server, { path: '/', headers: { 'x-request-id': 'outer' } });
      assert.deepEqual([headers['x-request-id'], JSON.parse(body).id], ['outer', 'outer']);
    });
  });

  it('answers itself where a session cannot be loaded, with the id', async () => {
    const store = new BreakableMap();
    const own = (_: IncomingMessage, response: ServerResponse) => {
      session().set('user', 'ada');
      response.end();
    };
    const options = { trustRequestId: true, session: sessions({ secret, store, log: quiet }) };
    await withServer(listen(createServer(requestScope(own, options))), async (server) => {
      const cookie = cookieOf((await ask(server, { path: '/' })).headers);
      store.isBroken = true;
      const { status, headers } = await ask(server, { path: '/', headers: { cookie, 'x-request-id': 'broken' } });
      assert.deepEqual([status, headers['x-request-id']], [503, 'broken']);
    });
  });

  it('refuses options that are not what they must be where it is mounted', () => {
    for (const options of [{ deadline: 0 }, { deadline: Number.NaN }, { trustProxy: 'nobody' }]) {
      assert.throws(() => requestScope(() => {}, options), { code: 'ERR_INVALID_OPTION' });
      assert.throws(() => upgradeScope(() => {}, options), { code: 'ERR_INVALID_OPTION' });
    }
    assert.throws(() => streamScope(() => {}, { deadline: 0 }), { code: 'ERR_INVALID_OPTION' });
  });
});

describe('streamScope', () => {
  it('gives each stream its scope, its id and its signal, also to what is heard on it', async () => {
    const server = createHttp2Server();
    server.on(
      'stream',
      streamScope(
        async (stream, headers) => {
          const note = noteFor(headers['x-request-id']);
          stream.on('error', () => {});
          stream.on('data', () => note('data'));
          stream.on('aborted', () => note('aborted'));
          stream.on('close', () => note('close'));
          if (headers[':path']?.startsWith('/seen')) {
            stream.respond({ ':status': 200 });
            stream.end(seenText(new URL(headers[':path'], 'http://localhost').searchParams.get('id')));
            return;
          }
          if (headers[':path'] === '/unfinished') {
            watchSignal(note);
            note('handler');
            return;
          }
          await steps(note);
          stream.respond({ ':status': 200, 'x-own': 'kept' });
          stream.end(scopeText());
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
            assert.deepEqual([headers['x-request-id'], headers['x-own']], [id, 'kept']);
            let body = '';
            for await (const piece of stream) body += piece;
            assert.deepEqual(JSON.parse(body), { id, method: 'POST', path: '/a' });
          }),
        );
        const cut = client.request({ ':path': '/unfinished', ':method': 'POST', 'x-request-id': 'cut' });
        cut.on('error', () => {});
        cut.write('some data');
        await assertOwn(running, 'cut', ['handler', 'data']);
        cut.close(constants.NGHTTP2_CANCEL);
        await assertOwn(running, 'cut', ['signal AbortError', 'aborted', 'close']);
      } finally {
        client.destroy();
      }
      for (const id of ids) await assertOwn(running, id, ['start', 'data', 'close']);
    });
  });
});

describe('upgradeScope', () => {
  it('gives all that is heard on the socket the scope of its upgrade, and aborts with the socket', async () => {
    const server = createServer(requestScope(listener, { trustRequestId: true }));
    server.on(
      'upgrade',
      upgradeScope(
        (request, socket) => {
          const note = noteFor(request.headers['x-request-id']);
          watchSignal(note);
          socket.on('error', () => {});
          socket.on('end', () => socket.end());
          socket.on('data', () => {
            note('data');
            socket.write(`${socketText()}\n`);
          });
          socket.on('close', () => note('close'));
          socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: lines\r\n\r\n');
        },
        { trustRequestId: true },
      ),
    );
    await withServer(listen(server), async (running) => {
      const socket = connect(running.port, '127.0.0.1');
      try {
        const upgrade = 'Connection: Upgrade\r\nUpgrade: lines\r\nX-Request-Id: upgraded\r\n\r\n';
        // A request over the same socket before it: its scope must not stay.
        socket.write('GET /plain HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: before\r\n\r\n');
        assert.match(String((await once(socket, 'data'))[0]), /x-request-id: before/i);
        socket.write(`GET /lines HTTP/1.1\r\nHost: localhost\r\n${upgrade}`);
        assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1.1 101/);
        socket.write('a line');
        assert.equal(String((await once(socket, 'data'))[0]), 'upgraded\n');
      } finally {
        socket.destroy();
      }
      await assertOwn(running, 'upgraded', ['data', 'signal AbortError', 'close']);
      await assertOwn(running, 'before', ['start']);
    });
  });

  it('answers 503 and hangs up where the session cannot be loaded, and reads one that can', async () => {
    const store = new BreakableMap();
    const options = { session: sessions({ secret, store, log: quiet }) };
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
      const cookie = cookieOf((await ask(running, { path: '/' })).headers);
      const upgraded = async () => {
        const socket = connect(running.port, '127.0.0.1');
        try {
          socket.write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: b\r\nCookie: ${cookie}\r\n\r\n`);
          let answer = '';
          for await (const piece of socket) answer += piece;
          return answer.split('\r\n')[0];
        } finally {
          socket.destroy();
        }
      };
      assert.equal(await upgraded(), 'HTTP/1.1 426 ada');
      store.isBroken = true;
      assert.equal(await upgraded(), 'HTTP/1.1 503 Service Unavailable');

      const connection = once(server, 'connection');
      const held = connect({ port: running.port, host: '127.0.0.1', allowHalfOpen: true });
      try {
        const [served]: Socket[] = await connection;
        assert.ok(served);
        const closed = once(served, 'close', { signal: AbortSignal.timeout(20_000) });
        held.resume();
        held.write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: b\r\nCookie: ${cookie}\r\n\r\n`);
        await closed;
      } finally {
        held.destroy();
      }
    });
  });
});

describe('an upgrade whose client resets the connection while the session is loaded', () => {
  for (const error of [undefined, new Error('the store is down')]) {
    it(`ends nothing, and is not served (${error === undefined ? 'loaded' : 'refused'})`, {
      timeout: 20_000,
    }, async () => {
      const held = new HeldSessions();
      let served = 0;
      const server = createServer().on(
        'upgrade',
        upgradeScope(() => served++, { session: held }),
      );
      await withServer(listen(server), async ({ port }) => {
        await resetWhileLoading(held, port);
        await held.proceed(error);
        assert.equal(served, 0);
      });
    });
  }

  it('leaves the errors of a socket that is there to the listener', { timeout: 20_000 }, async () => {
    const held = new HeldSessions();
    const counts: number[] = [];
    const server = createServer().on(
      'upgrade',
      upgradeScope(
        (_, socket) => {
          counts.push(socket.listenerCount('error'));
          socket.end('HTTP/1.1 426 Upgrade Required\r\n\r\n');
        },
        { session: held },
      ),
    );
    await withServer(listen(server), async ({ port }) => {
      const socket = connect(port, '127.0.0.1');
      try {
        socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: b\r\n\r\n');
        await held.asked;
        await held.proceed();
        assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1.1 426/);
      } finally {
        socket.destroy();
      }
    });
    assert.deepEqual(counts, [0]);
  });
});

describe('an answer that stands behind another object', () => {
  for (const [name, change] of Object.entries({
    'as it is': () => {},
    'with an emit of the application': (response: ServerResponse) => {
      const { emit } = response;
      response.emit = function (this: ServerResponse, ...args: Parameters<typeof emit>) {
        return emit.apply(this, args);
      } as typeof emit;
    },
    'with a writeHead of the application': (response: ServerResponse) => {
      const { writeHead } = response;
      response.writeHead = function (this: ServerResponse, ...args: unknown[]) {
        return Reflect.apply(writeHead, this, args);
      } as typeof writeHead;
    },
  })) {
    it(`is written and heard, ${name}`, { timeout: 20_000 }, async () => {
      const heard: (string | undefined)[] = [];
      const own = (_: IncomingMessage, response: ServerResponse) => {
        change(response);
        const outer: ServerResponse = Object.create(response);
        const outermost: ServerResponse = Object.create(outer);
        for (const one of [response, outer, outermost]) {
          one.on('news', () => heard.push(tryGetRequestScope()?.id));
          atRoot(() => one.emit('news'));
        }
        // As without a scope: what is behind it has sent nothing.
        outermost.writeHead(201);
        assert.deepEqual([outermost.headersSent, response.headersSent], [true, false]);
        response.end(tryGetRequestScope()?.id);
      };
      await withServer(listen(createServer(requestScope(own))), async (server) => {
        const { status, headers, body } = await ask(server, { path: '/' });
        assert.deepEqual([status, headers['x-request-id']], [200, body]);
        assert.deepEqual(heard, new Array(6).fill(body));
      });
    });
  }
});

it('an answer that gets another prototype in the scope has its emit called', { timeout: 20_000 }, async () => {
  const heard: unknown[] = [];
  // As Express does it, where the scope was opened around it.
  const own = (_: IncomingMessage, response: ServerResponse) => {
    const above = Object.getPrototypeOf(response);
    const emit = (...args: Parameters<ServerResponse['emit']>) => {
      heard.push(args[0]);
      return above.emit.apply(response, args);
    };
    Object.setPrototypeOf(response, Object.create(above, { emit: { value: emit } }));
    response.end();
  };
  await withServer(listen(createServer(requestScope(own))), async (server) => {
    assert.equal((await ask(server, { path: '/' })).status, 200);
  });
  assert.ok(heard.includes('finish'));
});

describe('an id that the application sets itself', () => {
  const ways: Record<string, (response: Response) => unknown> = {
    'by setHeader alone': (response) => response.setHeader('X-Request-Id', 'own'),
    'by setHeader, with headers in an object': (response) => {
      response.setHeader('X-Request-Id', 'own');
      Reflect.apply(response.writeHead, response, [200, { 'x-other': 'kept' }]);
    },
    'by setHeader, with headers in a list': (response) => {
      response.setHeader('X-Request-Id', 'own');
      Reflect.apply(response.writeHead, response, [200, ['x-other', 'kept']]);
    },
    'in an object': (response) => Reflect.apply(response.writeHead, response, [200, { 'X-Request-Id': 'own' }]),
    'in a list': (response) => Reflect.apply(response.writeHead, response, [200, ['X-Request-Id', 'own']]),
  };
  for (const [way, set] of Object.entries(ways)) {
    it(`wins, ${way}`, async () => {
      const own = (_: Request, response: Response) => {
        set(response);
        response.end();
      };
      await withServer(listen(createServer(requestScope(own))), async (server) => {
        assert.equal((await ask(server, { path: '/' })).headers['x-request-id'], 'own');
      });
      await withServer(listenHttp2(createHttp2Server(requestScope(own))), async (server) => {
        assert.equal((await ask(server, { path: '/' })).headers['x-request-id'], 'own');
      });
    });
  }

  it('is not meant by a header that has the name as its value', async () => {
    const lists = [['Vary', 'x-request-id'], [['Vary', 'x-request-id']]];
    for (const list of lists) {
      const own = (_: Request, response: ServerResponse) => {
        Reflect.apply(response.writeHead, response, [200, list]);
        response.end(tryGetRequestScope()?.id);
      };
      await withServer(listen(createServer(requestScope(own))), async (server) => {
        const { headers, body } = await ask(server, { path: '/' });
        assert.deepEqual([headers['x-request-id'], headers.vary], [body, 'x-request-id']);
      });
    }
  });

  it('wins on a stream of http2', async () => {
    const sets: Record<string, unknown>[] | unknown[][] = [{ 'X-Request-Id': 'own' }, { 'x-request-id': 'own' }];
    // Only newer versions of Node take a list.
    const takesLists = Number(process.versions.node.split('.')[0]) >= 24;
    for (const headers of takesLists ? [...sets, ['X-Request-Id', 'own', 'x-other', 'x-request-id']] : sets) {
      const server = createHttp2Server();
      server.on(
        'stream',
        streamScope((stream) => {
          Reflect.apply(stream.respond, stream, [headers]);
          stream.end();
        }),
      );
      await withServer(listenHttp2(server), async (running) => {
        assert.equal((await ask(running, { path: '/' })).headers['x-request-id'], 'own');
      });
    }
  });
});

/** Makes a server that looks at what its listeners return, which only the default of all emitters can ask for. */
function capturing(make: () => Server): Server {
  EventEmitter.captureRejections = true;
  try {
    return make();
  } finally {
    EventEmitter.captureRejections = false;
  }
}

function cookieOf(headers: Readonly<Record<string, unknown>>): string {
  return String(headers['set-cookie']).split(';', 1)[0] ?? '';
}

describe('compressed messages', () => {
  it('of many WebSockets are heard in the scope of their own', async () => {
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
    // All sockets of a process wait in one queue to inflate. Below a kilobyte nothing is compressed.
    const message = 'ab'.repeat(40_000);
    const talk = async (id: string): Promise<string[]> => {
      const client = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { 'x-request-id': id } });
      try {
        await once(client, 'open');
        const answers: string[] = [];
        const all = new Promise<void>((resolve, reject) => {
          client.on('error', reject);
          client.on('message', (answer) => {
            answers.push(String(answer));
            if (answers.length === 10) resolve();
          });
        });
        for (let count = 0; count < 10; count++) client.send(message);
        await all;
        return answers;
      } finally {
        client.terminate();
      }
    };
    try {
      await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          assert.deepEqual(await talk(`socket-${index}`), new Array(10).fill(`socket-${index}`));
        }),
      );
    } finally {
      for (const client of sockets.clients) client.terminate();
      server.close();
    }
  });
});
