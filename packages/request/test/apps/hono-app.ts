/** The battery's routes in Hono. */

import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { RequestScopeOptions } from '@throughline/request';
import { requestScope } from '@throughline/request/hono';
import { Hono } from 'hono';
import { stream, streamSSE } from 'hono/streaming';
import type { UpgradeWebSocket } from 'hono/ws';
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
import { noteFor, seenText } from '../battery/recorded-reads.js';
import { readBody, streamOf } from '../battery/web-handlers.js';
import { sessionStep } from './session-routes.js';

/** Node's own answer, where there is one. */
interface Env {
  Bindings: { outgoing?: ServerResponse | Http2ServerResponse };
}

/** @param upgrade the runtime's WebSockets, where it has any */
export function buildHono(options: RequestScopeOptions, upgrade?: UpgradeWebSocket): Hono<Env> {
  const app = new Hono<Env>();
  app.use(requestScope(options));
  const noteOf = (request: { header(name: string): string | undefined }) => noteFor(request.header('x-request-id'));

  app.get('/seen', (c) => c.text(seenText(c.req.query('id'))));
  app.get('/plain', async (c) => {
    await steps(noteOf(c.req));
    return c.text('ok');
  });
  app.get('/race', async (c) => {
    await race(noteOf(c.req));
    return c.text('ok');
  });
  app.get('/scope', (c) => c.text(scopeText()));
  app.route(
    '/mounted',
    new Hono().get('/scope', (c) => c.text(scopeText())),
  );
  app.post('/json', async (c) => c.text(await received(noteOf(c.req), (await c.req.json()).text)));
  app.post('/form', async (c) => {
    const { text } = await c.req.parseBody();
    return c.text(await received(noteOf(c.req), typeof text === 'string' ? text : undefined));
  });
  app.post('/upload', async (c) => {
    const { file } = await c.req.parseBody();
    return c.text(await received(noteOf(c.req), file instanceof File ? await file.text() : undefined));
  });
  app.get('/ended', (c) => {
    if (c.env.outgoing !== undefined) noteEnd(c.env.outgoing, noteOf(c.req));
    return c.text('ok');
  });
  app.get('/throws', () => {
    throw new Error('thrown');
  });
  app.get('/rejects', (c) => rejects(noteOf(c.req)));
  app.get('/stream', (c) =>
    stream(c, async (answer) => {
      for await (const chunk of chunks(noteOf(c.req))) await answer.write(chunk);
    }),
  );
  app.get('/events', (c) =>
    streamSSE(c, async (answer) => {
      for await (const event of events(noteOf(c.req))) await answer.write(event);
    }),
  );
  app.get('/endless', (c) => {
    if (c.env.outgoing !== undefined) noteEnd(c.env.outgoing, noteOf(c.req));
    return c.body(streamOf(endless(noteOf(c.req))));
  });
  app.post('/unfinished', async (c) => {
    watchSignal(noteOf(c.req));
    noteOf(c.req)('handler');
    await readBody(c.req.raw.body, noteOf(c.req));
    return c.body(null);
  });
  app.get('/deadline', async (c) => c.text(await untilDeadline(noteOf(c.req)), 503));
  app.post('/session/:step', async (c) =>
    c.text(await sessionStep(c.req.param('step'), noteOf(c.req), () => c.req.text())),
  );
  if (upgrade !== undefined) {
    app.get(
      '/socket',
      upgrade((c) => {
        const note = noteOf(c.req);
        return {
          onOpen: () => note('open'),
          onMessage: (_, socket) => {
            note('message');
            socket.send(socketText());
          },
          onClose: () => note('socket closed'),
        };
      }),
    );
  }
  app.notFound((c) => {
    noteOf(c.req)('not found');
    return c.text('not found', 404);
  });
  app.onError((error, c) => {
    noteOf(c.req)('error handler');
    return c.text(error.message, 500);
  });
  return app;
}
