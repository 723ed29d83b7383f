import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { getRequestScope, logFields } from '@throughline/request';
import { scopedConsole } from '@throughline/request/console';
import { requestScope as fastifyScope } from '@throughline/request/fastify';
import { requestScope } from '@throughline/request/http';
import { logFormat, withLogFields } from '@throughline/request/winston';
import fastify from 'fastify';
import pino from 'pino';
import { createLogger, format } from 'winston';
import Transport from 'winston-transport';

const CONNECTIONS = 100;
const REQUESTS = 3000;
const LINES_PER_REQUEST = 3;

/** A log line. Its text identifies the request that wrote it: `<number of the request> <number of the line>`. */
interface Line {
  readonly text: string;
  readonly requestId: unknown;
}

type Log = (text: string) => void;

interface LoadResult {
  /** The ids that the server assigned, by the number of the request. */
  readonly ids: readonly string[];
}

/** Puts a server under load. Each request writes its lines before and after it suspends in different ways. */
async function runLoad(log: Log): Promise<LoadResult> {
  const server = createServer(
    requestScope(async (request, response) => {
      const number = Number(request.url?.slice(1));
      log(`${number} 0`);
      await nextTurn();
      log(`${number} 1`);
      if (number % 3 === 0) await sleep(number % 5);
      else await null;
      // From a listener for an event, which Node emits outside of the flow of the request.
      response.on('finish', () => log(`${number} 2`));
      response.end(getRequestScope().id);
    }),
  );
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  try {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // The address is a string only for a pipe, and null only for a server that is not listening.
    const { port } = server.address() as AddressInfo;
    const ids = await Promise.all(Array.from({ length: REQUESTS }, (_, number) => sendNumber(agent, port, number)));
    return { ids };
  } finally {
    agent.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** @returns the body of the response, which is the id of the request */
function sendNumber(agent: Agent, port: number, number: number): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ agent, port, host: '127.0.0.1', path: `/${number}` }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve(body));
      response.on('error', reject);
    }).on('error', reject);
  });
}

/** Asserts that all lines of all requests have been logged, each with the id of its own request. */
function assertLines({ ids }: LoadResult, lines: readonly Line[]): void {
  assert.equal(new Set(ids).size, REQUESTS);
  const mismatches = lines.filter(({ text, requestId }) => requestId !== ids[Number(text.split(' ')[0])]);
  assert.deepEqual(mismatches.slice(0, 5), []);
  const expected = ids.flatMap((_, number) =>
    Array.from({ length: LINES_PER_REQUEST }, (_, index) => `${number} ${index}`),
  );
  assert.deepEqual(lines.map(({ text }) => text).sort(), expected.sort());
}

function parseLine(text: string): Line {
  const { msg, requestId } = JSON.parse(text);
  return { text: msg, requestId };
}

