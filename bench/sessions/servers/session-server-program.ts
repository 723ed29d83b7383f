/**
 * The program that runs one server with sessions in its own process: `session-server-program.js <framework> <subject>
 * <access> [Redis URL]`. It sends `ServerReady` when the server listens, and responds to each message with a
 * `SessionServerState`. The parent's side is session-server-process.ts.
 */
import type { AddressInfo } from 'node:net';
import type { ServerReady } from '../../measure/server-process.js';
import type { Access } from './session-route.js';
import type { SessionSubject, StartSessionServer } from './session-server-contract.js';

export interface SessionServerState {
  /** Microseconds of processor time since the process started. */
  readonly processorTime: number;
  /** The commands that were sent to Redis so far. */
  readonly commandCount: number;
}

const [framework, subject, access, redisUrl] = process.argv.slice(2);
let commandCount = 0;
const { startServer }: { startServer: StartSessionServer } = await import(`./${framework}-session-server.js`);
const server = await startServer({
  // session-server-process.ts passes only these.
  subject: subject as SessionSubject,
  access: access as Access,
  ...(redisUrl !== undefined && { redisUrl }),
  onCommand: () => void commandCount++,
});
// A socket is idle while the other servers take their turns.
server.keepAliveTimeout = 120_000;

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ processorTime: user + system, commandCount } satisfies SessionServerState);
});
// The parent has exited.
process.on('disconnect', () => process.exit());
const { port } = server.address() as AddressInfo;
process.send?.({ port, version: process.versions.node } satisfies ServerReady);
