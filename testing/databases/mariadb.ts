import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { findProgram } from '../processes/find-program.js';
import { connecting, type Database, freePort, type Missing } from './database.js';
import { serverFolder } from './server-folder.js';
import { ServerProcess } from './server-process.js';

/** Starts a MariaDB with no database of its own, which lets in whoever comes and forgets everything at the end. */
export async function startMariadb(): Promise<Database | Missing> {
  // Daemons are outside of the usual PATH.
  const program = findProgram(['mariadbd'], ['/usr/sbin/mariadbd', '/usr/local/sbin/mariadbd']);
  const install = findProgram(['mariadb-install-db']);
  if (program === undefined || install === undefined) {
    return { missing: 'MariaDB is not installed (Debian: apt-get install mariadb-server)' };
  }
  const { folder, user, remove } = await serverFolder();
  const data = `--datadir=${join(folder, 'data')}`;
  const options = ['--no-defaults', '--auth-root-authentication-method=normal', '--skip-test-db', data];
  execFileSync(install, options, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });

  const port = await freePort();
  const args = [
    '--no-defaults',
    data,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
    '--skip-grant-tables',
    '--skip-name-resolve',
    // With the rights not looked at, nobody listens unless told to.
    '--skip-networking=0',
  ];
  const server = new ServerProcess(program, args, user, () => connecting(port));
  const end = async () => {
    await server.stop();
    await remove();
  };
  try {
    await server.start();
  } catch (error) {
    await end();
    throw error;
  }
  const url = `mysql://root@127.0.0.1:${port}`;
  return { url, port, start: () => server.start(), stop: () => server.stop(), [Symbol.asyncDispose]: end };
}
