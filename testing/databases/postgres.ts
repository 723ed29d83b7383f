import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import {
  createDataDirectory,
  findFreePort,
  findProgram,
  type NotInstalled,
  startTestServer,
  type TestServer,
} from '../processes/index.js';

/** Debian installs the server programs here, in one directory for each version, and not in `PATH`. */
const DEBIAN_DIRECTORY = '/usr/lib/postgresql';

/** Starts a PostgreSQL server with an empty database, whose data is removed with it. */
export async function startPostgres(): Promise<TestServer | NotInstalled> {
  const initdb = findProgram(['initdb'], debianPaths('initdb'));
  if (initdb === undefined) return { reason: 'PostgreSQL is not installed (Debian: apt-get install postgresql)' };
  const dataDirectory = await createDataDirectory();
  const { path: directory, user } = dataDirectory;
  const data = join(directory, 'data');
  const initArgs = ['-D', data, '--auth=trust', '--username=postgres', '--no-sync', '--encoding=UTF8', '--locale=C'];
  execFileSync(initdb, initArgs, { ...user, cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });

  const port = await findFreePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${directory}`,
    'fsync=off',
    'max_connections=50',
  ];
  return startTestServer({
    url,
    port,
    path: join(dirname(initdb), 'postgres'),
    args: ['-D', data, '-p', `${port}`, ...settings.flatMap((setting) => ['-c', setting])],
    user,
    probe: () => connectOnce(url),
    dataDirectory,
  });
}

function debianPaths(program: string): string[] {
  try {
    return readdirSync(DEBIAN_DIRECTORY).map((version) => join(DEBIAN_DIRECTORY, version, 'bin', program));
  } catch {
    return [];
  }
}

/** PostgreSQL accepts TCP connections before it accepts clients, so the probe must log in. */
async function connectOnce(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.end();
}
