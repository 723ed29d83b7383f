/**
 * Requests a second of one framework's variants. Each is a process of its own. All of them are warmed up first; then they are
 * measured in turns, many times and each time for a short while, so that whatever else the machine does meets all of
 * them alike.
 */

import { median } from '../../measure/statistics.js';
import type { Pace } from '../../suite/sample-budget.js';
import type { FrameworkName } from '../servers/frameworks.js';
import { ServerProcess } from '../servers/server-process.js';
import type { Variant } from '../subjects/variants.js';
import { Load, LostContext } from './rate-clients.js';

const WINDOWS = 6;

export interface Rate {
  readonly version: string;
  /** Requests a second. */
  readonly rate: number;
  /** Nanoseconds of processor time that the server spent on a request. */
  readonly cost: number;
}

export type Lost = { readonly version: string; readonly lost: string };

interface Measured {
  readonly variant: Variant;
  readonly server: ServerProcess;
  readonly load: Load;
  readonly rates: number[];
  readonly costs: number[];
  lost?: string;
}

/** @returns by variant, in their order */
export async function measureRates(
  framework: FrameworkName,
  variants: readonly Variant[],
  binary: string,
  pace: Pace,
): Promise<ReadonlyMap<Variant, Rate | Lost>> {
  const all: Measured[] = [];
  try {
    for (const variant of variants) {
      const server = await ServerProcess.start(framework, variant, binary);
      const load = await Load.open(server.port).catch(async (error) => {
        await server.close();
        throw error;
      });
      all.push({ variant, server, load, rates: [], costs: [] });
    }
    for (const measured of all) await unlessLost(measured, () => measured.load.send(pace.trafficWarmUpMs));
    for (let round = 0; round < WINDOWS; round++) {
      // Each round begins with another one, so that none always comes first.
      for (let turn = 0; turn < all.length; turn++) {
        const next = all[(round + turn) % all.length];
        if (next !== undefined) await unlessLost(next, () => takeWindow(next, pace.trafficMs / WINDOWS));
      }
    }
    return new Map(all.map((measured) => [measured.variant, outcomeOf(measured)]));
  } finally {
    for (const { load } of all) load.close();
    await Promise.all(all.map(({ server }) => server.close()));
  }
}

async function takeWindow({ server, load, rates, costs }: Measured, ms: number): Promise<void> {
  const before = await server.ask('state');
  const { answers, seconds } = await load.send(ms);
  const after = await server.ask('state');
  rates.push(answers / seconds);
  costs.push(((after.processorTime - before.processorTime) / answers) * 1000);
}

async function unlessLost(measured: Measured, send: () => Promise<unknown>): Promise<void> {
  if (measured.lost !== undefined) return;
  try {
    await send();
  } catch (error) {
    if (!(error instanceof LostContext)) throw error;
    measured.lost = `a request did not find its own values: ${error.message}`;
  }
}

function outcomeOf({ server: { version }, rates, costs, lost }: Measured): Rate | Lost {
  return lost === undefined ? { version, rate: median(rates), cost: median(costs) } : { version, lost };
}
