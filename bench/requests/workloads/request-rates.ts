/**
 * Requests per second of one framework in several variants, each of which is a server in its own process. All servers
 * are warmed up first. Then they are measured in turns, in several short windows each, so that anything else that the
 * machine does affects all of them alike.
 */
import { median } from '../../measure/statistics.js';
import type { SampleBudget } from '../../suite/sample-budget.js';
import type { FrameworkName } from '../servers/frameworks.js';
import { type FrameworkServer, forkFrameworkServer } from '../servers/server-process.js';
import type { Variant } from '../subjects/variants.js';
import { LostContextError, RateClients } from './rate-clients.js';

const WINDOW_COUNT = 6;

export interface Rate {
  /** Version of the Node that ran the server. */
  readonly version: string;
  /** Requests per second. */
  readonly rate: number;
  /** Nanoseconds of the server's processor time per request. */
  readonly cost: number;
}

/** The variant has no rate, because a request did not read its own values. */
export type LostRate = { readonly version: string; readonly lostValue: string };

interface VariantUnderTest {
  readonly variant: Variant;
  readonly server: FrameworkServer;
  readonly clients: RateClients;
  readonly rates: number[];
  readonly costs: number[];
  lostValue?: string;
}

/** @returns by variant, in the order of `variants` */
export async function measureRates(
  framework: FrameworkName,
  variants: readonly Variant[],
  binary: string,
  budget: SampleBudget,
): Promise<ReadonlyMap<Variant, Rate | LostRate>> {
  const all: VariantUnderTest[] = [];
  try {
    for (const variant of variants) {
      const server = await forkFrameworkServer(framework, variant, binary);
      const clients = await RateClients.open(server.port).catch(async (error) => {
        await server.close();
        throw error;
      });
      all.push({ variant, server, clients, rates: [], costs: [] });
    }
    for (const tested of all) await sendUnlessLost(tested, () => tested.clients.send(budget.loadWarmUpMs));
    for (let window = 0; window < WINDOW_COUNT; window++) {
      // Each turn begins with another variant, so that no variant always comes first.
      for (let turn = 0; turn < all.length; turn++) {
        const next = all[(window + turn) % all.length];
        if (next !== undefined) await sendUnlessLost(next, () => measureWindow(next, budget.loadMs / WINDOW_COUNT));
      }
    }
    return new Map(all.map((tested) => [tested.variant, rateOf(tested)]));
  } finally {
    for (const { clients } of all) clients.close();
    await Promise.all(all.map(({ server }) => server.close()));
  }
}

async function measureWindow({ server, clients, rates, costs }: VariantUnderTest, ms: number): Promise<void> {
  const before = await server.readState('state');
  const { responses, seconds } = await clients.send(ms);
  const after = await server.readState('state');
  rates.push(responses / seconds);
  costs.push(((after.processorTime - before.processorTime) / responses) * 1000);
}

/** Skips a variant that has lost a context, and records the first loss. */
async function sendUnlessLost(tested: VariantUnderTest, send: () => Promise<unknown>): Promise<void> {
  if (tested.lostValue !== undefined) return;
  try {
    await send();
  } catch (error) {
    if (!(error instanceof LostContextError)) throw error;
    tested.lostValue = `A request did not read its own values: ${error.message}`;
  }
}

function rateOf({ server: { version }, rates, costs, lostValue }: VariantUnderTest): Rate | LostRate {
  return lostValue === undefined ? { version, rate: median(rates), cost: median(costs) } : { version, lostValue };
}
