/**
 * The battery of context losses: the situations in which the context of a request is commonly lost. Each of them is a
 * case, and the test of every framework runs the cases that the framework supports.
 *
 *     case ──── request with x-request-id ────▶ server, adapter mounted ──▶ handler of the route
 *      │                                                                      │ record('after await')
 *      │                                                                      ▼
 *      └─── GET /reads?id=<x-request-id> ─────▶ reads of that request, by checkpoint
 *
 * | Term | Meaning |
 * | --- | --- |
 * | case | drives a running server over HTTP, and asserts that every read returned the scope of its own request |
 * | checkpoint | the name of a position in the application's code at which the scope is read |
 * | read | the id of the scope that was current at a checkpoint, or null |
 * | recorder | reads the scope at a checkpoint, and records the read under the id of the request; see `recorded-reads.ts` |
 *
 * To run the battery, the test of a framework builds a server with the routes below, written as an application of that
 * framework would write them, and passes it to `runBattery()` with the names of the cases. Each handler creates its
 * recorder with `recorderFor(<x-request-id header of the request>)`. What the handlers have in common is in
 * `handlers.ts`, and in `node-handlers.ts` and `web-handlers.ts`. Everything is observed over HTTP, so a server may run
 * in another process and on another runtime.
 *
 * | Route | Handler | Response |
 * | --- | --- | --- |
 * | `GET /reads?id=...` | | `recordedReadsJson(<id in the query>)` |
 * | `GET /plain` | `readAcrossAwaits(record)` | `ok` |
 * | `GET /race` | `readAcrossRaces(record)` | `ok` |
 * | `GET /scope`, `GET /mounted/scope` | the second one in a router, application or plugin that is mounted at `/mounted` | `scopeJson()` |
 * | `POST /json`, `POST /form` | a body parser, then `handleParsedBody(record, <field text>)` | its result |
 * | `POST /upload` | a multipart parser, then `handleParsedBody(record, <content of the field file>)` | its result |
 * | `GET /ended` | `recordResponseEnd(response, record)` | `ok` |
 * | `GET /throws` | throws `new Error('thrown')` synchronously | from the application's error handler |
 * | `GET /rejects` | `rejectAfterAwaits(record)` | from the application's error handler |
 * | `GET /unhandled` | throws `new Error('unhandled')`, which the application's error handler passes on | the framework's default |
 * | the application's error handler | `record('error handler')` | 500, the message of the error |
 * | the application's handler for unknown routes | `record('not found')` | 404 |
 * | `GET /stream` | `streamedChunks(record)` | streams the chunks |
 * | `GET /events` | `serverSentEvents(record)` | streams the chunks as `text/event-stream` |
 * | `GET /endless` | `endlessChunks(record)`, and `recordResponseEnd` if there is a response of Node's | streams the chunks |
 * | `POST /unfinished` | `recordAbort(record)`, `record('handler')`, then `readNodeUpload()` or `readWebUpload()` | none: the body never ends |
 * | `GET /deadline` | `waitForDeadline(record)` | 503, its result |
 * | `GET /detours` | | `detourRoutesJson(<routes>)`, where each route has a detour at every phase; see `detours.ts` |
 * | WebSocket `/socket` | `record('open')`, `record('message')` for each message, `record('socket closed')` | `scopeIdText()` for each message |
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import type { Writable } from 'node:stream';
import type { RequestScopeOptions } from '@throughline/request';
import { WebSocket } from 'ws';
import { openRequest, readText, sendRequest, type TextResponse } from '../http/client.js';
import type { ServerAddress } from '../http/server.js';
import { assertOwnScope, waitForCheckpoints } from './assert-scope.js';
import { DETOUR_HEADER, type Detour, type DetourRoute, encodeDetour, ORIGINS, STYLES } from './detours.js';
import { EVENT_COUNT, STREAM_BYTES } from './handlers.js';

/** A case, and the options with which the adapter must be mounted for it. */
export interface BatteryCase {
  readonly options: RequestScopeOptions;
  readonly run: (server: ServerAddress) => Promise<void>;
  /** Whether the case itself sends hundreds of requests at once, and is therefore run alone. Default: false. */
  readonly runsAlone?: boolean;
}

