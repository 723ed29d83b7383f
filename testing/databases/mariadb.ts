import { execFileSync } from 'node:child_process';
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

/** Starts a MariaDB server without user databases, which accepts every account and whose data is removed with it. */
export async function startMariadb(): Promise<TestServer | NotInstalled> {
  // Daemons are in directories that the PATH of an ordinary user does not contain.
  const path = findProgram(['mariadbd'], ['/usr/sbin/mariadbd', '/usr/local/sbin/mariadbd']);
  const installer = findProgram(['mariadb-install-db']);
  if (path === undefined || installer === undefined) {
    return { reason: 'MariaDB is not installed (Debian: apt-get install mariadb-server)' };
  }
  const dataDirectory = await createDataDirectory();
  const { path: directory, user } = dataDirectory;
  const datadir = `--datadir=${join(directory, 'data')}`;
  const installArgs = ['--no-defaults', '--auth-root-authentication-method=normal', '--skip-test-db', datadir];
  execFileSync(installer, installArgs, { ...user, cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });

  const port = await findFreePort();
  return startTestServer({
    url: `mysql://root@127.0.0.1:${port}`,
    port,
    path,
    args: [
      '--no-defaults',
      datadir,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      `--socket=${join(directory, 'socket')}`,
      `--pid-file=${join(directory, 'pid')}`,
      '--skip-grant-tables',
      '--skip-name-resolve',
      // --skip-grant-tables turns networking off unless it is turned on explicitly.
      '--skip-networking=0',
    ],
    user,
    probe: () => probeTcpPort(port),
    dataDirectory,
  });
}
