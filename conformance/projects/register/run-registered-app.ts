/**
 * Starts an application in one way, sends 20 requests of each kind at once, and checks what their code read and the
 * traces that the agent sent.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort, startTestServer } from '@throughline/testing/processes';
import { installRuntime } from '../../runtimes/install-runtime.js';
import { runtimes } from '../../runtimes/runtimes.js';
import { type CheckedRequest, checkRequest, type Expected, findTraceProblems } from './check-flows.js';
import { startLoopbackServices } from './loopback-services.js';
import type { Part, RegisteredApp, Way } from './registered-app.js';
import type { WayResult } from './results.js';
import { agentEnvironment, argumentsOf } from './start-options.js';

/** The requests of each kind. None gets further than its first step before all of them have been received. */
const REQUEST_COUNT = 20;

/** The time that a server may take to start. Agents load hundreds of modules. */
const START_TIMEOUT_MS = 120_000;

/** The time that all requests of a kind may take, and the time after which a span that has not arrived is missing. */
const REQUEST_TIMEOUT_MS = 60_000;
const TRACE_TIMEOUT_MS = 60_000;

/** What runs the commands of a project. */
export interface AppEnvironment {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** The path of Node. */
  readonly node: string;
}

/** What the table has of a run that was right. */
export interface RunResult {
  readonly requestCount: number;
  /** How many storages of Node's own class held a value in a request, `undefined` without `throughline/register`. */
  readonly native: number | undefined;
}

/** What frameworks need to know of their server. SvelteKit expects HTTPS if no header has the protocol. */
const SERVER_ENVIRONMENT = { HOST: '127.0.0.1', NODE_ENV: 'production', PROTOCOL_HEADER: 'x-forwarded-proto' };

/** Waits for a condition. @returns what is wrong at the end of the time, `undefined` once nothing is */
async function waitUntil(findProblem: () => string | undefined, timeoutMs: number): Promise<string | undefined> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const problem = findProblem();
    if (problem === undefined || Date.now() > deadline) return problem;
    await delay(50);
  }
}

async function withTimeout<T>(promise: Promise<T>, title: string): Promise<T> {
  const timer = new AbortController();
  const timeout = delay(REQUEST_TIMEOUT_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`The requests of the kind ${title} have had no response in ${REQUEST_TIMEOUT_MS} ms.`);
  });
  timeout.catch(() => {});
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    timer.abort();
  }
}

/**
 * Runs an application.
 * @throws Error if it does not start, if a reading is not that of its request, or if a trace is not whole
 */
export async function runRegisteredApp(
  app: RegisteredApp,
  way: Way,
  { folder, env, node }: AppEnvironment,
): Promise<RunResult> {
  await using services = await startLoopbackServices(REQUEST_COUNT);
  const port = await findFreePort();
  const origin = `http://127.0.0.1:${port}`;
  await using _server = await startTestServer({
    url: origin,
    port,
    path: node,
    args: [...argumentsOf(way), ...app.command(way.format, port)],
    cwd: folder,
    env: { ...env, ...agentEnvironment(services), ...SERVER_ENVIRONMENT, PORT: String(port) },
    startTimeoutMs: START_TIMEOUT_MS,
    async probe() {
      await (await fetch(origin)).arrayBuffer();
      if (way.agent === 'New Relic' && !services.isNewRelicConnected) throw new Error('The agent has not connected.');
    },
  });
  const expected: Omit<Expected, 'parts'> = {
    isRegistered: way.order !== 'without register',
    isTraced: way.agent !== 'none',
    hasAgentValues: way.agent === 'Sentry',
  };
  const checked: { request: CheckedRequest; parts: readonly Part[] }[] = [];
  for (const { title, parts, send } of app.kinds) {
    const ids = Array.from({ length: REQUEST_COUNT }, (_, i) => `${title}-${i + 1}`);
    const texts = await withTimeout(Promise.all(ids.map((id) => send(origin, id))), title);
    for (const [i, id] of ids.entries()) {
      checked.push({ request: checkRequest(id, texts[i] ?? '', { ...expected, parts }), parts });
    }
  }
  const traceIds = new Set(checked.map(({ request }) => request.traceId));
  if (expected.isTraced) {
    if (traceIds.size !== checked.length) throw new Error(`${checked.length} requests have ${traceIds.size} traces.`);
    const problem = await waitUntil(() => {
      for (const { request, parts } of checked) {
        const problems = findTraceProblems(request, parts, services.spans);
        if (problems.length > 0) return problems.join('\n');
      }
      return undefined;
    }, TRACE_TIMEOUT_MS);
    if (problem !== undefined) throw new Error(problem);
  }
  const natives = checked.map(({ request }) => request.native ?? 0);
  return { requestCount: checked.length, native: expected.isRegistered ? Math.max(...natives) : undefined };
}

/** Runs an application in one way, and if it fails, once more without register: then it is no failure of register. */
export async function runWay(
  app: RegisteredApp,
  way: Way,
  { folder, env }: Omit<AppEnvironment, 'node'>,
): Promise<WayResult> {
  const node = await installRuntime(runtimes[way.node]);
  const environment = { folder, env, node };
  const attempt = (order: Way['order']): Promise<Pick<WayResult, 'native' | 'problem'>> =>
    runRegisteredApp(app, { ...way, order }, environment).then(
      ({ native }) => (native === undefined ? {} : { native }),
      (error: unknown) => ({ problem: String(error instanceof Error ? error.message : error).replaceAll(folder, '.') }),
    );
  const result = { title: app.title, ...way, ...(await attempt(way.order)) };
  if (result.problem === undefined) return result;
  const { problem } = await attempt('without register');
  return problem === undefined ? result : { ...result, problemWithoutRegister: problem };
}
