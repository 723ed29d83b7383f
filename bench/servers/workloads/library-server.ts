/** A Fastify server whose requests use storages as libraries do. */
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import type { SampleBudget } from '../../suite/sample-budget.js';
import type { Storage, Subject } from '../../suite/subject.js';
import { LostValueError } from '../../workloads/flow-values.js';
import { LOST_VALUE_REASON, loadServer } from './http-load.js';
import { LibraryRequests } from './library-requests.js';

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
  const requests = new LibraryRequests(subject, storages);
  const server = fastify();
  server.addHook('onRequest', ({ id }, _reply, done) => requests.begin({ id }, done));
  server.get('/', async (_request, reply) => {
    count();
    await requests.handle();
    return reply.header('content-type', 'text/plain').send('ok');
  });
  server.setErrorHandler((error, _request, reply) => {
    reply.raw.statusMessage = error instanceof LostValueError ? LOST_VALUE_REASON : String(error);
    return reply.code(500).send('ok');
  });
  return server;
}