const trustingIds: RequestScopeOptions = { trustRequestId: true };
const withDeadline: RequestScopeOptions = { trustRequestId: true, deadline: 50 };
const notTrustingIds: RequestScopeOptions = {};

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const CONCURRENT_UPLOADS = 3;
/** The checkpoints of `readAcrossAwaits()`. */
const AWAIT_CHECKPOINTS = ['start', 'after await', 'after a timer', 'after a microtask'];

export const batteryCases = {
  'an async handler': { options: trustingIds, run: (server) => assertPlain(server) },

  'Promise.race() with a timeout': {
    options: trustingIds,
    async run(server) {
      const id = newId();
      assert.equal((await get(server, '/race', id)).status, 200);
      await assertOwnScope(server, id, ['timeout', 'after a lost race', 'after a won race']);
    },
  },

  'the path as the client sent it': {
    options: trustingIds,
    async run(server) {
      const id = newId();
      const { body } = await get(server, '/mounted/scope?a=1', id);
      assert.deepEqual(JSON.parse(body), { id, method: 'GET', path: '/mounted/scope' });
    },
  },

  'a JSON body in several chunks': {
    options: trustingIds,
    run: (server) => interleaveUploads(server, '/json', 'application/json', (text) => JSON.stringify({ text })),
  },

  'a form body in several chunks': {
    options: trustingIds,
    run: (server) => interleaveUploads(server, '/form', 'application/x-www-form-urlencoded', (text) => `text=${text}`),
  },

  'a multipart upload': {
    options: trustingIds,
    run: (server) =>
      interleaveUploads(server, '/upload', 'multipart/form-data; boundary=edge', (text) =>
        [
          '--edge',
          'Content-Disposition: form-data; name="title"',
          '',
          'a file',
          '--edge',
          'Content-Disposition: form-data; name="file"; filename="file.txt"',
          'Content-Type: text/plain',
          '',
          text,
          '--edge--',
          '',
        ].join('\r\n'),
      ),
  },

  "the events 'finish' and 'close' of a response": {
    options: trustingIds,
    async run(server) {
      const id = newId();
      assert.equal((await get(server, '/ended', id)).body, 'ok');
      await assertOwnScope(server, id, ['finish', 'close']);
      // Node emits the end of a response on a connection that also carries earlier and later requests.
      if (server.protocol === 'http2') await assertMultiplexed(server, '/ended', ['finish', 'close']);
      else await assertPipelined(server, '/ended', ['finish', 'close']);
    },
  },

  'an error thrown synchronously': {
    options: trustingIds,
    run: (server) => assertErrorHandled(server, '/throws', 'thrown'),
  },

  'an error thrown after an await': {
    options: trustingIds,
    run: (server) => assertErrorHandled(server, '/rejects', 'rejected'),
  },

  "the framework's default error response": {
    options: trustingIds,
    async run(server) {
      const id = newId();
      const { status, headers } = await get(server, '/unhandled', id);
      assert.equal(status, 500);
      assert.equal(headers['x-request-id'], id);
      await assertOwnScope(server, id, []);
    },
  },

  'a request without a matching route': {
    options: trustingIds,
    async run(server) {
      const id = newId();
      const { status, headers } = await get(server, '/no-such-route', id);
      assert.equal(status, 404);
      assert.equal(headers['x-request-id'], id);
      await assertOwnScope(server, id, ['not found']);
    },
  },

  'a streamed response that the client reads slowly': {
    options: trustingIds,
    run: (server) => readSlowly(server, ['chunk']),
  },

  "the event 'drain' of a response": {
    options: trustingIds,
    run: (server) => readSlowly(server, ['drain', 'after drain']),
  },

  'server-sent events': {
    options: trustingIds,
    async run(server) {
      const id = newId();
      const { headers, body } = await get(server, '/events', id);
      assert.match(String(headers['content-type']), /^text\/event-stream/);
      assert.deepEqual(body.match(/(?<=^data: ).*/gm), Array(EVENT_COUNT).fill(id));
      await assertOwnScope(server, id, ['event']);
    },
  },

  'a step that returns control from elsewhere, two requests interleaved': {
    options: trustingIds,
    runsAlone: true,
    async run(server) {
      await forEachDetourRoute(server, async (route) => {
        for (const phase of route.phases) {
          const detours = STYLES.map((style) => ({ phase, style }));
          const groups = ORIGINS.flatMap((origin) =>
            detours.map((detour) => sendGroup(server, route, origin, [detour, detour])),
          );
          await Promise.all(groups);
        }
      });
    },
  },

  'a step that returns control from elsewhere, 200 requests interleaved': {
    options: trustingIds,
    runsAlone: true,
    async run(server) {
      await forEachDetourRoute(server, async (route) => {
        const detours = route.phases.flatMap((phase) => STYLES.map((style) => ({ phase, style })));
        const inTurns = Array.from({ length: 200 }, (_, index) => detours[index % detours.length] as PlannedDetour);
        for (const origin of ORIGINS) await sendGroup(server, route, origin, inTurns);
      });
    },
  },

  'a WebSocket': {
    options: trustingIds,
    async run(server) {
      await Promise.all([exchangeMessages(server), exchangeMessages(server), exchangeMessages(server)]);
    },
  },

  'a client that disconnects during its upload': {
    options: trustingIds,
    async run(server) {
      const id = newId();
      const headers = { 'x-request-id': id, 'content-type': 'text/plain', 'content-length': '1000000' };
      const request = openRequest(server, { path: '/unfinished', method: 'POST', headers });
      try {
        request.upload.write('a'.repeat(1000));
        await waitForCheckpoints(server, id, ['handler']);
      } finally {
        request.abort();
      }
      await assertOwnScope(server, id, ['handler', 'signal AbortError', 'upload ended']);
    },
  },

  'a client that disconnects during the response': {
    options: trustingIds,
    run: (server) => disconnectWhileReading(server, ['chunk', 'signal AbortError', 'after the abort']),
  },

  "the event 'close' of a response that is not read to its end": {
    options: trustingIds,
    run: (server) => disconnectWhileReading(server, ['signal AbortError', 'close']),
  },

  'many requests on one keep-alive connection': {
    options: trustingIds,
    async run(server) {
      const ids = Array.from({ length: 30 }, newId);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      try {
        const sockets = new Set<unknown>();
        for (const id of ids) {
          const request = openRequest(server, { path: '/plain', headers: { 'x-request-id': id }, agent });
          request.upload.once('socket', (socket) => sockets.add(socket));
          request.upload.end();
          const { headers, body } = await request.response();
          assert.deepEqual([headers['x-request-id'], await readText(body)], [id, 'ok']);
        }
        assert.equal(sockets.size, 1, 'all requests must use one connection');
      } finally {
        agent.destroy();
      }
      for (const id of ids) await assertOwnScope(server, id, AWAIT_CHECKPOINTS);
    },
  },

  'pipelined requests': { options: trustingIds, run: (server) => assertPipelined(server, '/plain', AWAIT_CHECKPOINTS) },

  'HTTP/2 streams of one session': {
    options: trustingIds,
    run: (server) => assertMultiplexed(server, '/plain', AWAIT_CHECKPOINTS),
  },

  'the deadline of a request': {
    options: withDeadline,
    async run(server) {
      await Promise.all(
        Array.from({ length: 5 }, async () => {
          const id = newId();
          const { status, body } = await get(server, '/deadline', id);
          assert.deepEqual([status, body], [503, 'TimeoutError']);
          await assertOwnScope(server, id, ['signal TimeoutError', 'after the deadline']);
        }),
      );
    },
  },

  'a request without an id': { options: trustingIds, run: (server) => assertIdReplaced(server, undefined) },

  'an unsafe request id': {
    options: trustingIds,
    async run(server) {
      for (const id of ['', 'a b', 'a,b', 'a;b', 'a"b', '<a>', 'a\tb', 'caf\u00e9', 'a'.repeat(129), ['a', 'b']]) {
        await assertIdReplaced(server, id);
      }
      const longest = 'aZ09_.:@/+=-'.padEnd(128, 'x');
      const { headers, body } = await get(server, '/scope', longest);
      assert.equal(headers['x-request-id'], longest);
      assert.equal(JSON.parse(body).id, longest);
    },
  },

  'an untrusted request id': { options: notTrustingIds, run: (server) => assertIdReplaced(server, newId()) },
} satisfies Readonly<Record<string, BatteryCase>>;

