/**
 * Processor time of a request that reads its session, of the server and of Redis together, while Redis holds a number of
 * sessions. A thousand of them at most are begun by requests, which read them afterwards; the others are copies of the
 * first one under other keys, which Redis makes.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createClient } from 'redis';
import type { SampleBudget } from '../../suite/sample-budget.js';
import type { ClientReport } from './session-clients-program.js';
import { startSessionServer } from './session-server.js';

const CLIENTS_PROGRAM = fileURLToPath(new URL('session-clients-program.js', import.meta.url));
const MAX_BEGUN = 1000;
/** How many keys Redis copies in one command: longer ones would make the sessions of the clients wait for seconds. */
const COPIES_PER_COMMAND = 10_000;

const COPY_SCRIPT = `
  local dump = redis.call('DUMP', KEYS[1])
  local ttl = math.max(redis.call('PTTL', KEYS[1]), 0)
  for i = ARGV[1], ARGV[2] do redis.call('RESTORE', KEYS[1] .. ':' .. i, ttl, dump) end
`;

type RedisClient = Awaited<ReturnType<typeof openRedis>>;

const openRedis = (url: string) => createClient({ url }).connect();

/** @param subject `throughline` or `connect-redis` */
export async function sessionRequests(
  subject: string,
  count: number,
  budget: SampleBudget,
  redisUrl: string,
): Promise<Readonly<Record<string, number>>> {
  const redis = await openRedis(redisUrl);
  await redis.flushAll();
  const { server, close } = await startSessionServer(subject, redisUrl);
  const begunCount = Math.min(count, MAX_BEGUN);
  // The server listens on TCP, so its address is an AddressInfo.
  const { port } = server.address() as AddressInfo;
  const clients = fork(CLIENTS_PROGRAM, [`${port}`, `${begunCount}`], { execArgv: [] });
  try {
    await nextReport(clients);
    await copySessions(redis, begunCount, count);
    await read(clients, budget.loadWarmUpMs);
    const before = await processorTime(redis);
    const responses = await read(clients, budget.loadMs);
    return { sessions: ((await processorTime(redis)) - before) / responses };
  } finally {
    clients.kill();
    await close();
    await redis.close();
  }
}

async function read(clients: ChildProcess, ms: number): Promise<number> {
  clients.send(ms);
  const report = await nextReport(clients);
  if (!('responses' in report)) throw new Error(`The clients reported: ${JSON.stringify(report)}`);
  return report.responses;
}

async function nextReport(clients: ChildProcess): Promise<ClientReport> {
  const exited = new AbortController();
  const onExit = (code: number | null) => exited.abort(new Error(`The clients exited with code ${code}.`));
  clients.once('exit', onExit);
  try {
    const [report] = (await once(clients, 'message', { signal: exited.signal })) as [ClientReport];
    if ('failure' in report) throw new Error(report.failure);
    return report;
  } finally {
    clients.off('exit', onExit);
  }
}

/** Copies all keys of one session. */
async function copySessions(redis: RedisClient, begunCount: number, count: number): Promise<void> {
  const keys = await redis.keys('*');
  if (keys.length === 0 || keys.length % begunCount !== 0) {
    throw new Error(
      `Expected the same number of keys for each of ${begunCount} sessions, but Redis has ${keys.length}.`,
    );
  }
  for (let from = 0; from < count - begunCount; from += COPIES_PER_COMMAND) {
    const to = Math.min(from + COPIES_PER_COMMAND, count - begunCount) - 1;
    for (const key of keys.slice(0, keys.length / begunCount)) {
      await redis.eval(COPY_SCRIPT, { keys: [key], arguments: [`${from}`, `${to}`] });
    }
  }
}

/** Nanoseconds of processor time of this process and of Redis. */
async function processorTime(redis: RedisClient): Promise<number> {
  const info = await redis.info('cpu');
  const secondsOf = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]);
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000 + (secondsOf('used_cpu_user') + secondsOf('used_cpu_sys')) * 1e9;
}
