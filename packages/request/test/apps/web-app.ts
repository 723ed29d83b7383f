/** The battery's routes as a plain handler of web requests. */

import type { RequestScopeOptions } from '@throughline/request';
import { requestScope } from '@throughline/request/web';
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
} from '../battery/handlers.js';
import { noteFor, seenText } from '../battery/recorded-reads.js';
import { fieldText, fileText, readBody, streamOf } from '../battery/web-handlers.js';
import { sessionStep } from './session-routes.js';

export function buildWeb(options: RequestScopeOptions): (request: Request) => Response | Promise<Response> {
  return requestScope(async (request) => {
    const note = noteFor(request.headers.get('x-request-id'));
    try {
      return await route(request);
    } catch (error) {
      note('error handler');
      return new Response(error instanceof Error ? error.message : String(error), { status: 500 });
    }
  }, options);
}

async function route(request: Request): Promise<Response> {
  const note = noteFor(request.headers.get('x-request-id'));
  const { pathname, searchParams } = new URL(request.url);
  const [, step] = pathname.split('/session/');
  if (step !== undefined) return new Response(await sessionStep(step, note, () => request.text()));
  switch (pathname) {
    case '/seen':
      return new Response(seenText(searchParams.get('id')));
    case '/plain':
      await steps(note);
      return new Response('ok');
    case '/race':
      await race(note);
      return new Response('ok');
    case '/scope':
    case '/mounted/scope':
      return new Response(scopeText());
    case '/json':
      return new Response(await received(note, (await request.json()).text));
    case '/form':
      return new Response(await received(note, fieldText(await request.formData())));
    case '/upload':
      return new Response(await received(note, await fileText(await request.formData())));
    case '/throws':
      throw new Error('thrown');
    case '/rejects':
      return await rejects(note);
    case '/stream':
      return new Response(streamOf(chunks(note)));
    case '/events':
      return new Response(streamOf(events(note)), { headers: { 'content-type': 'text/event-stream' } });
    case '/endless':
      return new Response(streamOf(endless(note)));
    case '/unfinished':
      watchSignal(note);
      note('handler');
      await readBody(request.body, note);
      return new Response();
    case '/deadline':
      return new Response(await untilDeadline(note), { status: 503 });
    default:
      note('not found');
      return new Response('not found', { status: 404 });
  }
}
