import { execFileSync } from 'node:child_process';
import { chownSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { findProgram } from '../browsers/find-program.js';
import { type Database, freePort, type Missing } from './database.js';
import { ServerProcess, type ServerUser } from './server-process.js';

/** Where Debian keeps the programs of a PostgreSQL server: not in PATH, and one folder for each version. */
const PLACE = '/usr/lib/postgresql';

/** Starts a PostgreSQL with an empty database, which forgets everything at the end. */
export async function startPostgres(): Promise<Database | Missing> {
  const initdb = findProgram(['initdb'], places('initdb'));
  if (initdb === undefined) return { missing: 'PostgreSQL is not installed (Debian: apt-get install postgresql)' };
  const folder = await mkdtemp(join(tmpdir(), 'throughline-postgres-'));
  const user = ordinaryUser();
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
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
    await rm(folder, { recursive: true, force: true });
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

/** PostgreSQL refuses to run as root. */
function ordinaryUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  const number = (option: string) => Number(execFileSync('id', [option, 'nobody']));
  return { uid: number('-u'), gid: number('-g') };
}

async function asked(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.end();
}
