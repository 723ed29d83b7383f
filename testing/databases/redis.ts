import { findProgram } from '../processes/find-program.js';
import { connecting, type Database, freePort, type Missing } from './database.js';
import { ServerProcess } from './server-process.js';

/** Starts a Redis that keeps everything in memory. */
export async function startRedis(): Promise<Database | Missing> {
  const path = findProgram(['redis-server', 'valkey-server']);
  if (path === undefined) return { missing: 'redis-server is not installed (Debian: apt-get install redis-server)' };
  const port = await freePort();
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = new ServerProcess(path, args, {}, () => connecting(port));
  await server.start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start: () => server.start(),
    stop: () => server.stop(),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
