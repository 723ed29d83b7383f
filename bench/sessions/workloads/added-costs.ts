/**
 * What sessions add to a request: the processor time of a server with sessions, less that of the same server without. All
 * servers are warmed up first, and then measured in turns, in many short windows. A server's figure is its lowest window:
 * what else the machine does can only add to it. The warm-up and the windows end when the server has used its
 * processor time, because on a busy machine it gets little of that in a second.
 */
import { RateClients } from '../../requests/workloads/rate-clients.js';
import type { SampleBudget } from '../../suite/sample-budget.js';
import type { Access } from '../servers/session-route.js';
import type { SessionSubject } from '../servers/session-server-contract.js';
import {
  type ForkedSessionServer,
  forkSessionServer,
  type SessionFramework,
} from '../servers/session-server-process.js';

const WINDOW_COUNT = 12;

/** How long the clients send requests before the processor time is read again, in milliseconds. */
const SLICE_MS = 50;

export interface AddedCost {
  /** Nanoseconds of processor time per request. */
  readonly cost: number;
  /** Commands that were sent to Redis per request. */
  readonly commands: number;
}

export interface AddedCosts {
  /** Version of the Node that ran the servers. */
  readonly version: string;
  readonly bySubject: ReadonlyMap<SessionSubject, AddedCost>;
}

interface ServerUnderTest {
  readonly subject: SessionSubject;
  readonly server: ForkedSessionServer;
  readonly clients: RateClients;
  readonly windows: AddedCost[];
}

/** @param redisUrl the store; default: the memory of the servers */
export async function measureAddedCosts(
  framework: SessionFramework,
  access: Access,
  subjects: readonly SessionSubject[],
  binary: string,
  budget: SampleBudget,
  redisUrl?: string,
): Promise<AddedCosts> {
  const all: ServerUnderTest[] = [];
  try {
    for (const subject of ['bare' as const, ...subjects]) {
      const server = await forkSessionServer(framework, subject, access, binary, redisUrl);
      const clients = await RateClients.open(server.port).catch(async (error) => {
        await server.close();
        throw error;
      });
      all.push({ subject, server, clients, windows: [] });
    }
    for (const tested of all) await useProcessorFor(tested, budget.loadWarmUpMs);
    for (let window = 0; window < WINDOW_COUNT; window++) {
      // Each turn begins with another server, so that no server always comes first.
      for (let turn = 0; turn < all.length; turn++) {
        const next = all[(window + turn) % all.length];
        if (next !== undefined) next.windows.push(await useProcessorFor(next, budget.loadMs / WINDOW_COUNT));
      }
    }
    const [bare, ...others] = all as [ServerUnderTest, ...ServerUnderTest[]];
    const { cost: bareCost } = lowest(bare);
    return {
      version: bare.server.version,
      bySubject: new Map(
        others.map((tested) => {
          const { cost, commands } = lowest(tested);
          return [tested.subject, { cost: cost - bareCost, commands }];
        }),
      ),
    };
  } finally {
    for (const { clients } of all) clients.close();
    await Promise.all(all.map(({ server }) => server.close()));
  }
}

/** Sends requests until the server has used its processor for some milliseconds. */
async function useProcessorFor({ server, clients }: ServerUnderTest, ms: number): Promise<AddedCost> {
  const before = await server.readState('state');
  let after = before;
  let responses = 0;
  while (after.processorTime - before.processorTime < ms * 1000) {
    responses += (await clients.send(SLICE_MS)).responses;
    after = await server.readState('state');
  }
  return {
    cost: ((after.processorTime - before.processorTime) / responses) * 1000,
    commands: (after.commandCount - before.commandCount) / responses,
  };
}

function lowest({ windows }: ServerUnderTest): AddedCost {
  return windows.reduce((best, window) => (window.cost < best.cost ? window : best));
}
