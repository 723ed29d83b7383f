/**
 * The battery: the places where a request's context usually gets lost, each a function that drives a running server and
 * asserts that every read of the scope was the scope of its own request.
 *
 * A framework's test builds a server with the routes below, and names the losses that it has. Each handler begins with
 * `const note = noteFor(<its own header x-request-id>)` and does what `steps.ts` has for it; `node-steps.ts` is for those
 * that have Node's request and answer. All is seen over HTTP, so the server may run anywhere.
 *
 * | Route | What it does | Answer |
 * |---|---|---|
 * | every one | `seenText(<query id>)` at `GET /seen?id=...` | the reads |
 * | `GET /plain` | `steps(note)` | `ok` |
 * | `GET /race` | `race(note)` | `ok` |
 * | `GET /scope`, `GET /mounted/scope` | the second in a router, app or plugin mounted at `/mounted` | `scopeText()` |
 * | `POST /json`, `POST /form` | a body parser, then `received(note, <field text>)` | what it gives |
 * | `POST /upload` | multipart, then `received(note, <the content of the field file>)` | what it gives |
 * | `GET /ended` | `noteEnd(response, note)` | `ok` |
 * | `GET /throws` | throws `new Error('thrown')` synchronously | the application's error handler |
 * | `GET /rejects` | `rejects(note)` | the application's error handler |
 * | `GET /unhandled` | throws `new Error('unhandled')`, which the application's error handler leaves to the framework | the framework's |
 * | an error | the application's error handler: `note('error handler')` | 500, the error's message |
 * | no route | the application's handler for that: `note('not found')` | 404 |
 * | `GET /stream` | `chunks(note)` | all of them, streamed |
 * | `GET /events` | `events(note)` | all of them, streamed, `text/event-stream` |
 * | `GET /endless` | `endless(note)`; where there is Node's answer, `noteEnd` too | all of them, streamed |
 * | `POST /unfinished` | `watchSignal(note)`, `note('handler')`, reads the body, which never ends; `note('upload ended')` after it | none |
 * | `GET /deadline` | `untilDeadline(note)` | 503, what it gives |
 * | WebSocket at `/socket` | `note('open')`, then for each message `note('message')`; `note('socket closed')` | `socketText()` for each message |
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
import { type Answer, ask, call, text } from '../http/client.js';
import type { ServerAddress } from '../http/server.js';
import { EVENT_COUNT, STREAM_BYTES } from './handlers.js';
import type { Read } from './recorded-reads.js';

/** A loss, and the options that the adapter must have been mounted with for it. */
export interface Loss {
  readonly options: RequestScopeOptions;
  drive(server: ServerAddress): Promise<void>;
}

const trusting: RequestScopeOptions = { trustRequestId: true };
const withDeadline: RequestScopeOptions = { trustRequestId: true, deadline: 50 };
const wary: RequestScopeOptions = {};

/** For whatever must come some time: reached only where it never does. */
const LIMIT_MS = 20_000;
const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const UPLOADS = 3;
const STEPS = ['start', 'after await', 'after a timer', 'after a microtask'];

