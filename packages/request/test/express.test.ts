import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type RequestScopeOptions, session } from '@throughline/request';
import { requestScope } from '@throughline/request/express';
import { sessions } from '@throughline/request/sessions';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import multer from 'multer';
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
  scopeJson,
  serverSentEvents,
  streamedChunks,
  waitForDeadline,
} from './battery/handlers.js';
import { readNodeUpload, recordResponseEnd, writeChunks } from './battery/node-handlers.js';
import { recordedReadsJson, recorderFor } from './battery/recorded-reads.js';
import { runBattery } from './battery/run-battery.js';
import { cookieOf, sendRequest } from './http/client.js';
import { listen, type RunningServer, withServer } from './http/server.js';
import { BreakableStore } from './sessions/breakable-store.js';

// Express 4 comes without types and has everything that is used here.
const { default: express4 } = (await import('express4' as string)) as { default: typeof express };

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
  "the event 'drain' of a response",
  'server-sent events',
  'a client that disconnects during its upload',
  'a client that disconnects during the response',
  "the event 'close' of a response that is not read to its end",
  'a step that returns control from elsewhere, two requests interleaved',
  'a step that returns control from elsewhere, 200 requests interleaved',
  'many requests on one keep-alive connection',
  'pipelined requests',
  'the deadline of a request',
  'a request without an id',
  'an unsafe request id',
  'an untrusted request id',
];

const recorderOf = (request: Request) => recorderFor(request.headers['x-request-id']);

const detourRoutes: DetourRoute[] = [
  {
    method: 'GET',
    path: '/detour/mounted/router/ada',
    phases: [
      'a middleware',
      'a mounted application',
      'a router',
      'a param handler',
      'a middleware of a route',
      'a view engine',
      'an error handler',
    ],
    checkpoints: [
      'after a middleware',
      'after a mounted application',
      'after a router',
      'the first param handler',
      'the second param handler',
      'the handler of a route',
      'the callback of render()',
      'after an error handler',
      'error handler',
      'finish',
      'close',
    ],
  },
  {
    method: 'GET',
    path: '/detour/mounted/no-such-route',
    phases: ['a middleware', 'a mounted application'],
    checkpoints: ['after a middleware', 'after a mounted application', 'not found'],
  },
];

/** A middleware that takes a detour. */
const detourAt =
  (phase: string): RequestHandler =>
  (request, _response, next) =>
    proceedByDetour(phase, request.headers[DETOUR_HEADER], () => next());

const checkpoint =
  (name: string): RequestHandler =>
  (request, _response, next) => {
    recorderOf(request)(name);
    next();
  };

/** A view of Express, whose engine takes a detour before it calls back. */
class DetourView {
  readonly path: string;

  constructor(name: string) {
    this.path = name;
  }

  render({ header }: { header: string }, callback: (error: null, page: string) => void): void {
    proceedByDetour('a view engine', header, () => callback(null, 'page'));
  }
}

/** Adds the routes on which a request can take a detour. Each request fails in the end, so that errors are handled. */
function addDetours(framework: typeof express, app: Express): void {
  app.get('/detours', (_, response) => void response.send(detourRoutesJson(detourRoutes)));
  const mounted = framework();
  mounted.set('view', DetourView);
  const router = framework.Router();
  app.use('/detour', detourAt('a middleware'), checkpoint('after a middleware'));
  app.use('/detour/mounted', mounted);
  mounted.use(detourAt('a mounted application'), checkpoint('after a mounted application'));
  mounted.use('/router', router);
  router.use(detourAt('a router'), checkpoint('after a router'));
  router.param('name', (request, response, next) => {
    recorderOf(request)('the first param handler');
    void detourAt('a param handler')(request, response, next);
  });
  router.param('name', (request, _response, next) => {
    recorderOf(request)('the second param handler');
    next();
  });
  router.get('/:name', detourAt('a middleware of a route'), (request, response, next) => {
    recorderOf(request)('the handler of a route');
    recordResponseEnd(response, recorderOf(request));
    response.render('view', { header: request.headers[DETOUR_HEADER] }, () => {
      recorderOf(request)('the callback of render()');
      next(new Error('rendered'));
    });
  });
  const handleByDetour: ErrorRequestHandler = (error, request, _response, next) =>
    proceedByDetour('an error handler', request.headers[DETOUR_HEADER], () => next(error));
  const recordError: ErrorRequestHandler = (error, request, _response, next) => {
    recorderOf(request)('after an error handler');
    next(error);
  };
  mounted.use(handleByDetour, recordError);
}