async function withLogFile(use: (file: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
  try {
    await use(join(folder, 'log'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readLines(file: string): Promise<Line[]> {
  return (await readFile(file, 'utf8')).trimEnd().split('\n').map(parseLine);
}

/** A stream that accepts one chunk per turn of the event loop, and makes its writer wait after 256 bytes. */
function slowStream(lines: string[]): Writable {
  return new Writable({
    highWaterMark: 256,
    decodeStrings: false,
    write(text: string, _encoding, done) {
      lines.push(...text.trimEnd().split('\n'));
      setImmediate(done);
    },
  });
}

test('pino with the mixin, on a slow stream, with a child logger for each line', async () => {
  const lines: string[] = [];
  const stream = slowStream(lines);
  const log = pino({ mixin: logFields }, stream);
  const result = await runLoad((text) => log.child({ part: 'shop' }).info(text));
  await new Promise<void>((resolve) => stream.end(resolve));
  assertLines(result, lines.map(parseLine));
});

test('pino with the mixin, on a destination that buffers its lines', async () => {
  await withLogFile(async (file) => {
    const destination = pino.destination({ dest: file, sync: false, minLength: 4096 });
    const log = pino({ mixin: logFields }, destination);
    await once(destination, 'ready');
    let result: LoadResult;
    try {
      result = await runLoad((text) => log.info(text));
    } finally {
      destination.end();
      await once(destination, 'close');
    }
    assertLines(result, await readLines(file));
  });
});

test('pino with the mixin, on a transport in a worker thread', async () => {
  await withLogFile(async (file) => {
    const transport = pino.transport({ target: 'pino/file', options: { destination: file } });
    const log = pino({ mixin: logFields }, transport);
    await once(transport, 'ready');
    // The worker does not keep the process alive, but the process must wait for the lines of the worker.
    const keepAlive = setInterval(() => {}, 1000);
    let result: LoadResult;
    try {
      result = await runLoad((text) => log.info(text));
    } finally {
      transport.end();
      await once(transport, 'close');
      clearInterval(keepAlive);
    }
    assertLines(result, await readLines(file));
  });
});

test('winston, on a slow transport', async () => {
  const lines: Line[] = [];
  let markAllLogged = () => {};
  const allLogged = new Promise<void>((resolve) => {
    markAllLogged = resolve;
  });
  class SlowTransport extends Transport {
    override log({ message, requestId }: { message: string; requestId: unknown }, next: () => void): void {
      lines.push({ text: message, requestId });
      if (lines.length === REQUESTS * LINES_PER_REQUEST) markAllLogged();
      if (lines.length % 50 === 0) setTimeout(next, 1);
      else setImmediate(next);
    }
  }
  const transport = new SlowTransport();
  const logger = withLogFields(
    createLogger({ format: format.combine(logFormat(), format.json()), transports: [transport] }),
  );
  let maxQueued = 0;
  const result = await runLoad((text) => {
    logger.info(text);
    maxQueued = Math.max(maxQueued, logger.writableLength);
  });
  await allLogged;
  assert.ok(maxQueued > 0, 'at least one line must have been queued, or nothing was tested');
  assertLines(result, lines);
});

test('the console, on a slow stream', async () => {
  const lines: string[] = [];
  const stream = slowStream(lines);
  const log = scopedConsole(new console.Console(stream));
  const result = await runLoad((text) => log.log('%s', text));
  await new Promise<void>((resolve) => stream.end(resolve));
  assertLines(
    result,
    lines.map((line) => {
      const [, requestId, text = ''] = /^\[([\w-]{36}) method=GET path=\/\d+\] (.*)$/.exec(line) ?? [];
      return { text, requestId };
    }),
  );
});

test("Fastify: the lines of the framework, and those of a request's own logger", async () => {
  const lines: string[] = [];
  const stream = slowStream(lines);
  const app = fastify({ forceCloseConnections: true, logger: { mixin: logFields, stream } });
  await app.register(fastifyScope);
  app.get('/:number', async (request) => {
    await nextTurn();
    request.log.info('from the request');
    return getRequestScope().id;
  });
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let ids: readonly string[];
  try {
    await app.listen({ port: 0, host: '127.0.0.1' });
    // The address is a string only for a pipe, and null only for a server that is not listening.
    const { port } = app.server.address() as AddressInfo;
    ids = await Promise.all(Array.from({ length: REQUESTS }, (_, number) => sendNumber(agent, port, number)));
  } finally {
    agent.destroy();
    await app.close();
  }
  await new Promise<void>((resolve) => stream.end(resolve));
  const known = new Set(ids);
  const counts: Record<string, number> = {};
  for (const { msg, reqId, requestId } of lines.map((line) => JSON.parse(line))) {
    if (reqId === undefined) continue;
    assert.ok(known.has(reqId), `${reqId} is not the id of a request`);
    // Fastify writes this line before it calls any hook.
    if (msg !== 'incoming request') assert.equal(requestId, reqId, msg);
    else assert.equal(requestId, undefined);
    counts[msg] = (counts[msg] ?? 0) + 1;
  }
  assert.deepEqual(counts, {
    'incoming request': REQUESTS,
    'from the request': REQUESTS,
    'request completed': REQUESTS,
  });
});
