/**
 * A Fastify server whose requests use storages as libraries do: with four storages, 32 `run()` and 208 `getStore()` a
 * request. On a server with OpenTelemetry, Sentry, @fastify/request-context and LangGraph, 32 and 207 were counted. All
 * further storages are those of libraries that set a value once per request.
 *
 *     onRequest   no storage has a value yet; each: run                       4 run     7 getStore
 *     handler     7 times: a span in a span, a scope, a run of an agent      28 run   196 getStore
 *     at the end  each value is checked                                                 5 getStore
 */
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import type { SampleBudget } from '../../suite/sample-budget.js';
import type { Storage, Subject } from '../../suite/subject.js';
import { assertValues, LostValueError, runWithValue } from '../../workloads/flow-values.js';
import { LOST_VALUE_REASON, loadServer } from './http-load.js';

const STEPS = 7;

/** The storages that the libraries use throughout a request. */
interface Libraries {
  readonly tracing: Storage;
  readonly errors: Storage;
  readonly agent: Storage;
  readonly request: Storage;
}

export interface ServerFigures {
  readonly requestsPerSecond: number;
  /** Processor time of all threads of the process, in nanoseconds per request. */
  readonly processorTime: number;
}

export async function measureLibraryServer(
  subject: Subject,
  storages: readonly Storage[],
  budget: SampleBudget,
): Promise<ServerFigures> {
  let requests = 0;
  const server = createServer(subject, storages, () => {
    requests++;
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  let before = { requests, cpu: process.cpuUsage() };
  const warmUp = setTimeout(() => {
    before = { requests, cpu: process.cpuUsage() };
  }, budget.loadWarmUpMs);
  try {
    const requestsPerSecond = await loadServer((server.server.address() as AddressInfo).port, budget);
    const { user, system } = process.cpuUsage(before.cpu);
    return { requestsPerSecond, processorTime: ((user + system) * 1000) / (requests - before.requests) };
  } finally {
    clearTimeout(warmUp);
    server.server.closeAllConnections();
    await server.close();
  }
}

function createServer(subject: Subject, storages: readonly Storage[], count: () => void): FastifyInstance {
  const [tracing, errors, agent, request] = storages;
  if (!tracing || !errors || !agent || !request) throw new Error('The server needs at least four storages.');
  const libraries: Libraries = { tracing, errors, agent, request };
  const server = fastify();
  server.addHook('onRequest', ({ id }, _reply, done) => {
    if (read(libraries) > 0) done(new LostValueError());
    else runWithValue(storages, { id }, done);
  });
  server.get('/', async (_, reply) => {
    count();
    const value = request.getStore() as object;
    for (let step = 0; step < STEPS; step++) await runStep(libraries, { step });
    assertValues(subject, storages, value);
    return reply.header('content-type', 'text/plain').send('ok');
  });
  server.setErrorHandler((error, _request, reply) => {
    reply.raw.statusMessage = error instanceof LostValueError ? LOST_VALUE_REASON : String(error);
    return reply.code(500).send('ok');
  });
  return server;
}

/** Four calls of `run()`, and 28 of `getStore()`. */
async function runStep(libraries: Libraries, value: object): Promise<unknown> {
  const { tracing, errors, agent } = libraries;
  return tracing.run({ value }, async () => {
    let reads = await readAll(libraries);
    reads += await tracing.run({ value }, async () => {
      const inSpan = await readAll(libraries);
      return inSpan + (await errors.run({ value }, () => agent.run({ value }, () => readAll(libraries))));
    });
    return reads + read(libraries);
  });
}

async function readAll(libraries: Libraries): Promise<number> {
  const reads = read(libraries);
  await undefined;
  return reads;
}

/** Seven calls of `getStore()`, most of them of the storage that is set most often. */
function read({ tracing, errors, agent, request }: Libraries): number {
  let found = 0;
  if (tracing.getStore() !== undefined) found++;
  if (errors.getStore() !== undefined) found++;
  if (tracing.getStore() !== undefined) found++;
  if (request.getStore() !== undefined) found++;
  if (tracing.getStore() !== undefined) found++;
  if (agent.getStore() !== undefined) found++;
  if (tracing.getStore() !== undefined) found++;
  return found;
}