function buildApp(framework: typeof express, options: RequestScopeOptions): Express {
  const app = framework();
  app.use(requestScope(options));
  addDetours(framework, app);
  app.get('/reads', (request, response) => void response.send(recordedReadsJson(String(request.query.id))));
  app.get('/plain', async (request, response) => {
    await readAcrossAwaits(recorderOf(request));
    response.send('ok');
  });
  app.get('/race', async (request, response) => {
    await readAcrossRaces(recorderOf(request));
    response.send('ok');
  });
  app.get('/scope', (_, response) => void response.send(scopeJson()));
  const router = framework.Router();
  router.get('/scope', (_, response) => void response.send(scopeJson()));
  app.use('/mounted', router);

  const respond = async (request: Request, response: Response) => {
    response.send(await handleParsedBody(recorderOf(request), request.body.text));
  };
  app.post('/json', framework.json(), respond);
  app.post('/form', framework.urlencoded({ extended: false }), respond);
  app.post('/upload', multer().single('file'), async (request, response) => {
    response.send(await handleParsedBody(recorderOf(request), request.file?.buffer.toString()));
  });

  app.get('/ended', (request, response) => {
    recordResponseEnd(response, recorderOf(request));
    response.send('ok');
  });
  app.get('/throws', () => {
    throw new Error('thrown');
  });
  // Express 4 ignores the promise that a handler returns.
  app.get('/rejects', (request, _, next) => void rejectAfterAwaits(recorderOf(request)).catch(next));
  app.get('/unhandled', () => {
    throw new Error('unhandled');
  });
  app.get('/stream', (request, response) =>
    writeChunks(response, streamedChunks(recorderOf(request)), recorderOf(request)),
  );
  app.get('/events', (request, response) => {
    response.type('text/event-stream');
    return writeChunks(response, serverSentEvents(recorderOf(request)), recorderOf(request));
  });
  app.get('/endless', (request, response) => {
    recordResponseEnd(response, recorderOf(request));
    return writeChunks(response, endlessChunks(recorderOf(request)), recorderOf(request));
  });
  app.post('/unfinished', async (request, response) => {
    recordAbort(recorderOf(request));
    recorderOf(request)('handler');
    await readNodeUpload(request, recorderOf(request));
    response.end();
  });
  app.get('/deadline', async (request, response) => {
    response.status(503).send(await waitForDeadline(recorderOf(request)));
  });

  app.use((request, response) => {
    recorderOf(request)('not found');
    response.status(404).send('not found');
  });
  const handleError: ErrorRequestHandler = (error, request, response, next) => {
    recorderOf(request)('error handler');
    if (error.message === 'unhandled') next(error);
    else response.status(500).send(error.message);
  };
  app.use(handleError);
  // Keeps Express from printing the errors that it handles.
  app.set('env', 'test');
  return app;
}

const serve = (app: Express): Promise<RunningServer> => listen(createServer(app));

runBattery('Express 5', (options) => serve(buildApp(express, options)), cases);
runBattery('Express 4', (options) => serve(buildApp(express4, options)), cases);

const secret = 'a secret of the tests, which is long enough';