export type CaseName = keyof typeof batteryCases;

function newId(): string {
  return `battery-${randomUUID()}`;
}

function get(server: ServerAddress, path: string, id: string): Promise<TextResponse> {
  return sendRequest(server, { path, headers: { 'x-request-id': id } });
}

/** Calls `use` with each route of the application on which a request can take a detour. */
async function forEachDetourRoute(server: ServerAddress, use: (route: DetourRoute) => Promise<void>): Promise<void> {
  const routes: DetourRoute[] = JSON.parse((await sendRequest(server, { path: '/detours' })).body);
  assert.ok(routes.length > 0);
  for (const route of routes) await use(route);
}

type PlannedDetour = Pick<Detour, 'phase' | 'style'>;

/**
 * Sends the requests of one group at once, and asserts that every read of each of them returned its own scope.
 * @param detours one for each request
 */
async function sendGroup(
  server: ServerAddress,
  { method, path, body, checkpoints }: DetourRoute,
  origin: Detour['origin'],
  detours: readonly PlannedDetour[],
): Promise<void> {
  const group = newId();
  const requests = detours.map((detour) => ({ id: newId(), ...detour }));
  await Promise.all(
    requests.map(({ id, ...detour }, index) => {
      const headers: Record<string, string> = {
        'x-request-id': id,
        [DETOUR_HEADER]: encodeDetour({ ...detour, origin, group, size: detours.length, index }),
      };
      if (body === undefined) return sendRequest(server, { method, path, headers });
      headers['content-type'] = body.type;
      return sendRequest(server, { method, path, headers }, (upload) => void upload.end(body.text));
    }),
  );
  for (const { id, phase, style } of requests) {
    const wrong = Object.entries(await waitForCheckpoints(server, id, checkpoints))
      .filter(([, reads]) => reads.some((read) => read !== id))
      .map(([checkpoint]) => checkpoint);
    assert.deepEqual(wrong, [], `${method} ${path}, continued at "${phase}" by ${style} from ${origin}`);
  }
}

