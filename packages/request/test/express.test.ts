import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type RequestScopeOptions, session } from '@throughline/request';
import { requestScope } from '@throughline/request/express';
import { sessions } from '@throughline/request/sessions';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import multer from 'multer';
import { assertOwn, type LossName } from './battery/cases.js';
import {
  chunks,
  endless,
  events,
  race,
  received,
  rejects,
  scopeText,
  steps,
  untilDeadline,
  watchSignal,
} from './battery/handlers.js';
import { noteEnd, readUpload, writeAll } from './battery/node-handlers.js';
import { noteFor, seenText } from './battery/recorded-reads.js';
import { testLosses } from './battery/run-battery.js';
import { ask } from './http/client.js';
import { listen, type RunningServer, withServer } from './http/server.js';
import { BreakableMap } from './sessions/breakable-store.js';

// Express 4 comes with no types of its own, and has all that is used here.
const { default: express4 } = (await import('express4' as string)) as { default: typeof express };

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
  'drain of the answer',
  'server-sent events',
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

const note = (request: Request) => noteFor(request.headers['x-request-id']);

function build(framework: typeof express, options: RequestScopeOptions): Express {
  const app = framework();
  app.use(requestScope(options));
  app.get('/seen', (request, response) => void response.send(seenText(String(request.query.id))));
  app.get('/plain', async (request, response) => {
    await steps(note(request));
    response.send('ok');
  });
  app.get('/race', async (request, response) => {
    await race(note(request));
    response.send('ok');
  });
  app.get('/scope', (_, response) => void response.send(scopeText()));
  const router = framework.Router();
  router.get('/scope', (_, response) => void response.send(scopeText()));
  app.use('/mounted', router);

  const handle = async (request: Request, response: Response) => {
    response.send(await received(note(request), request.body.text));
  };
  app.post('/json', framework.json(), handle);
  app.post('/form', framework.urlencoded({ extended: false }), handle);
  app.post('/upload', multer().single('file'), async (request, response) => {
    response.send(await received(note(request), request.file?.buffer.toString()));
  });

  app.get('/ended', (request, response) => {
    noteEnd(response, note(request));
    response.send('ok');
  });
  app.get('/throws', () => {
    throw new Error('thrown');
  });
  // Express 4 does not look at what a handler returns.
  app.get('/rejects', (request, _, next) => void rejects(note(request)).catch(next));
  app.get('/unhandled', () => {
    throw new Error('unhandled');
  });
  app.get('/stream', (request, response) => writeAll(response, chunks(note(request)), note(request)));
  app.get('/events', (request, response) => {
    response.type('text/event-stream');
    return writeAll(response, events(note(request)), note(request));
  });
  app.get('/endless', (request, response) => {
    noteEnd(response, note(request));
    return writeAll(response, endless(note(request)), note(request));
  });
  app.post('/unfinished', async (request, response) => {
    watchSignal(note(request));
    note(request)('handler');
    await readUpload(request, note(request));
    response.end();
  });
  app.get('/deadline', async (request, response) => {
    response.status(503).send(await untilDeadline(note(request)));
  });

  app.use((request, response) => {
    note(request)('not found');
    response.status(404).send('not found');
  });
  const handleError: ErrorRequestHandler = (error, request, response, next) => {
    note(request)('error handler');
    if (error.message === 'unhandled') next(error);
    else response.status(500).send(error.message);
  };
  app.use(handleError);
  // Keeps Express from writing the errors that it answers to the console.
  app.set('env', 'test');
  return app;
}

const serve = (app: Express): Promise<RunningServer> => listen(createServer(app));

testLosses('Express 5', (options) => serve(build(express, options)), names);
testLosses('Express 4', (options) => serve(build(express4, options)), names);

const secret = 'a secret of the tests, which is long enough';

for (const [name, framework] of [
  ['Express 5', express],
  ['Express 4', express4],
] as const) {
  describe(name, () => {
    it('keeps the scope while a file is sent, and in the callback', async () => {
      const app = framework();
      app.use(requestScope({ trustRequestId: true }));
      app.get('/seen', (request, response) => void response.send(seenText(String(request.query.id))));
      app.get('/file', (request, response) => {
        noteEnd(response, note(request));
        response.sendFile(fileURLToPath(import.meta.url), () => note(request)('sent'));
      });
      await withServer(serve(app), async (server) => {
        const ids = Array.from({ length: 10 }, (_, index) => `${name}-file-${index}`.replace(' ', '-'));
        await Promise.all(ids.map((id) => ask(server, { path: '/file', headers: { 'x-request-id': id } })));
        for (const id of ids) await assertOwn(server, id, ['sent', 'finish', 'close']);
      });
    });

    it('keeps one scope where it is mounted twice, and the whole path where it is mounted in a router', async () => {
      const app = framework();
      const inner = framework.Router();
      inner.use(requestScope());
      inner.get('/scope', (_, response) => void response.send(scopeText()));
      app.use('/inner', inner);
      const outer = framework();
      outer.use('/twice', requestScope({ trustRequestId: true }), app);
      outer.use('/once', app);
      await withServer(serve(outer), async (server) => {
        const twice = await ask(server, { path: '/twice/inner/scope?a', headers: { 'x-request-id': 'outer' } });
        assert.deepEqual(JSON.parse(twice.body), { id: 'outer', method: 'GET', path: '/twice/inner/scope' });
        assert.equal(twice.headers['x-request-id'], 'outer');
        const once = await ask(server, { path: '/once/inner/scope' });
        assert.equal(JSON.parse(once.body).path, '/once/inner/scope');
      });
    });

    it('learns of https from Express, which knows the proxies', async () => {
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
          const { headers } = await ask(server, { path: '/', headers: { 'x-forwarded-proto': 'https' } });
          assert.equal(/; Secure/.test(String(headers['set-cookie'])), isSecure);
          assert.equal(/__Host-/.test(String(headers['set-cookie'])), isSecure);
        });
      }
    });

    it('hands a session that cannot be loaded to the error handler, in the scope', async () => {
      const store = new BreakableMap();
      const app = framework();
      const log = { warn() {}, error() {} };
      app.use(requestScope({ trustRequestId: true, session: sessions({ secret, store, log }) }));
      app.get('/', (_, response) => {
        session().set('user', 'ada');
        response.send('ok');
      });
      const handleError: ErrorRequestHandler = (error, _request, response, _next) => {
        response.status(error.status).send(`${error.code} ${scopeText()}`);
      };
      app.use(handleError);
      await withServer(serve(app), async (server) => {
        const { headers } = await ask(server, { path: '/' });
        const cookie = String(headers['set-cookie']).split(';', 1)[0] ?? '';
        assert.match(cookie, /^sid=/);
        store.isBroken = true;
        const { status, body } = await ask(server, { path: '/', headers: { cookie, 'x-request-id': 'broken' } });
        assert.equal(status, 503);
        assert.equal(body, 'ERR_SESSION_STORE {"id":"broken","method":"GET","path":"/"}');
      });
    });
  });
}

it('refuses an option that is not what it must be where it is mounted', () => {
  assert.throws(() => requestScope({ deadline: -1 }), { code: 'ERR_INVALID_OPTION' });
});
