/**
 * Measures what the doctor costs an express server: alone, with the code of the application checked, and with that of its
 * dependencies. The servers take turns, so that they share the state of the machine.
 *
 *     npm run doctor:price                 writes the table of docs/doctor.md; --node PATH, which can be repeated, adds
 *                                          one for another Node
 *     npm run doctor:price -- --start      prints only what the start takes
 *     npm run doctor:price -- --soak       prints the heap during 100,000 requests
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROUNDS = 7;
const STARTS = 15;
const WARM_UP = 2000;
const REQUESTS = 5000;
const CONNECTIONS = 20;
const SOAK = 100_000;

interface Mode {
  readonly title: string;
  readonly args: readonly string[];
  readonly options: object;
  /** Whether the page of live flows is open. */
  readonly isWatched?: boolean;
  /** The highest ratios that are accepted, of a request and of the start. */
  readonly targets?: readonly [request: number, start: number];
}

const REGISTER = ['--import', '@throughline/doctor/register'];
const MODES: readonly Mode[] = [
  { title: 'alone', args: [], options: {} },
  { title: 'application checked (default)', args: REGISTER, options: {}, targets: [1.3, 1.2] },
  { title: 'dependencies too', args: REGISTER, options: { dependencies: true }, targets: [2.5, 3] },
  { title: 'live flows, page closed', args: REGISTER, options: { inspectFlows: true }, targets: [1.3, 1.2] },
  {
    title: 'live flows, page open',
    args: REGISTER,
    options: { inspectFlows: true },
    isWatched: true,
    targets: [1.3, 1.2],
  },
];

interface Usage {
  /** Microseconds since the process was started. */
  readonly processorTime: number;
  readonly heap: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

function send(port: number, method: 'GET' | 'POST', path: string): Promise<string> {
  const body = method === 'POST' ? '{"list":[1,2,3,4,5]}' : '';
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
    sent.on('error', reject).end(body);
  });
}

