import { join } from 'node:path';
import {
  createDataDirectory,
  findFreePort,
  findProgram,
  type NotInstalled,
  probeTcpPort,
  startTestServer,
  type TestServer,
} from '../processes/index.js';

/** Starts a NATS server with JetStream, whose streams are removed with it. */
export async function startNats(): Promise<TestServer | NotInstalled> {
  // Daemons are in directories that the PATH of an ordinary user does not contain.
  const path = findProgram(['nats-server'], ['/usr/sbin/nats-server', '/usr/local/sbin/nats-server']);
  if (path === undefined) return { reason: 'nats-server is not installed (Debian: apt-get install nats-server)' };
  const dataDirectory = await createDataDirectory();
  const { path: directory, user } = dataDirectory;
  const port = await findFreePort();
  return startTestServer({
    url: `nats://127.0.0.1:${port}`,
    port,
    path,
    args: ['--addr', '127.0.0.1', '--port', `${port}`, '--jetstream', '--store_dir', join(directory, 'streams')],
    user,
    probe: () => probeTcpPort(port),
    dataDirectory,
  });
}
