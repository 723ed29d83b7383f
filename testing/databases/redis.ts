import {
  createDataDirectory,
  findFreePort,
  findProgram,
  type NotInstalled,
  probeTcpPort,
  startTestServer,
  type TestServer,
} from '../processes/index.js';

export interface RedisOptions {
  /**
   * Whether each command is written to a file that the next `start()` reads. Default: false, everything is in memory, and
   * `stop()` loses it.
   */
  readonly keepsData?: boolean;
}

/** Starts a Redis or Valkey server. */
export async function startRedis({ keepsData = false }: RedisOptions = {}): Promise<TestServer | NotInstalled> {
  const path = findProgram(['redis-server', 'valkey-server']);
  if (path === undefined) return { reason: 'redis-server is not installed (Debian: apt-get install redis-server)' };
  const port = await findFreePort();
  const dataDirectory = keepsData ? await createDataDirectory() : undefined;
  return startTestServer({
    url: `redis://127.0.0.1:${port}`,
    port,
    path,
    args: ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', keepsData ? 'yes' : 'no'],
    ...(dataDirectory !== undefined && { dataDirectory, user: dataDirectory.user, cwd: dataDirectory.path }),
    probe: () => probeTcpPort(port),
  });
}
