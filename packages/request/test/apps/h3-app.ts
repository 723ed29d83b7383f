/** The battery's routes in h3. */

import type { RequestScopeOptions } from '@throughline/request';
import { requestScope } from '@throughline/request/h3';
import { defineWebSocketHandler, H3, type H3Event, iterable } from 'h3';
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
} from '../battery/handlers.js';
import { noteEnd } from '../battery/node-handlers.js';
import { type Note, noteFor, seenText } from '../battery/recorded-reads.js';
import { fieldText, fileText, readBody, streamOf } from '../battery/web-handlers.js';
import { sessionStep } from './session-routes.js';

export function buildH3(options: RequestScopeOptions): H3 {
  const noteOf = (event: H3Event): Note => noteFor(event.req.headers.get('x-request-id'));
  const app = new H3({
    silent: true,
    onError: (error, event) => {
      if (error.status === 404) {
        noteOf(event)('not found');
        return;
      }
      noteOf(event)('error handler');
      if (error.message === 'unhandled') return;
      return new Response(error.message, { status: 500 });
    },
  });
  app.use(requestScope(options));
  app.get('/seen', (event) => seenText(event.url.searchParams.get('id')));
  app.get('/plain', async (event) => {
    await steps(noteOf(event));
    return 'ok';
  });
  app.get('/race', async (event) => {
    await race(noteOf(event));
    return 'ok';
  });
  app.get('/scope', () => scopeText());
  app.mount(
    '/mounted',
    new H3().get('/scope', () => scopeText()),
  );
  app.post('/json', async (event) => {
    const { text } = JSON.parse(await event.req.text());
    return received(noteOf(event), text);
  });
  app.post('/form', async (event) => received(noteOf(event), fieldText(await event.req.formData())));
  app.post('/upload', async (event) => received(noteOf(event), await fileText(await event.req.formData())));
  app.get('/ended', (event) => {
    const response = event.runtime?.node?.res;
    if (response !== undefined) noteEnd(response, noteOf(event));
    return 'ok';
  });
  app.get('/throws', () => {
    throw new Error('thrown');
  });
  app.get('/rejects', (event) => rejects(noteOf(event)));
  app.get('/unhandled', () => {
    throw new Error('unhandled');
  });
  app.get('/stream', (event) => streamOf(chunks(noteOf(event))));
  app.get('/events', (event) => {
    event.res.headers.set('content-type', 'text/event-stream');
    return iterable(events(noteOf(event)));
  });
  app.get('/endless', (event) => {
    const response = event.runtime?.node?.res;
    if (response !== undefined) noteEnd(response, noteOf(event));
    return new Response(streamOf(endless(noteOf(event))));
  });
  app.post('/unfinished', async (event) => {
    watchSignal(noteOf(event));
    noteOf(event)('handler');
    await readBody(event.req.body, noteOf(event));
    return '';
  });
  app.get('/deadline', async (event) => {
    event.res.status = 503;
    return untilDeadline(noteOf(event));
  });
  app.post('/session/:step', (event) =>
    sessionStep(event.context.params?.step ?? '', noteOf(event), () => event.req.text()),
  );
  app.get(
    '/socket',
    defineWebSocketHandler((event) => {
      const note = noteOf(event);
      return {
        open: () => note('open'),
        message: (peer) => {
          note('message');
          peer.send(socketText());
        },
        close: () => note('socket closed'),
      };
    }),
  );
  return app;
}