export const losses = {
  'a handler': { options: trusting, drive: (server) => plain(server) },

  'Promise.race with a timeout': {
    options: trusting,
    async drive(server) {
      const id = newId();
      assert.equal((await get(server, '/race', id)).status, 200);
      await assertOwn(server, id, ['timeout', 'after a lost race', 'after a won race']);
    },
  },

  'the path as sent': {
    options: trusting,
    async drive(server) {
      const id = newId();
      const { body } = await get(server, '/mounted/scope?a=1', id);
      assert.deepEqual(JSON.parse(body), { id, method: 'GET', path: '/mounted/scope' });
    },
  },

  'a JSON body in several chunks': {
    options: trusting,
    drive: (server) => uploadInTurns(server, '/json', 'application/json', (text) => JSON.stringify({ text })),
  },

  'a form in several chunks': {
    options: trusting,
    drive: (server) => uploadInTurns(server, '/form', 'application/x-www-form-urlencoded', (text) => `text=${text}`),
  },

  'a multipart upload': {
    options: trusting,
    drive: (server) =>
      uploadInTurns(server, '/upload', 'multipart/form-data; boundary=edge', (text) =>
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

  'finish and close of the answer': {
    options: trusting,
    async drive(server) {
      const id = newId();
      assert.equal((await get(server, '/ended', id)).body, 'ok');
      await assertOwn(server, id, ['finish', 'close']);
      // The end of an answer is heard on a socket that has others before it and behind.
      if (server.protocol === 'http2') await share(server, '/ended', ['finish', 'close']);
      else await pipeline(server, '/ended', ['finish', 'close']);
    },
  },

  'an error that is thrown': { options: trusting, drive: (server) => failing(server, '/throws', 'thrown') },

  'an error after an await': { options: trusting, drive: (server) => failing(server, '/rejects', 'rejected') },

  "the framework's own error answer": {
    options: trusting,
    async drive(server) {
      const id = newId();
      const { status, headers } = await get(server, '/unhandled', id);
      assert.equal(status, 500);
      assert.equal(headers['x-request-id'], id);
      await assertOwn(server, id, []);
    },
  },

  'no such route': {
    options: trusting,
    async drive(server) {
      const id = newId();
      const { status, headers } = await get(server, '/no-such-route', id);
      assert.equal(status, 404);
      assert.equal(headers['x-request-id'], id);
      await assertOwn(server, id, ['not found']);
    },
  },

  'a streamed answer that the client reads slowly': { options: trusting, drive: (server) => slowly(server, ['chunk']) },

  'drain of the answer': { options: trusting, drive: (server) => slowly(server, ['drain', 'after drain']) },

  'server-sent events': {
    options: trusting,
    async drive(server) {
      const id = newId();
      const { headers, body } = await get(server, '/events', id);
      assert.match(String(headers['content-type']), /^text\/event-stream/);
      assert.deepEqual(body.match(/(?<=^data: ).*/gm), Array(EVENT_COUNT).fill(id));
      await assertOwn(server, id, ['event']);
    },
  },

  'a WebSocket': {
    options: trusting,
    async drive(server) {
      await Promise.all([converse(server), converse(server), converse(server)]);
    },
  },

  'a client that goes away while it sends': {
    options: trusting,
    async drive(server) {
      const id = newId();
      const headers = { 'x-request-id': id, 'content-type': 'text/plain', 'content-length': '1000000' };
      const upload = call(server, { path: '/unfinished', method: 'POST', headers });
      try {
        upload.upload.write('a'.repeat(1000));
        await seen(server, id, ['handler']);
      } finally {
        upload.abort();
      }
      await assertOwn(server, id, ['handler', 'signal AbortError', 'upload ended']);
    },
  },

  'a client that goes away while it reads': {
    options: trusting,
    drive: (server) => goAway(server, ['chunk', 'signal AbortError', 'after the abort']),
  },

  'close of an answer that nobody reads to its end': {
    options: trusting,
    drive: (server) => goAway(server, ['signal AbortError', 'close']),
  },

  'many requests over one keep-alive socket': {
    options: trusting,
    async drive(server) {
      const ids = Array.from({ length: 30 }, newId);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      try {
        const sockets = new Set<unknown>();
        for (const id of ids) {
          const next = call(server, { path: '/plain', headers: { 'x-request-id': id }, agent });
          next.upload.once('socket', (socket) => sockets.add(socket));
          next.upload.end();
          const { headers, body } = await next.head();
          assert.deepEqual([headers['x-request-id'], await text(body)], [id, 'ok']);
        }
        assert.equal(sockets.size, 1, 'the server closed the connection');
      } finally {
        agent.destroy();
      }
      for (const id of ids) await assertOwn(server, id, STEPS);
    },
  },

  'pipelined requests': { options: trusting, drive: (server) => pipeline(server, '/plain', STEPS) },

  'http2 streams of one session': { options: trusting, drive: (server) => share(server, '/plain', STEPS) },

  'the deadline': {
    options: withDeadline,
    async drive(server) {
      await Promise.all(
        Array.from({ length: 5 }, async () => {
          const id = newId();
          const { status, body } = await get(server, '/deadline', id);
          assert.deepEqual([status, body], [503, 'TimeoutError']);
          await assertOwn(server, id, ['signal TimeoutError', 'after the deadline']);
        }),
      );
    },
  },

  'a request without an id': { options: trusting, drive: (server) => assertReplaced(server, undefined) },

  'an id that is not safe': {
    options: trusting,
    async drive(server) {
      for (const id of ['', 'a b', 'a,b', 'a;b', 'a"b', '<a>', 'a\tb', 'caf\u00e9', 'a'.repeat(129), ['a', 'b']]) {
        await assertReplaced(server, id);
      }
      const longest = 'aZ09_.:@/+=-'.padEnd(128, 'x');
      const { headers, body } = await get(server, '/scope', longest);
      assert.equal(headers['x-request-id'], longest);
      assert.equal(JSON.parse(body).id, longest);
    },
  },

  'an id that is not trusted': { options: wary, drive: (server) => assertReplaced(server, newId()) },
} satisfies Readonly<Record<string, Loss>>;

export type LossName = keyof typeof losses;

function newId(): string {
  return `battery-${randomUUID()}`;
}

function get(server: ServerAddress, path: string, id: string): Promise<Answer> {
  return ask(server, { path, headers: { 'x-request-id': id } });
}

/** One request from its start to its end. */
async function plain(server: ServerAddress, agent?: Agent): Promise<void> {
  const id = newId();
  const outgoing = { path: '/plain', headers: { 'x-request-id': id } };
  const { status, headers, body } = await ask(server, agent === undefined ? outgoing : { ...outgoing, agent });
  assert.deepEqual([status, body, headers['x-request-id']], [200, 'ok', id]);
  await assertOwn(server, id, STEPS);
}

/** Requests that are all sent over one socket before the first is answered. */
async function pipeline(server: ServerAddress, path: string, steps: readonly string[]): Promise<void> {
  const ids = Array.from({ length: 10 }, newId);
  const socket = connect(server.port, '127.0.0.1');
  try {
    const requests = ids.map((id, index) => {
      const connection = index === ids.length - 1 ? 'close' : 'keep-alive';
      return `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: ${id}\r\nConnection: ${connection}\r\n\r\n`;
    });
    socket.write(requests.join(''));
    let answers = '';
    for await (const piece of socket) answers += piece;
    assert.deepEqual(answers.match(/(?<=^x-request-id: )\S+/gim), ids);
  } finally {
    socket.destroy();
  }
  for (const id of ids) await assertOwn(server, id, steps);
}

/** Streams of one http2 session at once. */
async function share(server: ServerAddress, path: string, steps: readonly string[]): Promise<void> {
  const ids = Array.from({ length: 30 }, newId);
  const session = connectHttp2(`http://127.0.0.1:${server.port}`);
  try {
    await Promise.all(
      ids.map(async (id) => {
        const stream = session.request({ ':path': path, 'x-request-id': id });
        const head = once(stream, 'response');
        stream.resume();
        const [[headers]] = await Promise.all([head, once(stream, 'end')]);
        assert.equal(headers['x-request-id'], id);
      }),
    );
  } finally {
    session.destroy();
  }
  for (const id of ids) await assertOwn(server, id, steps);
}

async function reads(server: ServerAddress, id: string): Promise<Record<string, Read[]>> {
  return JSON.parse((await ask(server, { path: `/seen?id=${id}` })).body);
}

/** The reads of a request, once each of the steps has come. */
async function seen(server: ServerAddress, id: string, steps: readonly string[]): Promise<Record<string, Read[]>> {
  const end = Date.now() + LIMIT_MS;
  for (;;) {
    const found = await reads(server, id);
    const missing = steps.filter((step) => found[step] === undefined);
    if (missing.length === 0) return found;
    assert.ok(Date.now() < end, `these steps never came: ${missing.join(', ')}; these did: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Asserts over HTTP that each of these steps has come, and each read of each step was of this request's scope. */
export async function assertOwn(server: ServerAddress, id: string, steps: readonly string[]): Promise<void> {
  for (const [step, own] of Object.entries(await seen(server, id, steps))) {
    for (const read of own) assert.equal(read, id, `read at the step "${step}"`);
  }
}

/** Bodies that arrive piece by piece, on sockets that have served another request, with whole requests between. */
async function uploadInTurns(
  server: ServerAddress,
  path: string,
  type: string,
  encode: (text: string) => string,
): Promise<void> {
  const gates: (() => void)[] = [];
  const begun = Promise.all(
    Array.from({ length: UPLOADS }, (_, index) => new Promise<void>((resolve) => (gates[index] = resolve))),
  );
  await Promise.all(
    Array.from({ length: UPLOADS }, async (_, index) => {
      const id = newId();
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      try {
        await plain(server, agent);
        const content = encode('a'.repeat(20_000 + index));
        const headers = { 'x-request-id': id, 'content-type': type, 'content-length': String(content.length) };
        const upload = async (body: Writable) => {
          const size = Math.ceil(content.length / 4);
          body.write(content.slice(0, size));
          // All have begun before one goes on.
          gates[index]?.();
          await begun;
          for (let at = size; at < content.length; at += size) {
            await plain(server);
            body.write(content.slice(at, at + size));
          }
          body.end();
        };
        const { status, body } = await ask(server, { path, method: 'POST', headers, agent }, upload);
        assert.deepEqual([status, JSON.parse(body)], [200, { length: 20_000 + index }]);
      } finally {
        // The others would wait for this one's turn.
        gates[index]?.();
        agent.destroy();
      }
      await assertOwn(server, id, ['after the parser', ...STEPS]);
    }),
  );
}

async function failing(server: ServerAddress, path: string, message: string): Promise<void> {
  const id = newId();
  const { status, headers, body } = await get(server, path, id);
  assert.deepEqual([status, body, headers['x-request-id']], [500, message, id]);
  await assertOwn(server, id, ['error handler']);
}

/** Reads a long answer whose client does other things first. */
async function slowly(server: ServerAddress, steps: readonly string[]): Promise<void> {
  const id = newId();
  const slow = call(server, { path: '/stream', headers: { 'x-request-id': id } });
  try {
    slow.upload.end();
    const { body } = await slow.head();
    await Promise.all(Array.from({ length: 5 }, () => plain(server)));
    let length = 0;
    for await (const piece of body) length += piece.length;
    assert.equal(length, STREAM_BYTES);
  } finally {
    slow.abort();
  }
  await assertOwn(server, id, steps);
}

async function goAway(server: ServerAddress, steps: readonly string[]): Promise<void> {
  const id = newId();
  const endless = call(server, { path: '/endless', headers: { 'x-request-id': id } });
  try {
    endless.upload.end();
    const { body } = await endless.head();
    body.on('error', () => {});
    await once(body, 'data');
  } finally {
    endless.abort();
  }
  await assertOwn(server, id, steps);
}

async function converse(server: ServerAddress): Promise<void> {
  const id = newId();
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket`, { headers: { 'x-request-id': id } });
  try {
    await once(socket, 'open');
    for (const message of ['one', 'two', 'three']) {
      const answer = once(socket, 'message');
      socket.send(message);
      assert.equal(String((await answer)[0]), id);
      await plain(server);
    }
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  } finally {
    socket.terminate();
  }
  await assertOwn(server, id, ['open', 'message', 'socket closed']);
}

/** The id that a request brings is not the one that it gets. */
async function assertReplaced(server: ServerAddress, id: string | readonly string[] | undefined): Promise<void> {
  const { headers, body } = await ask(server, {
    path: '/scope',
    headers: id === undefined ? {} : { 'x-request-id': id },
  });
  const given = JSON.parse(body).id;
  assert.match(given, UUID);
  assert.equal(headers['x-request-id'], given);
}
