/** Starts a server with sessions in its own process (session-server-program.ts). */
import { fileURLToPath } from 'node:url';
import { ServerProcess } from '../../measure/server-process.js';
import type { Access } from './session-route.js';
import type { SessionSubject } from './session-server-contract.js';
import type { SessionServerState } from './session-server-program.js';

const SERVER_PROGRAM = fileURLToPath(new URL('./session-server-program.js', import.meta.url));

export type SessionFramework = 'express' | 'fastify';

export type ForkedSessionServer = ServerProcess<'state', SessionServerState>;

/**
 * @param binary the Node that runs the server
 * @param redisUrl the store; default: the memory of the server
 */
export function forkSessionServer(
  framework: SessionFramework,
  subject: SessionSubject,
  access: Access,
  binary: string,
  redisUrl?: string,
): Promise<ForkedSessionServer> {
  const args = [framework, subject, access, ...(redisUrl === undefined ? [] : [redisUrl])];
  const description = `The server with sessions (${args.join(' ')})`;
  return ServerProcess.start(SERVER_PROGRAM, args, { execPath: binary }, description);
}
