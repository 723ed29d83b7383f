/**
 * A `node:http` server that sets a value in each storage for each request, goes through ten awaits, two of them for an
 * immediate, reads each storage, and answers. The traffic comes from a process of its own, over more sockets than the
 * server can answer at once, so what is counted is what the server can do.
 */
import { fork } from 'node:child_process';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Pace } from '../../suite/sample-budget.js';
import type { Storage, Subject } from '../../suite/subject.js';
import type { Workload } from '../../suite/workload.js';
import { checkValues, inFlow, LostValue } from '../../workloads/flow-values.js';
import type { TrafficAnswer } from './http-load-program.js';

/** The status line of an answer to a request whose values were lost ends with it. */
const LOST = 'Lost value';
const TRAFFIC = fileURLToPath(new URL('./http-load-program.js', import.meta.url));

export const http: Workload = async (subject, storages, pace) => {
  const server = await listen(subject, storages);
  try {
    // Only a server on a pipe has another kind of address.
    return await requestsASecond((server.address() as AddressInfo).port, pace);
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

function listen(subject: Subject, storages: readonly Storage[]): Promise<Server> {
  let requests = 0;
  const server = createServer((_request, response) => {
    const value = { id: ++requests };
    inFlow(storages, value, () => answer(subject, storages, value, response));
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

async function answer(
  subject: Subject,
  storages: readonly Storage[],
  value: object,
  response: ServerResponse,
): Promise<void> {
  const headers = { 'content-type': 'text/plain', 'content-length': 2 };
  try {
    for (let i = 0; i < 4; i++) await work(i);
    await immediate();
    for (let i = 0; i < 4; i++) await work(i);
    await immediate();
    checkValues(subject, storages, value);
    response.writeHead(200, headers);
  } catch (error) {
    response.writeHead(500, error instanceof LostValue ? LOST : String(error), headers);
  }
  response.end('ok');
}

async function work(i: number): Promise<number> {
  return i;
}

async function requestsASecond(port: number, pace: Pace): Promise<number> {
  const traffic = fork(TRAFFIC, [String(port), String(pace.trafficWarmUpMs), String(pace.trafficMs)]);
  try {
    const answer = await new Promise<TrafficAnswer>((resolve, reject) => {
      traffic.on('message', resolve);
      traffic.on('error', reject);
      traffic.on('exit', (code) => reject(new Error(`the traffic ended early, with code ${code}`)));
    });
    if ('refused' in answer) throw answer.refused.endsWith(LOST) ? new LostValue() : new Error(answer.refused);
    return answer.requestsASecond;
  } finally {
    traffic.kill();
  }
}
