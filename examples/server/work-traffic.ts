/**
 * Users: each sends a request over a socket of its own, waits for the answer, checks it, and sends the next one. A user
 * knows the id that it sent, and the answer says what each step read; so this check trusts nothing in the server.
 */
import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { stepNames } from './request-work.js';

export interface WorkTrafficOptions {
  readonly port: number;
  readonly path: string;
  /** How many requests all users send together. */
  readonly requests: number;
  /** How many users there are, and so how many requests are in flight. */
  readonly users: number;
  /** How many of them come at once; each answer then lets in two more. */
  readonly initialUsers: number;
  readonly createId: () => number;
  readonly signal: AbortSignal;
  readonly onResponse?: () => void;
}

export interface WorkTrafficResult {
  readonly requests: number;
  /** How many reads of an id the answers told of. */
  readonly reads: number;
  /** How many of them were not the id that was sent. */
  readonly mixedUp: number;
  readonly seconds: number;
}

export async function sendWorkTraffic(options: WorkTrafficOptions): Promise<WorkTrafficResult> {
  const { requests, users, initialUsers, createId, signal, onResponse } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: users });
  const hangUp = () => agent.destroy();
  signal.addEventListener('abort', hangUp);

  let sent = 0;
  let answered = 0;
  let reads = 0;
  let mixedUp = 0;
  let over = false;
  const began = performance.now();
  try {
    await new Promise<void>((resolve, reject) => {
      let here = 0;
      function letIn(count: number): void {
        for (; count > 0 && here < users; count--) {
          here++;
          user().catch(reject);
        }
      }
      async function user(): Promise<void> {
        while (sent < requests && !over) {
          signal.throwIfAborted();
          sent++;
          const id = createId();
          for (const read of await ask(agent, options, id)) {
            reads++;
            if (read !== id) mixedUp++;
          }
          answered++;
          onResponse?.();
          if (answered === requests) resolve();
          letIn(2);
        }
      }
      letIn(initialUsers);
    });
    return { requests, reads, mixedUp, seconds: (performance.now() - began) / 1000 };
  } finally {
    over = true;
    signal.removeEventListener('abort', hangUp);
    agent.destroy();
  }
}

/** Sends one request; gives what each of its steps read. */
function ask(agent: Agent, { port, path }: WorkTrafficOptions, id: number): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent, headers: { 'x-request-id': id } }, (response) => {
      text(response)
        .then((body) => readsIn(response.statusCode, body))
        .then(resolve, reject);
    }).on('error', reject);
  });
}

function readsIn(status: number | undefined, body: string): unknown[] {
  if (status !== 200) throw new Error(`The server answered ${status}: ${body}`);
  const answer: Record<string, unknown> = JSON.parse(body);
  return stepNames.map((name) => answer[name]);
}