for (const [name, framework] of [
  ['Express 5', express],
  ['Express 4', express4],
] as const) {
  describe(`requestScope() of ${name}`, () => {
    it('keeps the scope while sendFile() sends a file, and in its callback', async () => {
      const app = framework();
      app.use(requestScope({ trustRequestId: true }));
      app.get('/reads', (request, response) => void response.send(recordedReadsJson(String(request.query.id))));
      app.get('/file', (request, response) => {
        recordResponseEnd(response, recorderOf(request));
        response.sendFile(fileURLToPath(import.meta.url), () => recorderOf(request)('sent'));
      });
      await withServer(serve(app), async (server) => {
        const ids = Array.from({ length: 10 }, (_, index) => `${name}-file-${index}`.replace(' ', '-'));
        await Promise.all(ids.map((id) => sendRequest(server, { path: '/file', headers: { 'x-request-id': id } })));
        for (const id of ids) await assertOwnScope(server, id, ['sent', 'finish', 'close']);
      });
    });

    it('opens one scope if it is mounted twice, and reports the whole path if it is mounted in a router', async () => {
      const app = framework();
      const inner = framework.Router();
      inner.use(requestScope());
      inner.get('/scope', (_, response) => void response.send(scopeJson()));
      app.use('/inner', inner);
      const outer = framework();
      outer.use('/twice', requestScope({ trustRequestId: true }), app);
      outer.use('/once', app);
      await withServer(serve(outer), async (server) => {
        const mountedTwice = await sendRequest(server, {
          path: '/twice/inner/scope?a',
          headers: { 'x-request-id': 'outer' },
        });
        assert.deepEqual(JSON.parse(mountedTwice.body), { id: 'outer', method: 'GET', path: '/twice/inner/scope' });
        assert.equal(mountedTwice.headers['x-request-id'], 'outer');
        const mountedOnce = await sendRequest(server, { path: '/once/inner/scope' });
        assert.equal(JSON.parse(mountedOnce.body).path, '/once/inner/scope');
      });
    });

    it('detects HTTPS with the trust proxy setting of Express', async () => {
      for (const [trust, isSecure] of [
        ['loopback', true],
        [false, false],
      ] as const) {
        const app = framework();
        app.set('trust proxy', trust);
        app.use(requestScope({ session: sessions({ secret, store: new Map() }) }));
        app.get('/', (_, response) => {
          session().set('user', 'ada');
          response.send('ok');
        });
        await withServer(serve(app), async (server) => {
          const { headers } = await sendRequest(server, { path: '/', headers: { 'x-forwarded-proto': 'https' } });
          assert.equal(/; Secure/.test(String(headers['set-cookie'])), isSecure);
          assert.equal(/__Host-/.test(String(headers['set-cookie'])), isSecure);
        });
      }
    });

    it('passes the error of a session that cannot be loaded to the error handler, in the scope', async () => {
      const store = new BreakableStore();
      const app = framework();
      const log = { warn() {}, error() {} };
      app.use(requestScope({ trustRequestId: true, session: sessions({ secret, store, log }) }));
      app.get('/', (_, response) => {
        session().set('user', 'ada');
        response.send('ok');
      });
      const handleError: ErrorRequestHandler = (error, _request, response, _next) => {
        response.status(error.status).send(`${error.code} ${scopeJson()}`);
      };
      app.use(handleError);
      await withServer(serve(app), async (server) => {
        const cookie = cookieOf(await sendRequest(server, { path: '/' }));
        assert.match(cookie, /^sid=/);
        store.isBroken = true;
        const { status, body } = await sendRequest(server, {
          path: '/',
          headers: { cookie, 'x-request-id': 'broken' },
        });
        assert.equal(status, 503);
        assert.equal(body, 'ERR_SESSION_STORE {"id":"broken","method":"GET","path":"/"}');
      });
    });
  });
}

it('requestScope() of Express rejects an invalid option', () => {
  assert.throws(() => requestScope({ deadline: -1 }), { code: 'ERR_INVALID_OPTION' });
});
