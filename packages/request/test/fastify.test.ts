import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createConnection } from 'node:net';
import { Readable, Transform } from 'node:stream';
import { describe, it } from 'node:test';
import fastifyCookie from '@fastify/cookie';
import multipart from '@fastify/multipart';
import fastifySession from '@fastify/session';
import websocket from '@fastify/websocket';
import {
  getRequestScope,
  RequestError,
  type RequestScopeOptions,
  type Sessions,
  session,
  tryGetRequestScope,
} from '@throughline/request';
import { requestScope } from '@throughline/request/fastify';
import { requestScope as httpScope } from '@throughline/request/http';
import { type FastifyHttpOptions, type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { WebSocket } from 'ws';
import type { LossName } from './battery/cases.js';
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
import { noteEnd, readUpload } from './battery/node-handlers.js';
import { noteFor, seenText } from './battery/recorded-reads.js';
import { testLosses } from './battery/run-battery.js';
import { ask } from './http/client.js';
import type { RunningServer } from './http/server.js';

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
  "the framework's own error answer",
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

const onHttp: LossName[] = [
  ...everywhere,
  'a WebSocket',
  'many requests over one keep-alive socket',
  'pipelined requests',
];

const note = (request: Pick<FastifyRequest, 'headers'>) => noteFor(request.headers['x-request-id']);

/** The routes of the battery. */
async function build(app: FastifyInstance, options: RequestScopeOptions): Promise<FastifyInstance> {
  await app.register(requestScope, options);
  await app.register(multipart);
  await app.register(websocket, { options: { perMessageDeflate: true } });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  // A body that the handler reads by itself.
  app.addContentTypeParser('text/plain', (_request, _payload, done) => done(null));

  app.get<{ Querystring: { id: string } }>('/seen', (request, reply) => reply.send(seenText(request.query.id)));
  app.get('/plain', async (request) => {
    await steps(note(request));
    return 'ok';
  });
  app.get('/race', async (request) => {
    await race(note(request));
    return 'ok';
  });
  app.get('/scope', (_, reply) => reply.send(scopeText()));
  app.register(
    async (mounted) => {
      mounted.get('/scope', (_, reply) => reply.send(scopeText()));
    },
    { prefix: '/mounted' },
  );
  app.post<{ Body: { text: string } }>('/json', (request) => received(note(request), request.body.text));
  app.post<{ Body: { text: string } }>('/form', (request) => received(note(request), request.body.text));
  app.post('/upload', async (request) => {
    const file = await request.file();
    return received(note(request), (await file?.toBuffer())?.toString());
  });
  app.get('/ended', (request, reply) => {
    noteEnd(reply.raw, note(request));
    return reply.send('ok');
  });
  app.get('/throws', () => {
    throw new Error('thrown');
  });
  app.get('/rejects', (request) => rejects(note(request)));
  app.get('/unhandled', () => {
    throw new Error('unhandled');
  });
  app.get('/stream', (request, reply) => reply.send(Readable.from(chunks(note(request)))));
  app.get('/events', (request, reply) => reply.type('text/event-stream').send(Readable.from(events(note(request)))));
  app.get('/endless', (request, reply) => {
    noteEnd(reply.raw, note(request));
    return reply.send(Readable.from(endless(note(request))));
  });
  app.post('/unfinished', async (request, reply) => {
    watchSignal(note(request));
    note(request)('handler');
    await readUpload(request.raw, note(request));
    return reply.send('');
  });
  app.get('/deadline', async (request, reply) => reply.code(503).send(await untilDeadline(note(request))));
  app.get('/socket', { websocket: true }, (socket, request) => {
    note(request)('open');
    socket.on('message', () => {
      note(request)('message');
      socket.send(socketText());
    });
    socket.on('close', () => note(request)('socket closed'));
  });
  app.setNotFoundHandler((request, reply) => {
    note(request)('not found');
    return reply.code(404).send('not found');
  });
  app.setErrorHandler((error: Error, request, reply) => {
    note(request)('error handler');
    if (error.message === 'unhandled') throw error;
    return reply.code(500).send(error.message);
  });
  return app;
}

async function serve(building: Promise<FastifyInstance>, protocol: 'http' | 'http2'): Promise<RunningServer> {
  const app = await building;
  await app.listen({ host: '127.0.0.1', port: 0 });
  // Only a server that listens on a pipe has another kind of address.
  const { port } = app.server.address() as AddressInfo;
  return { port, protocol, close: () => app.close() };
}

/** Fastify closes idle connections only, and a client may have been told to keep its own. */
const settings = { forceCloseConnections: true };

testLosses('Fastify', (options) => serve(build(fastify(settings), options), 'http'), onHttp);
testLosses(
  'Fastify over HTTP/2',
  // The types of the two kinds of server differ in their requests and answers; what is used of these is the same.
  (options) => serve(build(fastify({ http2: true }) as unknown as FastifyInstance, options), 'http2'),
  [...everywhere, 'http2 streams of one session'],
);

/** An application that is closed at the end. */
async function withApp(
  options: FastifyHttpOptions<Server>,
  scopeOptions: RequestScopeOptions,
  use: (app: FastifyInstance) => Promise<void>,
): Promise<void> {
  const app = fastify(options);
  try {
    await app.register(requestScope, scopeOptions);
    await use(app);
  } finally {
    await app.close();
  }
}

describe('requestScope of Fastify', () => {
  const ids = (app: FastifyInstance) => app.get('/', (request) => [request.id, getRequestScope().id]);

  it('gives the request and the scope one id, which the answer carries', () =>
    withApp({}, {}, async (app) => {
      ids(app);
      const { headers, ...answer } = await app.inject('/');
      const [requestId, scopeId] = answer.json();
      assert.match(scopeId, /^[\da-f]{8}-/);
      assert.deepEqual([requestId, headers['x-request-id']], [scopeId, scopeId]);
    }));

  it('takes the id that the application has generated', () =>
    withApp({ genReqId: () => 'made-here' }, { trustRequestId: true }, async (app) => {
      ids(app);
      const answer = await app.inject({ url: '/', headers: { 'x-request-id': 'brought' } });
      assert.deepEqual([answer.json(), answer.headers['x-request-id']], [['made-here', 'made-here'], 'made-here']);
    }));

  it('takes the header that the application has named', () =>
    withApp({ requestIdHeader: 'x-trace' }, {}, async (app) => {
      ids(app);
      const answer = await app.inject({ url: '/', headers: { 'x-trace': 'traced' } });
      assert.deepEqual([answer.json(), answer.headers['x-request-id']], [['traced', 'traced'], 'traced']);
    }));

  it('gives an id of its own in place of one that is not safe', () =>
    withApp({ genReqId: () => 'two words' }, {}, async (app) => {
      ids(app);
      const answer = await app.inject('/');
      const [requestId, scopeId] = answer.json();
      assert.equal(requestId, 'two words');
      assert.match(scopeId, /^[\da-f]{8}-/);
      assert.equal(answer.headers['x-request-id'], scopeId);
    }));

  it("writes the scope's id into the lines of Fastify's logger", async () => {
    const lines: string[] = [];
    await withApp({ logger: { stream: { write: (line: string) => lines.push(line) } } }, {}, async (app) => {
      ids(app);
      const { headers } = await app.inject('/');
      const logged = lines.map((line) => JSON.parse(line).reqId).filter((id) => id !== undefined);
      assert.ok(logged.length > 0);
      for (const id of logged) assert.equal(id, headers['x-request-id']);
    });
  });

  it('refuses options that are wrong', () =>
    withApp({}, {}, async () => {
      const app = fastify();
      app.register(requestScope, { deadline: -1 });
      await assert.rejects(async () => app.ready(), { code: 'ERR_INVALID_OPTION' });
      await app.close();
    }));

  it('runs all hooks in the scope', () =>
    withApp({}, {}, async (app) => {
      const seen: Record<string, string | undefined> = {};
      const see = (hook: string) => {
        seen[hook] = tryGetRequestScope()?.id;
      };
      app.addHook('onRequest', async () => see('onRequest'));
      app.addHook('preParsing', async (_request, _reply, payload) => {
        see('preParsing');
        return payload.pipe(
          new Transform({
            transform(chunk, _encoding, done) {
              see('a stream of preParsing');
              done(null, chunk);
            },
          }),
        );
      });
      app.addHook('preValidation', async () => see('preValidation'));
      app.addHook('preHandler', async () => see('preHandler'));
      app.addHook('preSerialization', async (_request, _reply, payload) => {
        see('preSerialization');
        return payload;
      });
      app.addHook('onSend', async () => see('onSend'));
      const responded = new Promise<void>((resolve) => {
        app.addHook('onResponse', async () => {
          see('onResponse');
          resolve();
        });
      });
      app.post('/', () => ({ ok: true }));
      await app.listen({ host: '127.0.0.1', port: 0 });
      const { port } = app.server.address() as AddressInfo;
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: '{"a":1}' });
      await answer.text();
      await responded;
      const id = answer.headers.get('x-request-id');
      assert.equal(Object.keys(seen).length, 8);
      for (const [hook, own] of Object.entries(seen)) assert.equal(own, id, hook);
    }));

  it('runs onTimeout and onRequestAbort in the scope', () =>
    withApp({ connectionTimeout: 50 }, { trustRequestId: true }, async (app) => {
      const timedOut = new Promise((resolve) => {
        app.addHook('onTimeout', async () => resolve(tryGetRequestScope()?.id));
      });
      const aborted = new Promise((resolve) => {
        app.addHook('onRequestAbort', async (_request) => resolve(tryGetRequestScope()?.id));
      });
      app.get('/', () => new Promise(() => {}));
      await app.listen({ host: '127.0.0.1', port: 0 });
      const { port } = app.server.address() as AddressInfo;
      const socket = createConnection(port, '127.0.0.1');
      try {
        socket.on('error', () => {});
        socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: waits\r\n\r\n');
        assert.equal(await timedOut, 'waits');
        socket.destroy();
        assert.equal(await aborted, 'waits');
      } finally {
        socket.destroy();
      }
    }));

  it('keeps compressed messages of many WebSockets apart', () =>
    withApp({ forceCloseConnections: true }, { trustRequestId: true }, async (app) => {
      await app.register(websocket, { options: { perMessageDeflate: true } });
      app.get('/', { websocket: true }, (socket) => {
        socket.on('message', () => socket.send(tryGetRequestScope()?.id ?? 'none'));
      });
      await app.listen({ host: '127.0.0.1', port: 0 });
      const { port } = app.server.address() as AddressInfo;
      // Below a kilobyte nothing is compressed.
      const message = 'ab'.repeat(20_000);
      await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const id = `socket-${index}`;
          const client = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { 'x-request-id': id } });
          try {
            await once(client, 'open');
            const answers: string[] = [];
            const all = new Promise<void>((resolve, reject) => {
              client.on('error', reject);
              client.on('message', (answer) => {
                answers.push(String(answer));
                if (answers.length === 5) resolve();
              });
            });
            for (let count = 0; count < 5; count++) client.send(message);
            await all;
            assert.deepEqual(answers, new Array(5).fill(id));
          } finally {
            client.terminate();
          }
        }),
      );
    }));

  it('is in an answer that was hijacked', () =>
    withApp({}, {}, async (app) => {
      app.get('/', (_request, reply) => {
        reply.hijack();
        reply.raw.end(getRequestScope().id);
      });
      const { headers, body } = await app.inject('/');
      assert.equal(headers['x-request-id'], body);
    }));

  it('answers with the error of a session that cannot be loaded by the error handler', () => {
    const failing = { open: () => Promise.reject(new RequestError('ERR_SESSION_STORE', 'down')) };
    return withApp({}, { session: failing }, async (app) => {
      app.get('/', () => 'never');
      app.setErrorHandler((error: Error & { code?: string }, _request, reply) =>
        reply.code(503).send(`${error.code} ${tryGetRequestScope() === undefined}`),
      );
      const { statusCode, body } = await app.inject('/');
      assert.deepEqual([statusCode, body], [503, 'ERR_SESSION_STORE false']);
    });
  });

  it('finds the session of @fastify/session inside of a scope of /http', async () => {
    const inner: { app?: FastifyInstance } = {};
    const outer = httpScope(
      (request: IncomingMessage, response: ServerResponse) => inner.app?.routing(request, response),
      { trustRequestId: true },
    );
    const server = createServer(outer);
    const app = fastify({ forceCloseConnections: true, serverFactory: () => server });
    inner.app = app;
    try {
      await app.register(requestScope);
      await app.register(fastifyCookie);
      await app.register(fastifySession, { secret: 'a secret of thirty-two characters', cookie: { secure: false } });
      app.get('/', async (request) => {
        session().set('user', 'ada');
        return `${getRequestScope().id} ${Reflect.get(request.session, 'user')} ${session().id === request.session.sessionId}`;
      });
      await app.listen({ host: '127.0.0.1', port: 0 });
      const { port } = app.server.address() as AddressInfo;
      const { status, body } = await ask({ port }, { path: '/', headers: { 'x-request-id': 'outer' } });
      assert.deepEqual([status, body], [200, 'outer ada true']);
    } finally {
      await app.close();
    }
  });

  it('takes https from the proxies that Fastify trusts', async () => {
    for (const trustProxy of [false, true]) {
      const secure: boolean[] = [];
      const sessions: Sessions = {
        open(exchange) {
          secure.push(exchange.isSecure);
          throw new RequestError('ERR_SESSION_STORE', 'not needed');
        },
      };
      await withApp({ trustProxy }, { session: sessions }, async (app) => {
        app.get('/', () => 'never');
        await app.inject({ url: '/', headers: { 'x-forwarded-proto': 'https' } });
      });
      assert.deepEqual(secure, [trustProxy]);
    }
  });
});