async function sendMany(port: number, count: number): Promise<void> {
  let left = count;
  const work = async () => {
    while (left-- > 0) await send(port, 'POST', '/');
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
}

async function usageOf(port: number): Promise<Usage> {
  return JSON.parse(await send(port, 'GET', '/usage'));
}

interface RunningServer {
  readonly child: ChildProcess;
  readonly port: number;
  /** The microseconds of processor time until it listened. */
  readonly start: number;
  /** The address of the page of live flows. */
  readonly page: string | undefined;
}

async function startServer({ args, options }: Mode, execPath = process.execPath): Promise<RunningServer> {
  const server = fileURLToPath(new URL('../../price/server.mjs', import.meta.url));
  const env = { ...process.env, NODE_ENV: 'production', THROUGHLINE_DOCTOR: JSON.stringify(options) };
  const child = fork(server, {
    execPath,
    execArgv: ['--expose-gc', ...args],
    env,
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const [{ port, start }] = (await once(child, 'message')) as [{ readonly port: number; readonly start: number }];
  const findPage = () => /http:\/\/\S+/.exec(errors)?.[0];
  while ('inspectFlows' in options && findPage() === undefined) await once(child.stderr ?? child, 'data');
  return { child, port, start, page: findPage() };
}

async function measure(mode: Mode, execPath: string): Promise<{ perRequest: number; start: number }> {
  const { child, port, start, page } = await startServer(mode, execPath);
  const watching = new AbortController();
  if (mode.isWatched) void watch(`${page}events`, watching.signal);
  await sendMany(port, WARM_UP);
  const before = await usageOf(port);
  await sendMany(port, REQUESTS);
  const after = await usageOf(port);
  watching.abort();
  child.disconnect();
  await once(child, 'exit');
  return { perRequest: (after.processorTime - before.processorTime) / REQUESTS, start };
}

async function printStarts(): Promise<void> {
  const starts = MODES.map((): number[] => []);
  for (let round = 0; round < STARTS; round++) {
    for (const [index, mode] of MODES.entries()) {
      const { child, start } = await startServer(mode);
      starts[index]?.push(start);
      child.disconnect();
      await once(child, 'exit');
    }
  }
  const [alone = []] = starts;
  for (const [index, { title }] of MODES.entries()) {
    const values = [...(starts[index] ?? [])].sort((a, b) => a - b);
    const quartiles = [values.length >> 2, (values.length * 3) >> 2].map((at) =>
      milliseconds(values[at] ?? Number.NaN),
    );
    const ratio = (median(values) / median(alone)).toFixed(2);
    console.log(`${title}: ${milliseconds(median(values))} (${quartiles.join(' to ')}), ${ratio} times`);
  }
}

function milliseconds(microseconds: number): string {
  return `${(microseconds / 1000).toFixed(0)} ms`;
}

/** Reads what an open page reads. */
async function watch(url: string, signal: AbortSignal): Promise<void> {
  try {
    const { body } = await fetch(url, { signal });
    for await (const _ of body ?? []);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function soak(): Promise<void> {
  const { child, port } = await startServer(MODES[1] as Mode);
  for (let sent = 0; sent < SOAK; sent += SOAK / 10) {
    await sendMany(port, SOAK / 10);
    const { heap } = await usageOf(port);
    console.log(`${String(sent + SOAK / 10).padStart(7)} requests: ${(heap / 2 ** 20).toFixed(1)} MB`);
  }
  child.disconnect();
  await once(child, 'exit');
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** The median of the ratios of each round, with the lowest and the highest. */
function formatRatio(figures: readonly number[], alone: readonly number[], target: number | undefined): string {
  const ratios = figures.map((figure, round) => figure / (alone[round] ?? Number.NaN));
  if (target === undefined) return '1.00';
  const ratio = median(ratios);
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  return `${ratio.toFixed(2)} (${spread}); at most ${target}: ${ratio <= target ? 'reached' : '**not reached**'}`;
}

async function formatTable(execPath: string): Promise<string> {
  const results = MODES.map((mode) => ({ mode, perRequest: [] as number[], start: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { mode, perRequest, start } of results) {
      const measured = await measure(mode, execPath);
      perRequest.push(measured.perRequest);
      start.push(measured.start);
    }
  }
  const alone = results[0] as (typeof results)[number];
  const rows = results.map(({ mode, perRequest, start }) => {
    const cells = [
      mode.title,
      `${median(perRequest).toFixed(0)} µs`,
      formatRatio(perRequest, alone.perRequest, mode.targets?.[0]),
      milliseconds(median(start)),
      formatRatio(start, alone.start, mode.targets?.[1]),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const version = execFileSync(execPath, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
  return [
    `Node ${version}, medians of ${ROUNDS} rounds of ${REQUESTS} requests, with the lowest and the highest ratio:`,
    '',
    '| Server | Processor time per request | Ratio | Processor time of the start | Ratio |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

async function writeTables(execPaths: readonly string[]): Promise<void> {
  const tables: string[] = [];
  for (const execPath of execPaths) tables.push(await formatTable(execPath));
  console.log(tables.join('\n\n'));
  const page = fileURLToPath(new URL('../../../../../docs/doctor.md', import.meta.url));
  const text = readFileSync(page, 'utf8');
  const [start, end] = ['<!-- price -->', '<!-- /price -->'];
  writeFileSync(
    page,
    `${text.slice(0, text.indexOf(start) + start.length)}\n\n${tables.join('\n\n')}\n\n${text.slice(text.indexOf(end))}`,
  );
}

const { values } = parseArgs({
  options: {
    soak: { type: 'boolean', default: false },
    start: { type: 'boolean', default: false },
    node: { type: 'string', multiple: true, default: [] },
  },
});
await (values.soak ? soak() : values.start ? printStarts() : writeTables([process.execPath, ...values.node]));
agent.destroy();
