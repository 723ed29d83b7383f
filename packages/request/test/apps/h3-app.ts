/** The routes of the battery in h3. */
import type { RequestScopeOptions } from '@throughline/request';
import { requestScope } from '@throughline/request/h3';
import { defineWebSocketHandler, H3, type H3Event, iterable, type Middleware } from 'h3';
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
import { type Recorder, recordedReadsJson, recorderFor } from '../battery/recorded-reads.js';
import { formFieldText, readWebUpload, streamFrom, uploadedFileText } from '../battery/web-handlers.js';
import { handleSessionRoute } from './session-routes.js';

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
    checkpoints: ['after a middleware', 'the handler of a route', 'error handler'],
  },
  {
    method: 'GET',
    path: '/detour/missing',
    phases: ['a middleware', 'an async middleware'],
    checkpoints: ['after a middleware', 'not found'],
  },
];

const recorderOf = (event: H3Event): Recorder => recorderFor(event.req.headers.get('x-request-id'));

/** A middleware that takes a detour before it calls `next`. */
const detourAt =
  (phase: string): Middleware =>
  (event, next) =>
    callByDetour(phase, event.req.headers.get(DETOUR_HEADER), () => next());

const checkpoint =
  (name: string): Middleware =>
  (event, next) => {
    recorderOf(event)(name);
    return next();
  };

/** The application that is mounted is created before the adapter, like the module of a larger application. */
const mounted = new H3();
mounted.use(detourAt('a mounted application')).use(checkpoint('after a mounted application'));
mounted.get(
  '/:name',
  (event) => {
    recorderOf(event)('the handler of a route');
    if (event.url.search === '?fails') throw new Error('failed');
    return 'ok';
  },
  { middleware: [detourAt('a middleware of a route')] },
);

/** Adds the routes on which a request can take a detour. */
function addDetours(app: H3): void {
  app.get('/detours', () => detourRoutesJson(detourRoutes));
  app.use('/detour/**', async (event, next) => {
    const value = await next();
    recorderOf(event)('back in a middleware');
    return value;
  });
  app.use('/detour/**', detourAt('a middleware'));
  app.use('/detour/**', async (event) => takeDetour('an async middleware', event.req.headers.get(DETOUR_HEADER)));
  app.use('/detour/**', checkpoint('after a middleware'));
  app.mount('/detour/mounted', mounted);
}

export function buildH3App(options: RequestScopeOptions): H3 {
  const app = new H3({
    silent: true,
    onError: (error, event) => {
      if (error.status === 404) {
        recorderOf(event)('not found');
        return;
      }
      recorderOf(event)('error handler');
      if (error.message === 'unhandled') return;
      return new Response(error.message, { status: 500 });
    },
  });
  app.use(requestScope(options));
  addDetours(app);
  app.get('/reads', (event) => recordedReadsJson(event.url.searchParams.get('id')));
  app.get('/plain', async (event) => {
    await readAcrossAwaits(recorderOf(event));
    return 'ok';
  });
  app.get('/race', async (event) => {
    await readAcrossRaces(recorderOf(event));
    return 'ok';
  });
  app.get('/scope', () => scopeJson());
  app.mount(
    '/mounted',
    new H3().get('/scope', () => scopeJson()),
  );
  app.post('/json', async (event) => {
    const { text } = JSON.parse(await event.req.text());
    return handleParsedBody(recorderOf(event), text);
  });
  app.post('/form', async (event) => handleParsedBody(recorderOf(event), formFieldText(await event.req.formData())));
  app.post('/upload', async (event) =>
    handleParsedBody(recorderOf(event), await uploadedFileText(await event.req.formData())),
  );
  app.get('/ended', (event) => {
    const response = event.runtime?.node?.res;
    if (response !== undefined) recordResponseEnd(response, recorderOf(event));
    return 'ok';
  });
  app.get('/throws', () => {
    throw new Error('thrown');
  });
  app.get('/rejects', (event) => rejectAfterAwaits(recorderOf(event)));
  app.get('/unhandled', () => {
    throw new Error('unhandled');
  });
  app.get('/stream', (event) => streamFrom(streamedChunks(recorderOf(event))));
  app.get('/events', (event) => {
    event.res.headers.set('content-type', 'text/event-stream');
    return iterable(serverSentEvents(recorderOf(event)));
  });
  app.get('/endless', (event) => {
    const response = event.runtime?.node?.res;
    if (response !== undefined) recordResponseEnd(response, recorderOf(event));
    return new Response(streamFrom(endlessChunks(recorderOf(event))));
  });
  app.post('/unfinished', async (event) => {
    recordAbort(recorderOf(event));
    recorderOf(event)('handler');
    await readWebUpload(event.req.body, recorderOf(event));
    return '';
  });
  app.get('/deadline', async (event) => {
    event.res.status = 503;
    return waitForDeadline(recorderOf(event));
  });
  app.post('/session/:action', (event) =>
    handleSessionRoute(event.context.params?.action ?? '', recorderOf(event), () => event.req.text()),
  );
  app.get(
    '/socket',
    defineWebSocketHandler((event) => {
      const record = recorderOf(event);
      return {
        open: () => record('open'),
        message: (peer) => {
          record('message');
          peer.send(scopeIdText());
        },
        close: () => record('socket closed'),
      };
    }),
  );
  return app;
}