/** Sends one request to `/plain`. */
async function assertPlain(server: ServerAddress, agent?: Agent): Promise<void> {
  const id = newId();
  const options = { path: '/plain', headers: { 'x-request-id': id } };
  const { status, headers, body } = await sendRequest(server, agent === undefined ? options : { ...options, agent });
  assert.deepEqual([status, body, headers['x-request-id']], [200, 'ok', id]);
  await assertOwnScope(server, id, AWAIT_CHECKPOINTS);
}

/** Sends ten requests on one connection before the response to the first has arrived. */
async function assertPipelined(server: ServerAddress, path: string, checkpoints: readonly string[]): Promise<void> {
  const ids = Array.from({ length: 10 }, newId);
  const socket = connect(server.port, '127.0.0.1');
  try {
    const requests = ids.map((id, index) => {
      const connection = index === ids.length - 1 ? 'close' : 'keep-alive';
      return `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: ${id}\r\nConnection: ${connection}\r\n\r\n`;
    });
    socket.write(requests.join(''));
    let responses = '';
    for await (const chunk of socket) responses += chunk;
    assert.deepEqual(responses.match(/(?<=^x-request-id: )\S+/gim), ids);
  } finally {
    socket.destroy();
  }
  for (const id of ids) await assertOwnScope(server, id, checkpoints);
}

/** Opens thirty streams of one HTTP/2 session at once. */
async function assertMultiplexed(server: ServerAddress, path: string, checkpoints: readonly string[]): Promise<void> {
  const ids = Array.from({ length: 30 }, newId);
  const session = connectHttp2(`http://127.0.0.1:${server.port}`);
  try {
    await Promise.all(
      ids.map(async (id) => {
        const stream = session.request({ ':path': path, 'x-request-id': id });
        const response = once(stream, 'response');
        stream.resume();
        const [[headers]] = await Promise.all([response, once(stream, 'end')]);
        assert.equal(headers['x-request-id'], id);
      }),
    );
  } finally {
    session.destroy();
  }
  for (const id of ids) await assertOwnScope(server, id, checkpoints);
}

