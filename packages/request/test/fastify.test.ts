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
import {
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyRequest,
  type FastifyTypeProvider,
  fastify,
} from 'fastify';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import type { CaseName } from './battery/cases.js';
import { DETOUR_HEADER, type DetourRoute, detourRoutesJson, proceedByDetour, takeDetour } from './battery/detours.js';
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
import { readNodeUpload, recordResponseEnd } from './battery/node-handlers.js';
import { recordedReadsJson, recorderFor } from './battery/recorded-reads.js';
import { runBattery } from './battery/run-battery.js';
import { sendRequest } from './http/client.js';
import type { RunningServer } from './http/server.js';

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

const http1Cases: CaseName[] = [
  ...sharedCases,
  'a WebSocket',
  'many requests on one keep-alive connection',
  'pipelined requests',
];

const recorderOf = (request: Pick<FastifyRequest, 'headers'>) => recorderFor(request.headers['x-request-id']);

/** The hooks at which a request can take a detour. Each is there twice: with `done`, and as an async function. */
const detourHooks = ['onRequest', 'preParsing', 'preValidation', 'preHandler', 'preSerialization', 'onSend'] as const;
const hookPhases = (hooks: readonly string[]) => hooks.flatMap((hook) => [hook, `${hook}, async`]);
const hookCheckpoints = (hooks: readonly string[]) => hooks.map((hook) => `after ${hook}`);

const detourRoutes: DetourRoute[] = [
  {
    method: 'POST',
    path: '/detours/body',
    body: { type: 'application/x-detour', text: 'body' },
    phases: [
      ...hookPhases(detourHooks),
      'onResponse',
      'a content type parser',
      'a stream of preParsing',
      'a hook of a route',
      'a thenable of a hook',
      'a thenable of a handler',
    ],
    checkpoints: [
      ...hookCheckpoints(detourHooks),
      'after onResponse',
      'the content type parser',
      'the validator',
      'the handler',
      'the serializer',
      'finish',
      'close',
    ],
  },
  {
    method: 'GET',
    path: '/detours/replying',
    phases: ['a handler'],
    checkpoints: [...hookCheckpoints(['preSerialization', 'onSend', 'onResponse']), 'the serializer'],
  },
  {
    method: 'GET',
    path: '/detours/failing',
    phases: [...hookPhases(['onRequest', 'preHandler', 'onSend', 'onError']), 'an error handler'],
    checkpoints: [...hookCheckpoints(['onRequest', 'preHandler', 'onSend', 'onError', 'onResponse']), 'error handler'],
  },
  {
    method: 'GET',
    path: '/detours/missing',
    phases: [...hookPhases(['onRequest', 'preHandler', 'onSend']), 'callNotFound'],
    checkpoints: [...hookCheckpoints(['onRequest', 'preHandler', 'onSend']), 'not found'],
  },
];

/** A thenable of a library that calls its reactions itself, wherever it is settled. */
class Thenable {
  readonly #start: (settle: () => void) => void;
  readonly #value: unknown;

  constructor(start: (settle: () => void) => void, value?: unknown) {
    this.#start = start;
    this.#value = value;
  }

  // biome-ignore lint/suspicious/noThenProperty: the test is about thenables
  then(resolve: (value: unknown) => void): void {
    this.#start(() => resolve(this.#value));
  }
}

type Done = (error: null, payload: unknown) => void;

