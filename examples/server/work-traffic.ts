/**
 * Users of `/work`. Each sends a request over its own socket, waits for the response, checks it, and sends the next
 * request. A user knows the id that it sent, and the response reports what each step read, so the check does not rely
 * on the server.
 */
import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { stepNames } from './request-work.js';

export interface WorkTrafficOptions {
  readonly port: number;
  readonly path: string;
  /** The number of requests that all users send together. */
  readonly requests: number;
  /** The number of users, which is also the number of requests in flight. */
  readonly users: number;
  /** The number of users that start immediately. Each response then starts two more. */
  readonly initialUsers: number;
  readonly createId: () => number;
  readonly signal: AbortSignal;
  readonly onResponse?: () => void;
}

export interface WorkTrafficResult {
  readonly requests: number;
  /** The number of reads of an id that the responses reported. */
  readonly reads: number;
  /** The number of these reads that differed from the id that was sent. */
  readonly mixedUp: number;
  readonly seconds: number;
}

export async function sendWorkTraffic(options: WorkTrafficOptions): Promise<WorkTrafficResult> {
  const { requests, users, initialUsers, createId, signal, onResponse } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: users });
  const closeSockets = () => agent.destroy();
  signal.addEventListener('abort', closeSockets);

  let sent = 0;
  let responses = 0;
  let reads = 0;
  let mixedUp = 0;
  let isOver = false;
  const start = performance.now();
  try {
    await new Promise<void>((resolve, reject) => {
      let startedUsers = 0;
      function startUsers(count: number): void {
        for (; count > 0 && startedUsers < users; count--) {
          startedUsers++;
          sendRequests().catch(reject);
        }
      }
      async function sendRequests(): Promise<void> {
        while (sent < requests && !isOver) {
          signal.throwIfAborted();
          sent++;
          const id = createId();
          for (const read of await sendRequest(agent, options, id)) {
            reads++;
            if (read !== id) mixedUp++;
          }
          responses++;
          onResponse?.();
          if (responses === requests) resolve();
          startUsers(2);
        }
      }
      startUsers(initialUsers);
    });
    return { requests, reads, mixedUp, seconds: (performance.now() - start) / 1000 };
  } finally {
    isOver = true;
    signal.removeEventListener('abort', closeSockets);
    agent.destroy();
  }
}

/** @returns what each step of the request read */
function sendRequest(agent: Agent, { port, path }: WorkTrafficOptions, id: number): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent, headers: { 'x-request-id': id } }, (response) => {
      text(response)
        .then((body) => parseReads(response.statusCode, body))
        .then(resolve, reject);
    }).on('error', reject);
  });
}

function parseReads(status: number | undefined, body: string): unknown[] {
  if (status !== 200) throw new Error(`Expected a response with status 200, but got ${status}: ${body}`);
  const reads: Record<string, unknown> = JSON.parse(body);
  return stepNames.map((name) => reads[name]);
}