/**
 * Sends uploads in several chunks, each on a connection that has already served another request. Between two chunks,
 * other requests are served.
 */
async function interleaveUploads(
  server: ServerAddress,
  path: string,
  type: string,
  encode: (text: string) => string,
): Promise<void> {
  const markBegun: (() => void)[] = [];
  const allBegun = Promise.all(
    Array.from(
      { length: CONCURRENT_UPLOADS },
      (_, index) => new Promise<void>((resolve) => (markBegun[index] = resolve)),
    ),
  );
  await Promise.all(
    Array.from({ length: CONCURRENT_UPLOADS }, async (_, index) => {
      const id = newId();
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      try {
        await assertPlain(server, agent);
        const content = encode('a'.repeat(20_000 + index));
        const headers = { 'x-request-id': id, 'content-type': type, 'content-length': String(content.length) };
        const writeBody = async (upload: Writable) => {
          const chunkLength = Math.ceil(content.length / 4);
          upload.write(content.slice(0, chunkLength));
          // No upload continues before all of them have begun.
          markBegun[index]?.();
          await allBegun;
          for (let offset = chunkLength; offset < content.length; offset += chunkLength) {
            await assertPlain(server);
            upload.write(content.slice(offset, offset + chunkLength));
          }
          upload.end();
        };
        const { status, body } = await sendRequest(server, { path, method: 'POST', headers, agent }, writeBody);
        assert.deepEqual([status, JSON.parse(body)], [200, { length: 20_000 + index }]);
      } finally {
        // If this upload failed, the others must not wait for it.
        markBegun[index]?.();
        agent.destroy();
      }
      await assertOwnScope(server, id, ['after the parser', ...AWAIT_CHECKPOINTS]);
    }),
  );
}

async function assertErrorHandled(server: ServerAddress, path: string, message: string): Promise<void> {
  const id = newId();
  const { status, headers, body } = await get(server, path, id);
  assert.deepEqual([status, body, headers['x-request-id']], [500, message, id]);
  await assertOwnScope(server, id, ['error handler']);
}

/** Reads a long response only after other requests have been served, so that the server must wait for `drain`. */
async function readSlowly(server: ServerAddress, checkpoints: readonly string[]): Promise<void> {
  const id = newId();
  const request = openRequest(server, { path: '/stream', headers: { 'x-request-id': id } });
  try {
    request.upload.end();
    const { body } = await request.response();
    await Promise.all(Array.from({ length: 5 }, () => assertPlain(server)));
    let length = 0;
    for await (const chunk of body) length += chunk.length;
    assert.equal(length, STREAM_BYTES);
  } finally {
    request.abort();
  }
  await assertOwnScope(server, id, checkpoints);
}

/** Disconnects after the first chunk of a response that would never end. */
async function disconnectWhileReading(server: ServerAddress, checkpoints: readonly string[]): Promise<void> {
  const id = newId();
  const request = openRequest(server, { path: '/endless', headers: { 'x-request-id': id } });
  try {
    request.upload.end();
    const { body } = await request.response();
    body.on('error', () => {});
    await once(body, 'data');
  } finally {
    request.abort();
  }
  await assertOwnScope(server, id, checkpoints);
}

/** Exchanges three messages on a WebSocket, with another request after each of them. */
async function exchangeMessages(server: ServerAddress): Promise<void> {
  const id = newId();
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket`, { headers: { 'x-request-id': id } });
  try {
    await once(socket, 'open');
    for (const message of ['one', 'two', 'three']) {
      const reply = once(socket, 'message');
      socket.send(message);
      assert.equal(String((await reply)[0]), id);
      await assertPlain(server);
    }
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  } finally {
    socket.terminate();
  }
  await assertOwnScope(server, id, ['open', 'message', 'socket closed']);
}

/** Asserts that a request gets a new id instead of the one that it carries. */
async function assertIdReplaced(server: ServerAddress, id: string | readonly string[] | undefined): Promise<void> {
  const { headers, body } = await sendRequest(server, {
    path: '/scope',
    headers: id === undefined ? {} : { 'x-request-id': id },
  });
  const newScopeId = JSON.parse(body).id;
  assert.match(newScopeId, UUID);
  assert.equal(headers['x-request-id'], newScopeId);
}
