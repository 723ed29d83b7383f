/**
 * 200 connections on one server, on which every step of every request reads its own scope and its own session (soak-walk.ts).
 *
 * Memory is the heap after a forced collection, while all connections are open and no request is under way. It is read
 * up to 25 times, at even distances. What a process makes once (compiled code, caches that fill up) comes in the first
 * half; in the second half it is to be flat. The growth is the median of the slopes between all pairs of the
 * second half's points, which one odd point does not move, with the two quarters of the slopes as its spread.
 */
import { median } from '../../measure/statistics.js';
import type { FrameworkName } from '../servers/frameworks.js';
import { ServerProcess } from '../servers/server-process.js';
import { SoakUsers } from './soak-clients.js';

const CONNECTIONS = 200;
const MOST_POINTS = 25;
/** Of each connection, from one point to the next at least. */
const REQUESTS_BETWEEN = 5;

export interface Soaked {
  readonly version: string;
  readonly requests: number;
  /** How many reads of a scope and a session there were. */
  readonly reads: number;
  /** Reads and answers that had another's values, or none, and requests that were not seen to end. */
  readonly mixedUp: number;
  /** Bytes a request, in the second half. */
  readonly growth: Growth;
}

export interface Growth {
  readonly median: number;
  readonly lowerQuarter: number;
  readonly upperQuarter: number;
}

interface Point {
  readonly requests: number;
  readonly heap: number;
}

/** @param requests so many, or a few less: each connection sends as many as the others, between each two points */
export async function soak(framework: FrameworkName, requests: number, binary: string): Promise<Soaked> {
  const server = await ServerProcess.start(framework, 'soak', binary);
  let users: SoakUsers | undefined;
  try {
    users = await SoakUsers.open(server.port, CONNECTIONS);
    const onEach = requests / CONNECTIONS;
    const pointCount = Math.min(MOST_POINTS, Math.floor(onEach / REQUESTS_BETWEEN));
    const requestsEach = Math.floor(onEach / pointCount);
    const points: Point[] = [];
    let state = await server.ask('state after collection');
    for (let i = 1; i <= pointCount; i++) {
      await users.send(requestsEach);
      state = await server.ask('state after collection');
      points.push({ requests: i * requestsEach * CONNECTIONS, heap: state.heap });
    }
    const sent = pointCount * requestsEach * CONNECTIONS;
    return {
      version: server.version,
      requests: sent,
      reads: state.reads,
      mixedUp: state.mixedUp + users.wrong + Math.abs(sent - state.finished) + Math.abs(sent - state.closed),
      growth: growthOf(points.slice(Math.floor(pointCount / 2))),
    };
  } catch (error) {
    throw new Error(`The soak of ${framework} failed: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  } finally {
    users?.close();
    await server.close();
  }
}

/** Two at a time: a soak keeps one processor busy. */
export async function soakAll(
  frameworks: readonly FrameworkName[],
  requests: number,
  binary: string,
): Promise<ReadonlyMap<FrameworkName, Soaked>> {
  const waiting = [...frameworks];
  const results = new Map<FrameworkName, Soaked>();
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results.set(next, await soak(next, requests, binary));
    }
  };
  const lanes = await Promise.allSettled([lane(), lane()]);
  for (const outcome of lanes) if (outcome.status === 'rejected') throw outcome.reason;
  return results;
}

/** @param points two at least */
export function growthOf(points: readonly Point[]): Growth {
  const slopes = points
    .flatMap((from, index) =>
      points.slice(index + 1).map((to) => (to.heap - from.heap) / (to.requests - from.requests)),
    )
    .sort((a, b) => a - b);
  const quarter = Math.floor(slopes.length / 4);
  return {
    median: median(slopes),
    lowerQuarter: slopes[quarter] ?? 0,
    upperQuarter: slopes[slopes.length - 1 - quarter] ?? 0,
  };
}