/** Adds the routes on which a request can take a detour, in a plugin of their own. */
async function addDetours(app: FastifyInstance): Promise<void> {
  app.get('/detours', (_, reply) => reply.send(detourRoutesJson(detourRoutes)));
  await app.register(
    async (plugin) => {
      const headerOf = (request: FastifyRequest) => request.headers[DETOUR_HEADER];
      plugin.addContentTypeParser('application/x-detour', { parseAs: 'string' }, (request, body, done) => {
        recorderOf(request)('the content type parser');
        proceedByDetour('a content type parser', headerOf(request), () => done(null, { text: body }));
      });
      plugin.setValidatorCompiler(() => (value: { 'x-request-id': string }) => {
        recorderFor(value['x-request-id'])('the validator');
        return { value };
      });
      plugin.setSerializerCompiler(() => (value: { id: string }) => {
        recorderFor(value.id)('the serializer');
        return JSON.stringify(value);
      });
      for (const hook of ['onRequest', 'preValidation', 'preHandler'] as const) {
        plugin.addHook(hook, (request: FastifyRequest, _: unknown, done: () => void) =>
          proceedByDetour(hook, headerOf(request), () => done()),
        );
        plugin.addHook(hook, async (request) => takeDetour(`${hook}, async`, headerOf(request)));
        plugin.addHook(hook, async (request) => recorderOf(request)(`after ${hook}`));
      }
      plugin.addHook('preParsing', (request, _reply, payload, done) =>
        proceedByDetour('preParsing', headerOf(request), () => done(null, payload)),
      );
      plugin.addHook('preParsing', async (request) => takeDetour('preParsing, async', headerOf(request)));
      plugin.addHook('preParsing', async (request, _reply, payload) => {
        recorderOf(request)('after preParsing');
        const transform = (chunk: unknown, _: unknown, done: (error: null, chunk: unknown) => void) =>
          proceedByDetour('a stream of preParsing', headerOf(request), () => done(null, chunk));
        return payload.pipe(new Transform({ transform }));
      });
      for (const hook of ['preSerialization', 'onSend'] as const) {
        plugin.addHook(hook, (request: FastifyRequest, _: unknown, payload: unknown, done: Done) =>
          proceedByDetour(hook, headerOf(request), () => done(null, payload)),
        );
        plugin.addHook(hook, async (request, _reply, payload) => {
          await takeDetour(`${hook}, async`, headerOf(request));
          return payload;
        });
        plugin.addHook(hook, async (request, _reply, payload) => {
          recorderOf(request)(`after ${hook}`);
          return payload;
        });
      }
      plugin.addHook('onError', (request, _reply, _error, done) =>
        proceedByDetour('onError', headerOf(request), () => done()),
      );
      plugin.addHook('onError', async (request) => takeDetour('onError, async', headerOf(request)));
      plugin.addHook('onError', async (request) => recorderOf(request)('after onError'));
      plugin.addHook('onResponse', (request, _reply, done) =>
        proceedByDetour('onResponse', headerOf(request), () => done()),
      );
      plugin.addHook('onResponse', async (request) => recorderOf(request)('after onResponse'));

      const schema = { headers: {}, response: { 200: {} } };
      const preHandler = [
        (request: FastifyRequest, _reply: unknown, done: () => void) =>
          proceedByDetour('a hook of a route', headerOf(request), () => done()),
        (request: FastifyRequest) =>
          new Thenable((settle) => proceedByDetour('a thenable of a hook', headerOf(request), settle)) as never,
      ];
      plugin.post('/body', { schema, preHandler }, (request, reply) => {
        recorderOf(request)('the handler');
        recordResponseEnd(reply.raw, recorderOf(request));
        return new Thenable((settle) => proceedByDetour('a thenable of a handler', headerOf(request), settle), {
          id: request.headers['x-request-id'],
        }) as never;
      });
      plugin.get('/replying', { schema }, (request, reply) => {
        const respond = () => void reply.send({ id: request.headers['x-request-id'] });
        proceedByDetour('a handler', headerOf(request), respond);
      });
      plugin.get('/failing', () => {
        throw new Error('failed');
      });
      plugin.setErrorHandler(async (error: Error, request, reply) => {
        await new Thenable((settle) => proceedByDetour('an error handler', headerOf(request), settle));
        recorderOf(request)('error handler');
        return reply.code(500).send(error.message);
      });
      plugin.get('/missing', (request, reply) => {
        proceedByDetour('callNotFound', headerOf(request), () => reply.callNotFound());
      });
      plugin.setNotFoundHandler((request, reply) => {
        recorderOf(request)('not found');
        return reply.code(404).send('not found');
      });
    },
    { prefix: '/detours' },
  );
}

/** Registers the plugin. Fastify adds its hooks before it continues with the next plugin. */
type Register = (app: FastifyInstance, options: RequestScopeOptions) => PromiseLike<unknown>;

