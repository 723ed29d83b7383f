/** The routes of the battery as a plain handler from `Request` to `Response`. */
import type { RequestScopeOptions } from '@throughline/request';
import { requestScope } from '@throughline/request/web';
import { callByDetour, DETOUR_HEADER, type DetourRoute, detourRoutesJson } from '../battery/detours.js';
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
} from '../battery/handlers.js';
import { recordedReadsJson, recorderFor } from '../battery/recorded-reads.js';
import { formFieldText, readWebUpload, streamFrom, uploadedFileText } from '../battery/web-handlers.js';
import { handleSessionRoute } from './session-routes.js';

export function buildWebHandler(options: RequestScopeOptions): (request: Request) => Response | Promise<Response> {
  return requestScope(async (request) => {
    const record = recorderFor(request.headers.get('x-request-id'));
    try {
      return await route(request);
    } catch (error) {
      record('error handler');
      return new Response(error instanceof Error ? error.message : String(error), { status: 500 });
    }
  }, options);
}

const detourRoutes: DetourRoute[] = [
  {
    method: 'GET',
    path: '/detour',
    phases: ['a handler', 'a stream'],
    checkpoints: ['after the handler', 'chunk'],
  },
];

/** Responds with a stream whose first chunk takes a detour. */
async function respondByDetour(request: Request): Promise<Response> {
  const record = recorderFor(request.headers.get('x-request-id'));
  const header = request.headers.get(DETOUR_HEADER);
  await callByDetour('a handler', header, () => undefined);
  record('after the handler');
  async function* chunks() {
    await callByDetour('a stream', header, () => undefined);
    record('chunk');
    yield 'ok';
  }
  return new Response(streamFrom(chunks()));
}

async function route(request: Request): Promise<Response> {
  const record = recorderFor(request.headers.get('x-request-id'));
  const { pathname, searchParams } = new URL(request.url);
  const [, action] = pathname.split('/session/');
  if (action !== undefined) return new Response(await handleSessionRoute(action, record, () => request.text()));
  switch (pathname) {
    case '/reads':
      return new Response(recordedReadsJson(searchParams.get('id')));
    case '/detours':
      return new Response(detourRoutesJson(detourRoutes));
    case '/detour':
      return respondByDetour(request);
    case '/plain':
      await readAcrossAwaits(record);
      return new Response('ok');
    case '/race':
      await readAcrossRaces(record);
      return new Response('ok');
    case '/scope':
    case '/mounted/scope':
      return new Response(scopeJson());
    case '/json':
      return new Response(await handleParsedBody(record, (await request.json()).text));
    case '/form':
      return new Response(await handleParsedBody(record, formFieldText(await request.formData())));
    case '/upload':
      return new Response(await handleParsedBody(record, await uploadedFileText(await request.formData())));
    case '/throws':
      throw new Error('thrown');
    case '/rejects':
      return await rejectAfterAwaits(record);
    case '/stream':
      return new Response(streamFrom(streamedChunks(record)));
    case '/events':
      return new Response(streamFrom(serverSentEvents(record)), { headers: { 'content-type': 'text/event-stream' } });
    case '/endless':
      return new Response(streamFrom(endlessChunks(record)));
    case '/unfinished':
      recordAbort(record);
      record('handler');
      await readWebUpload(request.body, record);
      return new Response();
    case '/deadline':
      return new Response(await waitForDeadline(record), { status: 503 });
    default:
      record('not found');
      return new Response('not found', { status: 404 });
  }
}
