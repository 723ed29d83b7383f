/**
 * The program that runs one server in its own process: `server-program.js <framework> <variant>`. It sends
 * `ServerReady` when the server listens, and responds to each `StateRequest` with a `ServerState`. The parent's side is
 * server-process.ts.
 */
import type { AddressInfo } from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import type { ServerReady } from '../../measure/server-process.js';
import { type SoakCounts, soakCounts } from '../subjects/soak-checks.js';
import { isVariant } from '../subjects/variants.js';
import { FRAMEWORKS } from './frameworks.js';
import type { StartServer } from './server-contract.js';

export interface ServerState extends SoakCounts {
  /** Microseconds of processor time since the process started. */
  readonly processorTime: number;
  /** Bytes of the heap that are in use, after a garbage collection if one was requested. */
  readonly heap: number;
}

export type StateRequest = 'state' | 'state after collection';

const [framework = '', variant] = process.argv.slice(2);
if (!Object.hasOwn(FRAMEWORKS, framework) || !isVariant(variant)) {
  throw new Error(`Expected the arguments <framework> <variant>, but got: ${framework} ${variant}`);
}
const { startServer }: { startServer: StartServer } = await import(`./${framework}-server.js`);
const server = await startServer(variant);
// A socket is idle while the other variants take their turns.
server.keepAliveTimeout = 120_000;

process.on('message', (request: StateRequest) => {
  // A rejection ends this process, which the parent reports.
  void readState(request).then((state) => process.send?.(state));
});
// The parent has exited.
process.on('disconnect', () => process.exit());
// The server listens on TCP, so its address is an AddressInfo.
process.send?.({ port: (server.address() as AddressInfo).port, version: process.versions.node } satisfies ServerReady);

async function readState(request: StateRequest): Promise<ServerState> {
  if (request === 'state after collection') await collectGarbage();
  const { user, system } = process.cpuUsage();
  const { heapUsed } = process.memoryUsage();
  return { ...soakCounts(), processorTime: user + system, heap: heapUsed };
}

/**
 * Collects twice, because what the last requests left behind may need a turn of the event loop to become unreachable.
 */
async function collectGarbage(): Promise<void> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('The server must run with --expose-gc.');
  for (let i = 0; i < 2; i++) {
    await immediate();
    gc();
  }
}
