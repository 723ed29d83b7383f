/** Starts a server on a framework in its own process (server-program.ts). */
import { fileURLToPath } from 'node:url';
import { ServerProcess } from '../../measure/server-process.js';
import type { Variant } from '../subjects/variants.js';
import type { FrameworkName } from './frameworks.js';
import type { ServerState, StateRequest } from './server-program.js';

const SERVER_PROGRAM = fileURLToPath(new URL('./server-program.js', import.meta.url));

export type FrameworkServer = ServerProcess<StateRequest, ServerState>;

/** @param binary the Node that runs the server */
export function forkFrameworkServer(
  framework: FrameworkName,
  variant: Variant,
  binary: string,
): Promise<FrameworkServer> {
  const description = `The server on ${framework}, variant ${variant},`;
  const options = { execPath: binary, execArgv: ['--expose-gc'] };
  return ServerProcess.start(SERVER_PROGRAM, [framework, variant], options, description);
}
