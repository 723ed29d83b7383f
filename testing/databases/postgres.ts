import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { findProgram } from '../processes/find-program.js';
import { type Database, freePort, type Missing } from './database.js';
import { serverFolder } from './server-folder.js';
import { ServerProcess } from './server-process.js';

/** Where Debian keeps the programs of a PostgreSQL server: not in PATH, and one folder for each version. */
const PLACE = '/usr/lib/postgresql';

/** Starts a PostgreSQL with an empty database, which forgets everything at the end. */
export async function startPostgres(): Promise<Database | Missing> {
  const initdb = findProgram(['initdb'], places('initdb'));
  if (initdb === undefined) return { missing: 'PostgreSQL is not installed (Debian: apt-get install postgresql)' };
  const { folder, user, remove } = await serverFolder();
  const data = join(folder, 'data');
  const options = ['-D', data, '--auth=trust', '--username=postgres', '--no-sync', '--encoding=UTF8', '--locale=C'];
  execFileSync(initdb, options, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });

  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'fsync=off',
    'max_connections=50',
  ];
  const args = ['-D', data, '-p', `${port}`, ...settings.flatMap((setting) => ['-c', setting])];
  const server = new ServerProcess(join(dirname(initdb), 'postgres'), args, user, () => asked(url));
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
  return { url, port, start: () => server.start(), stop: () => server.stop(), [Symbol.asyncDispose]: end };
}

function places(name: string): string[] {
  try {
    return readdirSync(PLACE).map((version) => join(PLACE, version, 'bin', name));
  } catch {
    return [];
  }
}

async function asked(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.end();
}