/** The two forms in which the plugin can be registered. */
const createAndRegister: Register = (app, options) => app.register(requestScope(options));
const registerWithOptions: Register = (app, options) => app.register(requestScope, options);

/** Adds the routes of the battery. */
async function addRoutes(
  app: FastifyInstance,
  options: RequestScopeOptions,
  register: Register,
): Promise<FastifyInstance> {
  await register(app, options);
  await addDetours(app);
  await app.register(multipart);
  await app.register(websocket, { options: { perMessageDeflate: true } });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  // The handler reads such a body directly.
  app.addContentTypeParser('text/plain', (_request, _payload, done) => done(null));

  app.get<{ Querystring: { id: string } }>('/reads', (request, reply) =>
    reply.send(recordedReadsJson(request.query.id)),
  );
  app.get('/plain', async (request) => {
    await readAcrossAwaits(recorderOf(request));
    return 'ok';
  });
  app.get('/race', async (request) => {
    await readAcrossRaces(recorderOf(request));
    return 'ok';
  });
  app.get('/scope', (_, reply) => reply.send(scopeJson()));
  await app.register(
    async (mounted) => {
      mounted.get('/scope', (_, reply) => reply.send(scopeJson()));
    },
    { prefix: '/mounted' },
  );
  app.post<{ Body: { text: string } }>('/json', (request) => handleParsedBody(recorderOf(request), request.body.text));
  app.post<{ Body: { text: string } }>('/form', (request) => handleParsedBody(recorderOf(request), request.body.text));
  app.post('/upload', async (request) => {
    const file = await request.file();
    return handleParsedBody(recorderOf(request), (await file?.toBuffer())?.toString());
  });
  app.get('/ended', (request, reply) => {
    recordResponseEnd(reply.raw, recorderOf(request));
    return reply.send('ok');
  });
  app.get('/throws', () => {
    throw new Error('thrown');
  });
  app.get('/rejects', (request) => rejectAfterAwaits(recorderOf(request)));
  app.get('/unhandled', () => {
    throw new Error('unhandled');
  });
  app.get('/stream', (request, reply) => reply.send(Readable.from(streamedChunks(recorderOf(request)))));
  app.get('/events', (request, reply) =>
    reply.type('text/event-stream').send(Readable.from(serverSentEvents(recorderOf(request)))),
  );
  app.get('/endless', (request, reply) => {
    recordResponseEnd(reply.raw, recorderOf(request));
    return reply.send(Readable.from(endlessChunks(recorderOf(request))));
  });
  app.post('/unfinished', async (request, reply) => {
    recordAbort(recorderOf(request));
    recorderOf(request)('handler');
    await readNodeUpload(request.raw, recorderOf(request));
    return reply.send('');
  });
  app.get('/deadline', async (request, reply) => reply.code(503).send(await waitForDeadline(recorderOf(request))));
  app.get('/socket', { websocket: true }, (socket, request) => {
    recorderOf(request)('open');
    socket.on('message', () => {
      recorderOf(request)('message');
      socket.send(scopeIdText());
    });
    socket.on('close', () => recorderOf(request)('socket closed'));
  });
  app.setNotFoundHandler((request, reply) => {
    recorderOf(request)('not found');
    return reply.code(404).send('not found');
  });
  app.setErrorHandler((error: Error, request, reply) => {
    recorderOf(request)('error handler');
    if (error.message === 'unhandled') throw error;
    return reply.code(500).send(error.message);
  });
  return app;
}

async function serve(starting: Promise<FastifyInstance>, protocol: 'http' | 'http2'): Promise<RunningServer> {
  const app = await starting;
  await app.listen({ host: '127.0.0.1', port: 0 });
  // The address is a string only for a pipe.
  const { port } = app.server.address() as AddressInfo;
  return { port, protocol, close: () => app.close() };
}

/** By default Fastify closes only idle connections, and waits for the keep-alive connections of a client. */
const closeAllOptions = { forceCloseConnections: true };

