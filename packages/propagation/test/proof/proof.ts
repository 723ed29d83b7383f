/**
 * The proof of many processes:
 *
 *     this process ──HTTP──► front service ──HTTP──► stock service
 *     300 connections              │
 *                                  └── queue in Redis ──► two workers
 *
 * Each request has five values of its own. Every step in every process reads them all, and compares them with those of
 * the request's number, which travels beside them. Meanwhile, workers are killed and replaced, and Redis is killed and
 * started again with its data.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { fileURLToPath } from 'node:url';
import { isNotInstalled, type NotInstalled, startRedis, type TestServer } from '@throughline/testing/databases';
import { Redis } from 'ioredis';
import { COUNTS_KEY, DONE_KEY } from './job-data.js';
import { callService, type ServiceMessage } from './numbered-service.js';
import { addReads, countReads, noReads, type ReadCounts, runRequest } from './request-values.js';

export interface ProofOptions {
  /** How many requests are sent. Each adds a job. */
  readonly requests: number;
  /** How many requests are sent at the same time. */
  readonly connections: number;
  /** How often a worker is killed with SIGKILL. */
  readonly kills: number;
  /** How often Redis is killed and started again. */
  readonly restarts: number;
  /** Called now and then with the number of jobs that have been handled. */
  readonly onProgress?: (jobs: number) => void;
}

export interface ProofResult extends ReadCounts {
  readonly requests: number;
  /** How many requests were sent again, because Redis was down for too long. */
  readonly resent: number;
  /** How many jobs have been handled. */
  readonly jobs: number;
  /** How many attempts were made after a failure. */
  readonly retried: number;
  /** How many attempts were made because a worker was killed during the one before. */
  readonly restarted: number;
  readonly kills: number;
  readonly restarts: number;
  readonly seconds: number;
}

/** Without a handled job for this long, the jobs that are left are counted as missing. */
const STALL_MS = 120_000;
const POLL_MS = 100;
/** A request that fails is sent again after this time, so often. */
const RESEND_MS = 1000;
const MAX_ATTEMPTS = 60;

export async function runProof(options: ProofOptions): Promise<ProofResult | NotInstalled> {
  const redis = await startRedis({ keepsData: true });
  if (isNotInstalled(redis)) return redis;
  const processes = new Set<ChildProcess>();
  try {
    return await prove(redis, processes, options);
  } finally {
    await Promise.all([...processes].map(kill));
    await redis[Symbol.asyncDispose]();
  }
}

async function prove(redis: TestServer, processes: Set<ChildProcess>, options: ProofOptions): Promise<ProofResult> {
  const start = (name: string, ...ports: number[]): ChildProcess => {
    const program = fileURLToPath(new URL(`${name}.js`, import.meta.url));
    const child = fork(program, ports.map(String));
    processes.add(child);
    child.once('exit', () => processes.delete(child));
    return child;
  };
  const stock = start('stock-service');
  const front = start('front-service', await portOf(stock), redis.port);
  const frontPort = await portOf(front);
  const workers = [start('proof-worker', redis.port), start('proof-worker', redis.port)];

  const startTime = performance.now();
  const counts = noReads();
  const sent = sendRequests(frontPort, options, counts);
  const client = new Redis({ host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null });
  client.on('error', () => {});
  let kills = 0;
  let restarts = 0;
  const disturb = async (share: number) => {
    if (kills < options.kills && share > (kills + 0.5) / options.kills) {
      const index = kills++ % workers.length;
      const worker = workers[index];
      if (worker !== undefined) await kill(worker);
      workers[index] = start('proof-worker', redis.port);
    }
    if (restarts < options.restarts && share > (restarts + 1) / (options.restarts + 1)) {
      restarts++;
      await redis.stop();
      await redis.start();
    }
  };
  try {
    const [resent, jobs] = await Promise.all([sent, followJobs(client, options, disturb)]);
    const seconds = (performance.now() - startTime) / 1000;
    for (const service of [front, stock]) addReads(counts, await countsOf(service));
    const ofWorkers = await client.hgetall(COUNTS_KEY);
    const count = (name: string) => Number(ofWorkers[name] ?? 0);
    addReads(counts, { reads: count('reads'), wrong: count('wrong'), missing: count('missing') });
    return {
      ...counts,
      requests: options.requests,
      resent,
      jobs,
      retried: count('retried'),
      restarted: count('restarted'),
      kills,
      restarts,
      seconds,
    };
  } finally {
    // If a request has failed for good, nothing follows the jobs any longer.
    client.disconnect();
  }
}

/**
 * Sends the requests, and compares what each service has responded.
 * @returns how many requests were sent again
 */
async function sendRequests(
  port: number,
  { requests, connections }: ProofOptions,
  counts: ReadCounts,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let next = 0;
  let resent = 0;
  const request = async (number: number) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await callService(agent, port, number);
      } catch (error) {
        if (attempt === MAX_ATTEMPTS) throw error;
        resent++;
        await new Promise((resolve) => setTimeout(resolve, RESEND_MS));
      }
    }
  };
  const send = async () => {
    while (next < requests) {
      const number = next++;
      await runRequest(number, async () => {
        const { front, stock } = await request(number);
        countReads(counts, number, front as Record<string, unknown>);
        countReads(counts, number, stock as Record<string, unknown>);
        countReads(counts, number);
      });
    }
  };
  await Promise.all(Array.from({ length: connections }, send));
  agent.destroy();
  return resent;
}

/**
 * Waits until all jobs have been handled.
 * @param disturb called with the share of the jobs that have been handled
 * @returns how many jobs have been handled
 */
async function followJobs(
  client: Redis,
  { requests, onProgress }: ProofOptions,
  disturb: (share: number) => Promise<void>,
): Promise<number> {
  let jobs = 0;
  let changed = performance.now();
  while (jobs < requests && performance.now() - changed < STALL_MS) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const handled = await client.bitcount(DONE_KEY);
    if (handled !== jobs) changed = performance.now();
    jobs = handled;
    onProgress?.(jobs);
    await disturb(jobs / requests);
  }
  return jobs;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function portOf(service: ChildProcess): Promise<number> {
  const message = await nextMessage(service);
  if (!('port' in message)) throw new Error('The service did not send its port.');
  return message.port;
}

async function countsOf(service: ChildProcess): Promise<ReadCounts> {
  service.send('counts');
  const message = await nextMessage(service);
  if (!('counts' in message)) throw new Error('The service did not send its counts.');
  return message.counts;
}

async function nextMessage(service: ChildProcess): Promise<ServiceMessage> {
  const [message] = await Promise.race([once(service, 'message'), rejectOnExit(service)]);
  return message;
}

async function rejectOnExit(service: ChildProcess): Promise<never> {
  const [code] = await once(service, 'exit');
  throw new Error(`A service exited with code ${code}.`);
}
