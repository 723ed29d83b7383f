/** Checks that every reading of a flow is that of its request, and that every request has one complete trace. */
import type { Span } from './agent-traces.js';
import type { Part } from './registered-app.js';

/** What the code of an application has read after one step. */
interface Reading {
  readonly step: string;
  readonly own?: string;
  readonly framework?: string;
  /** The id that the agent keeps for the request, if it keeps such values. */
  readonly agent?: string;
  /** The trace that the agent has found. */
  readonly trace?: string;
}

interface PartReadings {
  readonly part: string;
  readonly readings: readonly Reading[];
  readonly isRegistered: boolean;
  readonly native?: number;
}

/** The steps of `apps/register/shared/flow.js`. */
export const STEPS = [
  ...['start', 'fetch', 'http.get', 'setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask', 'readFile'],
  ...['randomBytes', 'gzip', 'stream', 'emitter', 'generator 0', 'generator 1', 'all 1', 'all 2', 'catch'],
];

/** What the test has learned of a request. */
export interface CheckedRequest {
  readonly id: string;
  /** The trace that its code has found, `undefined` without an agent. */
  readonly traceId: string | undefined;
  /** How many storages of Node's own class held a value, `undefined` without `throughline/register`. */
  readonly native: number | undefined;
}

export interface Expected {
  readonly parts: readonly Part[];
  readonly isRegistered: boolean;
  /** Whether there is an agent. */
  readonly isTraced: boolean;
  /** Whether the agent keeps values for a request. */
  readonly hasAgentValues: boolean;
}

/** Finds the readings in the text of a response. A page contains those of its components twice: as HTML and as data. */
function findReadings(text: string): PartReadings[] {
  const found = [...text.matchAll(/\[\[([\w-]{20,})\]\]/g)].map(([, code = '']) => code);
  return [...new Set(found)].map((code) => JSON.parse(Buffer.from(code, 'base64url').toString()));
}

/**
 * Checks the readings of a request.
 * @param text the body of the response
 * @throws Error that names each reading that is wrong
 */
export function checkRequest(id: string, text: string, { parts, ...expected }: Expected): CheckedRequest {
  const found = findReadings(text);
  const names = found.map(({ part }) => part).sort();
  const expectedNames = parts.map(({ name }) => name).sort();
  if (names.join() !== expectedNames.join()) {
    throw new Error(
      `Request ${id} must have the parts ${expectedNames.join()}, and has ${names.join()}: ${text.slice(0, 500)}`,
    );
  }
  const problems: string[] = [];
  let traceId: string | undefined;
  let native: number | undefined;
  for (const { part, readings, ...report } of found) {
    if (report.isRegistered !== expected.isRegistered) problems.push(`${part}: isRegistered is ${report.isRegistered}`);
    if (report.native !== undefined) native = Math.max(native ?? 0, report.native);
    const isOutside = parts.some(({ name, isOutside }) => name === part && isOutside);
    const steps = readings.map(({ step }) => step).join();
    const expectedSteps = isOutside ? 'start' : STEPS.join();
    if (steps !== expectedSteps) problems.push(`${part}: the steps are ${steps}`);
    for (const { step, own, framework, agent, trace } of readings) {
      if (isOutside) {
        if (own !== undefined) problems.push(`${part}, ${step}: the storage has ${own}`);
        continue;
      }
      if (own !== id) problems.push(`${part}, ${step}: the storage has ${own}`);
      if (framework !== id) problems.push(`${part}, ${step}: the framework has ${framework}`);
      if (!expected.isTraced) continue;
      if (expected.hasAgentValues && agent !== id) problems.push(`${part}, ${step}: the agent has ${agent}`);
      traceId ??= trace;
      if (trace === undefined || trace !== traceId) problems.push(`${part}, ${step}: trace ${trace}, not ${traceId}`);
    }
  }
  if (problems.length > 0) throw new Error(`Request ${id}:\n  ${problems.join('\n  ')}`);
  return { id, traceId, native };
}

/** Finds what is not whole in the trace of a request: one root, which is the request, and all parents in the trace. */
export function findTraceProblems(
  { id, traceId }: CheckedRequest,
  parts: readonly Part[],
  spans: readonly Span[],
): string[] {
  // An agent sends spans again if the response takes longer than it waits, which are two seconds for dd-trace.
  const trace = [...new Map(spans.filter((span) => span.traceId === traceId).map((span) => [span.id, span])).values()];
  const ids = new Set(trace.map((span) => span.id));
  const roots = trace.filter(({ parentId }) => parentId === undefined);
  const problems: string[] = [];
  const name = `trace ${traceId} of request ${id}`;
  if (roots.length !== 1) problems.push(`${name} has ${roots.length} roots`);
  if (roots.some(({ isServer }) => !isServer))
    problems.push(`The root of ${name} is not the request: ${roots[0]?.text}`);
  for (const { parentId, text } of trace) {
    if (parentId !== undefined && !ids.has(parentId)) problems.push(`${name} has a span without its parent: ${text}`);
  }
  for (const part of parts.filter(({ isOutside }) => !isOutside)) {
    for (const step of ['fetch', 'get']) {
      const path = `/held/${step}/${part.name}/${id}`;
      const calls = spans.filter(({ heldPath }) => heldPath === path);
      if (!calls.some((call) => call.traceId === traceId)) problems.push(`${name} has no span for ${path}`);
      const other = calls.find((call) => call.traceId !== traceId);
      if (other !== undefined) problems.push(`The span for ${path} is in trace ${other.traceId}, not in ${name}`);
    }
  }
  for (const { heldPath, text } of trace) {
    if (heldPath !== undefined && !heldPath.endsWith(`/${id}`))
      problems.push(`${name} has the span of another request: ${text}`);
  }
  return problems;
}
