/** The routes of the battery in Hono. */
import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { RequestScopeOptions } from '@throughline/request';
import { requestScope } from '@throughline/request/hono';
import { Hono, type MiddlewareHandler } from 'hono';
import { stream, streamSSE } from 'hono/streaming';
import type { UpgradeWebSocket } from 'hono/ws';
import { callByDetour, DETOUR_HEADER, type DetourRoute, detourRoutesJson, takeDetour } from '../battery/detours.js';
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
} from '../battery/handlers.js';
import { recordResponseEnd } from '../battery/node-handlers.js';
import { recordedReadsJson, recorderFor } from '../battery/recorded-reads.js';
import { readWebUpload, streamFrom } from '../battery/web-handlers.js';
import { handleSessionRoute } from './session-routes.js';

/** On Node, @hono/node-server passes Node's own response to the application. */
interface Env {
  Bindings: { outgoing?: ServerResponse | Http2ServerResponse };
}

const PHASES = ['a middleware', 'an async middleware', 'a mounted application', 'a middleware of a route'];
const detourRoutes: DetourRoute[] = [
  {
    method: 'GET',
    path: '/detour/mounted/ada',
    phases: PHASES,
    checkpoints: [
      'after a middleware',
      'after a mounted application',
      'the handler of a route',
      'back in a middleware',
    ],
  },
  {
    method: 'GET',
    path: '/detour/mounted/ada?fails',
    phases: PHASES,
    checkpoints: ['after a middleware', 'the handler of a route', 'the error handler of a mounted application'],
  },
  {
    method: 'GET',
    path: '/detour/throws',
    phases: ['a middleware', 'an async middleware'],
    checkpoints: ['after a middleware', 'error handler'],
  },
  {
    method: 'GET',
    path: '/detour/missing',
    phases: ['a middleware', 'an async middleware'],
    checkpoints: ['after a middleware', 'not found'],
  },
];

const recorderOf = (request: { header(name: string): string | undefined }) =>
  recorderFor(request.header('x-request-id'));

/** A middleware that takes a detour before it calls `next`. */
const detourAt =
  (phase: string): MiddlewareHandler =>
  (c, next) =>
    callByDetour(phase, c.req.header(DETOUR_HEADER), next);

const checkpoint =
  (name: string): MiddlewareHandler =>
  (c, next) => {
    recorderOf(c.req)(name);
    return next();
  };

/** Adds the routes on which a request can take a detour. */
function addDetours(app: Hono<Env>): void {
  app.get('/detours', (c) => c.text(detourRoutesJson(detourRoutes)));
  app.use('/detour/*', async (c, next) => {
    await next();
    recorderOf(c.req)('back in a middleware');
  });
  app.use('/detour/*', detourAt('a middleware'));
  app.use('/detour/*', async (c, next) => {
    await takeDetour('an async middleware', c.req.header(DETOUR_HEADER));
    await next();
  });
  app.use('/detour/*', checkpoint('after a middleware'));
  app.get('/detour/throws', () => {
    throw new Error('thrown');
  });
  const mounted = new Hono();
  mounted.use(detourAt('a mounted application'), checkpoint('after a mounted application'));
  mounted.get('/:name', detourAt('a middleware of a route'), (c) => {
    recorderOf(c.req)('the handler of a route');
    if (c.req.query('fails') !== undefined) throw new Error('failed');
    return c.text('ok');
  });
  mounted.onError((error, c) => {
    recorderOf(c.req)('the error handler of a mounted application');
    return c.text(error.message, 500);
  });
  app.route('/detour/mounted', mounted);
}

/** @param upgrade Hono's WebSocket helper for this runtime; without it there is no route `/socket` */
export function buildHonoApp(options: RequestScopeOptions, upgrade?: UpgradeWebSocket): Hono<Env> {
  const app = new Hono<Env>();
  app.use(requestScope(options));
  addDetours(app);

  app.get('/reads', (c) => c.text(recordedReadsJson(c.req.query('id'))));
  app.get('/plain', async (c) => {
    await readAcrossAwaits(recorderOf(c.req));
    return c.text('ok');
  });
  app.get('/race', async (c) => {
    await readAcrossRaces(recorderOf(c.req));
    return c.text('ok');
  });
  app.get('/scope', (c) => c.text(scopeJson()));
  app.route(
    '/mounted',
    new Hono().get('/scope', (c) => c.text(scopeJson())),
  );
  app.post('/json', async (c) => c.text(await handleParsedBody(recorderOf(c.req), (await c.req.json()).text)));
  app.post('/form', async (c) => {
    const { text } = await c.req.parseBody();
    return c.text(await handleParsedBody(recorderOf(c.req), typeof text === 'string' ? text : undefined));
  });
  app.post('/upload', async (c) => {
    const { file } = await c.req.parseBody();
    return c.text(await handleParsedBody(recorderOf(c.req), file instanceof File ? await file.text() : undefined));
  });
  app.get('/ended', (c) => {
    if (c.env.outgoing !== undefined) recordResponseEnd(c.env.outgoing, recorderOf(c.req));
    return c.text('ok');
  });
  app.get('/throws', () => {
    throw new Error('thrown');
  });
  app.get('/rejects', (c) => rejectAfterAwaits(recorderOf(c.req)));
  app.get('/stream', (c) =>
    stream(c, async (output) => {
      for await (const chunk of streamedChunks(recorderOf(c.req))) await output.write(chunk);
    }),
  );
  app.get('/events', (c) =>
    streamSSE(c, async (output) => {
      for await (const event of serverSentEvents(recorderOf(c.req))) await output.write(event);
    }),
  );
  app.get('/endless', (c) => {
    if (c.env.outgoing !== undefined) recordResponseEnd(c.env.outgoing, recorderOf(c.req));
    return c.body(streamFrom(endlessChunks(recorderOf(c.req))));
  });
  app.post('/unfinished', async (c) => {
    recordAbort(recorderOf(c.req));
    recorderOf(c.req)('handler');
    await readWebUpload(c.req.raw.body, recorderOf(c.req));
    return c.body(null);
  });
  app.get('/deadline', async (c) => c.text(await waitForDeadline(recorderOf(c.req)), 503));
  app.post('/session/:action', async (c) =>
    c.text(await handleSessionRoute(c.req.param('action'), recorderOf(c.req), () => c.req.text())),
  );
  if (upgrade !== undefined) {
    app.get(
      '/socket',
      upgrade((c) => {
        const record = recorderOf(c.req);
        return {
          onOpen: () => record('open'),
          onMessage: (_, socket) => {
            record('message');
            socket.send(scopeIdText());
          },
          onClose: () => record('socket closed'),
        };
      }),
    );
  }
  app.notFound((c) => {
    recorderOf(c.req)('not found');
    return c.text('not found', 404);
  });
  app.onError((error, c) => {
    recorderOf(c.req)('error handler');
    return c.text(error.message, 500);
  });
  return app;
}
