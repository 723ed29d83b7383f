import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
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
const LINES = 3;

/** A line says which request wrote it: `<number of the request> <number of the line>`. */
interface Line {
  readonly text: string;
  readonly requestId: unknown;
}

type Log = (text: string) => void;

interface Loaded {
  /** The ids that the server gave, by the number of the request. */
  readonly ids: readonly string[];
}

/** A server under load, each request of which writes some lines, in between of waiting for this and that. */
async function load(log: Log): Promise<Loaded> {
  const server = createServer(
    requestScope(async (request, response) => {
      const number = Number(request.url?.slice(1));
      log(`${number} 0`);
      await turn();
      log(`${number} 1`);
      if (number % 3 === 0) await wait(number % 5);
      else await null;
      // From the callback of an event, which has no flow of its own.
      response.on('finish', () => log(`${number} 2`));
      response.end(getRequestScope().id);
    }),
  );
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  try {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server that listens on a port has an address.
    const { port } = server.address() as AddressInfo;
    const ids = await Promise.all(Array.from({ length: REQUESTS }, (_, number) => ask(agent, port, number)));
    return { ids };
  } finally {
    agent.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function ask(agent: Agent, port: number, number: number): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ agent, port, host: '127.0.0.1', path: `/${number}` }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        body += part;
      });
      response.on('end', () => resolve(body));
      response.on('error', reject);
    }).on('error', reject);
  });
}

/** Throws unless each line of each request is there, with the id of its own request. */
function check({ ids }: Loaded, lines: readonly Line[]): void {
  assert.equal(new Set(ids).size, REQUESTS);
  const wrong = lines.filter(({ text, requestId }) => requestId !== ids[Number(text.split(' ')[0])]);
  assert.deepEqual(wrong.slice(0, 5), []);
  const expected = ids.flatMap((_, number) => Array.from({ length: LINES }, (_, index) => `${number} ${index}`));
  assert.deepEqual(lines.map(({ text }) => text).sort(), expected.sort());
}

function parsed(text: string): Line {
  const { msg, requestId } = JSON.parse(text);
  return { text: msg, requestId };
}

async function inFolder(work: (file: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
  try {
    await work(join(folder, 'log'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function linesOf(file: string): Promise<Line[]> {
  return (await readFile(file, 'utf8')).trimEnd().split('\n').map(parsed);
}

/** Writes whatever has come once a turn, and has whoever writes more wait. */
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

test('pino with the mixin: a stream that is slow, and a child logger for each line', async () => {
  const lines: string[] = [];
  const stream = slowStream(lines);
  const log = pino({ mixin: logFields }, stream);
  const loaded = await load((text) => log.child({ part: 'shop' }).info(text));
  await new Promise<void>((resolve) => stream.end(resolve));
  check(loaded, lines.map(parsed));
});

test('pino with the mixin: a destination that writes later', async () => {
  await inFolder(async (file) => {
    const destination = pino.destination({ dest: file, sync: false, minLength: 4096 });
    const log = pino({ mixin: logFields }, destination);
    await once(destination, 'ready');
    let loaded: Loaded;
    try {
      loaded = await load((text) => log.info(text));
    } finally {
      destination.end();
      await once(destination, 'close');
    }
    check(loaded, await linesOf(file));
  });
});

test('pino with the mixin: a transport in a worker', async () => {
  await inFolder(async (file) => {
    const transport = pino.transport({ target: 'pino/file', options: { destination: file } });
    const log = pino({ mixin: logFields }, transport);
    await once(transport, 'ready');
    // The worker alone does not keep the process, which waits for the lines.
    const alive = setInterval(() => {}, 1000);
    let loaded: Loaded;
    try {
      loaded = await load((text) => log.info(text));
    } finally {
      transport.end();
      await once(transport, 'close');
      clearInterval(alive);
    }
    check(loaded, await linesOf(file));
  });
});

test('winston with a slow transport', async () => {
  const lines: Line[] = [];
  let resolveAll = () => {};
  const all = new Promise<void>((resolve) => {
    resolveAll = resolve;
  });
  class SlowTransport extends Transport {
    override log({ message, requestId }: { message: string; requestId: unknown }, next: () => void): void {
      lines.push({ text: message, requestId });
      if (lines.length === REQUESTS * LINES) resolveAll();
      if (lines.length % 50 === 0) setTimeout(next, 1);
      else setImmediate(next);
    }
  }
  const transport = new SlowTransport();
  const logger = withLogFields(
    createLogger({ format: format.combine(logFormat(), format.json()), transports: [transport] }),
  );
  let waited = 0;
  const loaded = await load((text) => {
    logger.info(text);
    waited = Math.max(waited, logger.writableLength);
  });
  await all;
  assert.ok(waited > 0, 'no line had to wait, so nothing was tested');
  check(loaded, lines);
});

test('the console, on a stream that is slow', async () => {
  const lines: string[] = [];
  const stream = slowStream(lines);
  const log = scopedConsole(new console.Console(stream));
  const loaded = await load((text) => log.log('%s', text));
  await new Promise<void>((resolve) => stream.end(resolve));
  check(
    loaded,
    lines.map((line) => {
      const [, requestId, text = ''] = /^\[([\w-]{36}) method=GET path=\/\d+\] (.*)$/.exec(line) ?? [];
      return { text, requestId };
    }),
  );
});

test('the lines of Fastify itself, and of a request’s own logger', async () => {
  const lines: string[] = [];
  const stream = slowStream(lines);
  const app = fastify({ forceCloseConnections: true, logger: { mixin: logFields, stream } });
  await app.register(fastifyScope);
  app.get('/:number', async (request) => {
    await turn();
    request.log.info('from the request');
    return getRequestScope().id;
  });
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let ids: readonly string[];
  try {
    await app.listen({ port: 0, host: '127.0.0.1' });
    // A server that listens on a port has an address.
    const { port } = app.server.address() as AddressInfo;
    ids = await Promise.all(Array.from({ length: REQUESTS }, (_, number) => ask(agent, port, number)));
  } finally {
    agent.destroy();
    await app.close();
  }
  await new Promise<void>((resolve) => stream.end(resolve));
  const known = new Set(ids);
  const count: Record<string, number> = {};
  for (const { msg, reqId, requestId } of lines.map((line) => JSON.parse(line))) {
    if (reqId === undefined) continue;
    assert.ok(known.has(reqId), `${reqId} is no request's`);
    // Fastify writes this one before any hook.
    if (msg !== 'incoming request') assert.equal(requestId, reqId, msg);
    else assert.equal(requestId, undefined);
    count[msg] = (count[msg] ?? 0) + 1;
  }
  assert.deepEqual(count, {
    'incoming request': REQUESTS,
    'from the request': REQUESTS,
    'request completed': REQUESTS,
  });
});
