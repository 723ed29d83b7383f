/** One server, in a process of its own: `served-process.js <framework> <variant>`. It speaks with server-process.ts. */
import type { AddressInfo } from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import { type Seen, seenSoFar } from '../subjects/soak-checks.js';
import { isVariant } from '../subjects/variants.js';
import { FRAMEWORKS } from './frameworks.js';
import type { Serve } from './server-contract.js';

export interface Ready {
  readonly port: number;
  readonly version: string;
}

/** What the server answers to any message. */
export interface State extends Seen {
  /** Microseconds of processor time since the process began. */
  readonly processorTime: number;
  /** Bytes in use, after a collection where one was asked for. */
  readonly heap: number;
}

/** What it is asked. */
export type Question = 'state' | 'state after collection';

const [framework = '', variant] = process.argv.slice(2);
if (!Object.hasOwn(FRAMEWORKS, framework) || !isVariant(variant)) {
  throw new Error(`${framework} ${variant}: expected a framework and a variant`);
}
const { serve }: { serve: Serve } = await import(`./${framework}-server.js`);
const server = await serve(variant);
// A socket waits while the other variants have their turns.
server.keepAliveTimeout = 120_000;

process.on('message', (question: Question) => {
  stateNow(question).then((state) => process.send?.(state));
});
// The parent has ended, or wants this to end.
process.on('disconnect', () => process.exit());
// Only a server on a pipe has another kind of address.
process.send?.({ port: (server.address() as AddressInfo).port, version: process.versions.node } satisfies Ready);

async function stateNow(question: Question): Promise<State> {
  if (question === 'state after collection') await collect();
  const { user, system } = process.cpuUsage();
  const { heapUsed } = process.memoryUsage();
  return { ...seenSoFar(), processorTime: user + system, heap: heapUsed };
}

/** What the last requests have left may need a turn before it can go. */
async function collect(): Promise<void> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('the server must run with --expose-gc');
  for (let i = 0; i < 2; i++) {
    await immediate();
    gc();
  }
}
