/**
 * Requests per second of a `node:http` server. For each request it sets a value in each storage, awaits ten times,
 * twice for an immediate, reads each storage, and responds. The load comes from a separate process, over more sockets
 * than the server can serve at once, so the server is the limit.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import type { Storage, Subject } from '../../suite/subject.js';
import type { Workload } from '../../suite/workload.js';
import { assertValues, LostValueError, runWithValue } from '../../workloads/flow-values.js';
import { LOST_VALUE_REASON, loadServer } from './http-load.js';

export const httpServerRate: Workload = async (subject, storages, budget) => {
  const server = await startServer(subject, storages);
  try {
    // The server listens on TCP, so its address is an AddressInfo.
    return await loadServer((server.address() as AddressInfo).port, budget);
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

function startServer(subject: Subject, storages: readonly Storage[]): Promise<Server> {
  let requests = 0;
  const server = createServer((_request, response) => {
    const value = { id: ++requests };
    // respond() turns errors into responses, so its promise does not reject.
    void runWithValue(storages, value, () => respond(subject, storages, value, response));
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

async function respond(
  subject: Subject,
  storages: readonly Storage[],
  value: object,
  response: ServerResponse,
): Promise<void> {
  const headers = { 'content-type': 'text/plain', 'content-length': 2 };
  try {
    for (let i = 0; i < 4; i++) await asyncStep(i);
    await immediate();
    for (let i = 0; i < 4; i++) await asyncStep(i);
    await immediate();
    assertValues(subject, storages, value);
    response.writeHead(200, headers);
  } catch (error) {
    response.writeHead(500, error instanceof LostValueError ? LOST_VALUE_REASON : String(error), headers);
  }
  response.end('ok');
}

async function asyncStep(i: number): Promise<number> {
  return i;
}
