/**
 * The soak of one server: 200 connections send requests, and every step of every request checks its own scope and its
 * own session (subjects/soak-checks.ts).
 *
 * The size of the heap is read after a forced collection, while all connections are open and no request is in progress.
 * It is read up to 25 times, after equal numbers of requests. In the first half, the heap grows by what a process makes
 * only once (compiled code, caches that fill up); in the second half, it must be flat. The growth is the median of the
 * slopes between all pairs of points of the second half (the Theil–Sen estimator), which a single outlier does not
 * change. The spread is the lower and the upper quartile of these slopes.
 */
import { median } from '../../measure/statistics.js';
import type { FrameworkName } from '../servers/frameworks.js';
import { forkFrameworkServer } from '../servers/server-process.js';
import { SoakClients } from './soak-clients.js';

const CONNECTIONS = 200;
const MAX_POINTS = 25;
/** Minimum number of requests per connection between two points. */
const MIN_REQUESTS_PER_POINT = 5;

export interface SoakResult {
  /** Version of the Node that ran the server. */
  readonly version: string;
  readonly requests: number;
  /** The number of reads of a scope and a session. */
  readonly reads: number;
  /** Reads and responses with another request's values or none, and requests whose end was not observed. */
  readonly mismatches: number;
  readonly growth: HeapGrowth;
}

/** Bytes per request, in the second half of the soak. */
export interface HeapGrowth {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

interface HeapPoint {
  readonly requests: number;
  readonly heap: number;
}

/**
 * @param requests the number of requests, rounded down so that every connection sends equally many between two points
 * @param binary the Node that runs the server
 */
export async function soakFramework(framework: FrameworkName, requests: number, binary: string): Promise<SoakResult> {
  const server = await forkFrameworkServer(framework, 'soak', binary);
  let clients: SoakClients | undefined;
  try {
    clients = await SoakClients.open(server.port, CONNECTIONS);
    const requestsPerUser = requests / CONNECTIONS;
    const pointCount = Math.min(MAX_POINTS, Math.floor(requestsPerUser / MIN_REQUESTS_PER_POINT));
    const requestsPerPoint = Math.floor(requestsPerUser / pointCount);
    const points: HeapPoint[] = [];
    let state = await server.readState('state after collection');
    for (let i = 1; i <= pointCount; i++) {
      await clients.send(requestsPerPoint);
      state = await server.readState('state after collection');
      points.push({ requests: i * requestsPerPoint * CONNECTIONS, heap: state.heap });
    }
    const sent = pointCount * requestsPerPoint * CONNECTIONS;
    return {
      version: server.version,
      requests: sent,
      reads: state.reads,
      mismatches:
        state.mismatches + clients.mismatches + Math.abs(sent - state.finished) + Math.abs(sent - state.closed),
      growth: heapGrowth(points.slice(Math.floor(pointCount / 2))),
    };
  } catch (error) {
    throw new Error(`The soak of ${framework} failed: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  } finally {
    clients?.close();
    await server.close();
  }
}

/** Soaks two frameworks at a time, since one soak keeps one processor core busy. */
export async function soakAllFrameworks(
  frameworks: readonly FrameworkName[],
  requests: number,
  binary: string,
): Promise<ReadonlyMap<FrameworkName, SoakResult>> {
  const waiting = [...frameworks];
  const results = new Map<FrameworkName, SoakResult>();
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results.set(next, await soakFramework(next, requests, binary));
    }
  };
  const lanes = await Promise.allSettled([lane(), lane()]);
  for (const outcome of lanes) if (outcome.status === 'rejected') throw outcome.reason;
  return results;
}

/** @param points at least two */
export function heapGrowth(points: readonly HeapPoint[]): HeapGrowth {
  const slopes = points
    .flatMap((from, index) =>
      points.slice(index + 1).map((to) => (to.heap - from.heap) / (to.requests - from.requests)),
    )
    .sort((a, b) => a - b);
  const quarter = Math.floor(slopes.length / 4);
  return {
    median: median(slopes),
    lowerQuartile: slopes[quarter] ?? 0,
    upperQuartile: slopes[slopes.length - 1 - quarter] ?? 0,
  };
}