runBattery(
  'Fastify',
  (options) => serve(addRoutes(fastify(closeAllOptions), options, createAndRegister), 'http'),
  http1Cases,
);
runBattery(
  'Fastify, with the options passed to register()',
  (options) => serve(addRoutes(fastify(closeAllOptions), options, registerWithOptions), 'http'),
  http1Cases,
);
runBattery(
  'Fastify over HTTP/2',
  // The types of the two kinds of server differ in their requests and responses, but not in the members that are used
  // here.
  (options) =>
    serve(addRoutes(fastify({ http2: true }) as unknown as FastifyInstance, options, createAndRegister), 'http2'),
  [...sharedCases, 'HTTP/2 streams of one session'],
);

for (const [form, register] of [
  ['app.register(requestScope(options))', createAndRegister],
  ['app.register(requestScope, options)', registerWithOptions],
] as const) {
  /** Calls `use` with an application, and closes the application afterwards. */
  const withApp = async (
    options: FastifyHttpOptions<Server>,
    scopeOptions: RequestScopeOptions,
    use: (app: FastifyInstance) => Promise<void>,
  ): Promise<void> => {
    const app = fastify(options);
    try {
      await register(app, scopeOptions);
      await use(app);
    } finally {
      await app.close();
    }
  };

  describe(form, () => {
    const addIdsRoute = (app: FastifyInstance) => app.get('/', (request) => [request.id, getRequestScope().id]);

    it('uses one id for the request, the scope and the response', () =>
      withApp({}, {}, async (app) => {
        addIdsRoute(app);
        const { headers, ...response } = await app.inject('/');
        const [requestId, scopeId] = response.json();
        assert.match(scopeId, /^[\da-f]{8}-/);
        assert.deepEqual([requestId, headers['x-request-id']], [scopeId, scopeId]);
      }));

    it('uses the id that the genReqId of the application generates', () =>
      withApp({ genReqId: () => 'generated' }, { trustRequestId: true }, async (app) => {
        addIdsRoute(app);
        const response = await app.inject({ url: '/', headers: { 'x-request-id': 'from-client' } });
        const { headers } = response;
        assert.deepEqual([response.json(), headers['x-request-id']], [['generated', 'generated'], 'generated']);
      }));

    it('uses the header that the requestIdHeader of the application names', () =>
      withApp({ requestIdHeader: 'x-trace' }, {}, async (app) => {
        addIdsRoute(app);
        const response = await app.inject({ url: '/', headers: { 'x-trace': 'traced' } });
        assert.deepEqual([response.json(), response.headers['x-request-id']], [['traced', 'traced'], 'traced']);
      }));

    it('replaces an id of the application that is unsafe', () =>
      withApp({ genReqId: () => 'two words' }, {}, async (app) => {
        addIdsRoute(app);
        const response = await app.inject('/');
        const [requestId, scopeId] = response.json();
        assert.equal(requestId, 'two words');
        assert.match(scopeId, /^[\da-f]{8}-/);
        assert.equal(response.headers['x-request-id'], scopeId);
      }));

    it("adds the id of the scope to the lines of Fastify's logger", async () => {
      const lines: string[] = [];
      await withApp({ logger: { stream: { write: (line: string) => lines.push(line) } } }, {}, async (app) => {
        addIdsRoute(app);
        const { headers } = await app.inject('/');
        const logged = lines.map((line) => JSON.parse(line).reqId).filter((id) => id !== undefined);
        assert.ok(logged.length > 0);
        for (const id of logged) assert.equal(id, headers['x-request-id']);
      });
    });

    it('runs all hooks of a request in the scope', () =>
      withApp({}, {}, async (app) => {
        const scopeIds: Record<string, string | undefined> = {};
        const recordId = (hook: string) => {
          scopeIds[hook] = tryGetRequestScope()?.id;
        };
        app.addHook('onRequest', async () => recordId('onRequest'));
        app.addHook('preParsing', async (_request, _reply, payload) => {
          recordId('preParsing');
          return payload.pipe(
            new Transform({
              transform(chunk, _encoding, done) {
                recordId('a stream of preParsing');
                done(null, chunk);
              },
            }),
          );
        });
        app.addHook('preValidation', async () => recordId('preValidation'));
        app.addHook('preHandler', async () => recordId('preHandler'));
        app.addHook('preSerialization', async (_request, _reply, payload) => {
          recordId('preSerialization');
          return payload;
        });
        app.addHook('onSend', async () => recordId('onSend'));
        const responded = new Promise<void>((resolve) => {
          app.addHook('onResponse', async () => {
            recordId('onResponse');
            resolve();
          });
        });
        app.post('/', () => ({ ok: true }));
        await app.listen({ host: '127.0.0.1', port: 0 });
        const { port } = app.server.address() as AddressInfo;
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: '{"a":1}' });
        await response.text();
        await responded;
        const id = response.headers.get('x-request-id');
        assert.equal(Object.keys(scopeIds).length, 8);
        for (const [hook, scopeId] of Object.entries(scopeIds)) assert.equal(scopeId, id, hook);
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

    it('runs the listeners of compressed WebSocket messages in the scope of their own upgrade', () =>
      withApp({ forceCloseConnections: true }, { trustRequestId: true }, async (app) => {
        await app.register(websocket, { options: { perMessageDeflate: true } });
        app.get('/', { websocket: true }, (socket) => {
          socket.on('message', () => socket.send(tryGetRequestScope()?.id ?? 'none'));
        });
        await app.listen({ host: '127.0.0.1', port: 0 });
        const { port } = app.server.address() as AddressInfo;
        // ws does not compress messages below one kilobyte.
        const message = 'ab'.repeat(20_000);
        await Promise.all(
          Array.from({ length: 20 }, async (_, index) => {
            const id = `socket-${index}`;
            const client = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { 'x-request-id': id } });
            try {
              await once(client, 'open');
              const replies: string[] = [];
              const all = new Promise<void>((resolve, reject) => {
                client.on('error', reject);
                client.on('message', (reply) => {
                  replies.push(String(reply));
                  if (replies.length === 5) resolve();
                });
              });
              for (let count = 0; count < 5; count++) client.send(message);
              await all;
              assert.deepEqual(replies, new Array(5).fill(id));
            } finally {
              client.terminate();
            }
          }),
        );
      }));

    it('adds the id to a response that the handler has hijacked', () =>
      withApp({}, {}, async (app) => {
        app.get('/', (_request, reply) => {
          reply.hijack();
          reply.raw.end(getRequestScope().id);
        });
        const { headers, body } = await app.inject('/');
        assert.equal(headers['x-request-id'], body);
      }));

    it('passes the error of a session that cannot be loaded to the error handler, in the scope', () => {
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

    it('finds the session of @fastify/session if an adapter for node:http has opened the scope', async () => {
      const inner: { app?: FastifyInstance } = {};
      const outer = httpScope(
        (request: IncomingMessage, response: ServerResponse) => inner.app?.routing(request, response),
        { trustRequestId: true },
      );
      const server = createServer(outer);
      const app = fastify({ forceCloseConnections: true, serverFactory: () => server });
      inner.app = app;
      try {
        await register(app, {});
        await app.register(fastifyCookie);
        await app.register(fastifySession, { secret: 'a secret of thirty-two characters', cookie: { secure: false } });
        app.get('/', async (request) => {
          session().set('user', 'ada');
          return `${getRequestScope().id} ${Reflect.get(request.session, 'user')} ${session().id === request.session.sessionId}`;
        });
        await app.listen({ host: '127.0.0.1', port: 0 });
        const { port } = app.server.address() as AddressInfo;
        const { status, body } = await sendRequest({ port }, { path: '/', headers: { 'x-request-id': 'outer' } });
        assert.deepEqual([status, body], [200, 'outer ada true']);
      } finally {
        await app.close();
      }
    });

    it('detects HTTPS with the trustProxy setting of Fastify', async () => {
      for (const trustProxy of [false, true]) {
        const isSecureValues: boolean[] = [];
        const observing: Sessions = {
          open(exchange) {
            isSecureValues.push(exchange.isSecure);
            throw new RequestError('ERR_SESSION_STORE', 'not needed');
          },
        };
        await withApp({ trustProxy }, { session: observing }, async (app) => {
          app.get('/', () => 'never');
          await app.inject({ url: '/', headers: { 'x-forwarded-proto': 'https' } });
        });
        assert.deepEqual(isSecureValues, [trustProxy]);
      }
    });

    it('opens the scope for the whole application, and only there', async () => {
      const inner = fastify();
      const outer = fastify();
      try {
        await outer.register(async (child) => {
          await register(child, {});
          child.get('/child', () => tryGetRequestScope()?.path);
        });
        outer.get('/outer', () => String(tryGetRequestScope()));
        assert.equal((await outer.inject('/child')).body, '/child');
        assert.equal((await outer.inject('/outer')).body, 'undefined');
        await register(inner, {});
        await inner.register(async (child) => child.get('/child', () => tryGetRequestScope()?.path));
        assert.equal((await inner.inject('/child')).body, '/child');
        assert.equal(inner.hasPlugin('@throughline/request'), true);
      } finally {
        await Promise.all([inner.close(), outer.close()]);
      }
    });
  });
}

/** A type provider, as packages for schemas define it. */
interface SchemaTypes extends FastifyTypeProvider {
  readonly validator: this['schema'];
  readonly serializer: this['schema'];
}

describe('requestScope() of Fastify', () => {
  it('throws if an option is invalid', () => {
    assert.throws(() => requestScope({ deadline: -1 }), { code: 'ERR_INVALID_OPTION', message: /deadline/ });
  });

  it('rejects app.ready() if an option that was passed to register() is invalid', async () => {
    const app = fastify();
    // Without `await`, it is app.ready() that reports the error.
    void app.register(requestScope, { deadline: -1 });
    await assert.rejects(async () => app.ready(), { code: 'ERR_INVALID_OPTION', message: /deadline/ });
    await app.close();
  });

  it('rejects app.ready() if options are passed to register() after the plugin was created', async () => {
    const app = fastify();
    const misplaced = { deadline: 1000, prefix: '/api' };
    void app.register(requestScope(), misplaced);
    await assert.rejects(async () => app.ready(), {
      code: 'ERR_INVALID_OPTION',
      message: /ignores options: deadline\. Use app\.register\(requestScope\(options\)\)/,
    });
    await app.close();
    const wrong = () => {
      // @ts-expect-error the plugin has no options
      app.register(requestScope(), { deadline: 1000 });
    };
    assert.equal(typeof wrong, 'function');
  });

  it('accepts the options of register() itself', async () => {
    for (const plugin of [requestScope(), requestScope]) {
      const app = fastify();
      await app.register(plugin, { prefix: '/api', logLevel: 'warn' });
      app.get('/', () => getRequestScope().path);
      assert.equal((await app.inject('/')).body, '/');
      await app.close();
    }
  });

  it('throws if it is called with an application', async () => {
    const app = fastify();
    const call: (app: object) => unknown = requestScope;
    assert.throws(() => call(app), { code: 'ERR_INVALID_OPTION', message: /Use app\.register\(requestScope/ });
    await app.close();
  });

  it('accepts every kind of application in its types', () => {
    const use = () => {
      fastify({ http2: true }).register(requestScope());
      fastify({ http2: true }).register(requestScope, { deadline: 1000 });
      fastify({ https: {} }).register(requestScope({ deadline: 1000 }));
      fastify({ https: {} }).register(requestScope);
      fastify({ loggerInstance: pino() }).register(requestScope());
      fastify({ loggerInstance: pino() }).register(requestScope, { deadline: 1000 });
      fastify().withTypeProvider<SchemaTypes>().register(requestScope());
      fastify().withTypeProvider<SchemaTypes>().register(requestScope, { deadline: 1000 });
      // @ts-expect-error the deadline is not a number
      fastify().register(requestScope, { deadline: '1s' });
      // @ts-expect-error the deadline is not a number
      fastify().register(requestScope({ deadline: '1s' }));
    };
    assert.equal(typeof use, 'function');
  });
});
