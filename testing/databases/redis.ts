import {
  findFreePort,
  findProgram,
  type NotInstalled,
  probeTcpPort,
  startTestServer,
  type TestServer,
} from '../processes/index.js';

/** Starts a Redis or Valkey server that stores everything in memory: `stop()` loses the data. */
export async function startRedis(): Promise<TestServer | NotInstalled> {
  const path = findProgram(['redis-server', 'valkey-server']);
  if (path === undefined) return { reason: 'redis-server is not installed (Debian: apt-get install redis-server)' };
  const port = await findFreePort();
  return startTestServer({
    url: `redis://127.0.0.1:${port}`,
    port,
    path,
    args: ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    probe: () => probeTcpPort(port),
  });
}
