/**
 * Real servers for the drivers, from the binaries that the system has, in a temporary folder and on free ports, for as
 * long as they are needed.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export const serverNames = ['PostgreSQL', 'MariaDB', 'Redis'] as const;

export type ServerName = (typeof serverNames)[number];

/** The port on 127.0.0.1, or the reason why there is none. */
export type Servers = Readonly<Record<ServerName, number | string>>;

/** Who connects to PostgreSQL and MariaDB, and to which database of PostgreSQL. */
export const account = { user: 'throughline', database: 'postgres' } as const;

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 5000;

interface Server {
  /** What must be there. */
  readonly binaries: readonly string[];
  /** The package of Debian that has them. */
  readonly package: string;
  prepare?(paths: readonly string[], folder: string, user: User): Promise<unknown>;
  command(paths: readonly string[], folder: string, port: number): readonly [binary: string, ...args: string[]];
  /** Says on its output that it can be connected to. */
  readonly ready: RegExp;
}

/** Whom a server runs as; PostgreSQL refuses to run as root. */
interface User {
  readonly uid?: number;
  readonly gid?: number;
}

const run = promisify(execFile);

const servers: Readonly<Record<ServerName, Server>> = {
  PostgreSQL: {
    binaries: ['initdb', 'postgres'],
    package: 'postgresql',
    prepare: ([initdb = ''], folder, user) => {
      const options = ['--auth=trust', `--username=${account.user}`, '--no-sync', '--locale=C', '--encoding=UTF8'];
      return run(initdb, ['-D', join(folder, 'data'), ...options], { cwd: folder, ...user });
    },
    command: ([, postgres = ''], folder, port) => {
      const settings = ['-F', '-h', '127.0.0.1', '-p', `${port}`, '-k', folder];
      return [postgres, '-D', join(folder, 'data'), ...settings];
    },
    ready: /ready to accept connections/,
  },
  MariaDB: {
    binaries: ['mariadb-install-db', 'mariadbd'],
    package: 'mariadb-server',
    prepare: ([install = ''], folder, user) => {
      const options = ['--no-defaults', '--auth-root-authentication-method=normal', '--skip-test-db'];
      return run(install, [...options, `--datadir=${join(folder, 'data')}`], { cwd: folder, ...user });
    },
    command: ([, mariadbd = ''], folder, port) => [
      mariadbd,
      '--no-defaults',
      `--datadir=${join(folder, 'data')}`,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      `--socket=${join(folder, 'socket')}`,
      `--pid-file=${join(folder, 'pid')}`,
      '--skip-grant-tables',
      '--skip-name-resolve',
      // With the rights not looked at, nobody listens unless told to.
      '--skip-networking=0',
    ],
    ready: /ready for connections/,
  },
  Redis: {
    binaries: ['redis-server'],
    package: 'redis-server',
    command: ([redis = ''], folder, port) => {
      const settings = ['--bind', '127.0.0.1', '--port', `${port}`, '--save', '', '--appendonly', 'no', '--dir', folder];
      return [redis, ...settings];
    },
    ready: /Ready to accept connections/,
  },
};

/** Starts what can be started while `use` runs. */
export async function withServers<T>(use: (servers: Servers) => Promise<T>): Promise<T> {
  const folders: string[] = [];
  const processes: ChildProcess[] = [];
  // Where this process is ended before its time, they must not stay.
  const killAll = () => {
    for (const child of processes) child.kill('SIGKILL');
  };
  process.once('exit', killAll);
  try {
    const ports = await Promise.allSettled(
      serverNames.map(async (name) => {
        const paths = servers[name].binaries.map(findBinary);
        if (!paths.every((path) => path !== undefined)) {
          return `${name} is not installed (on Debian: apt-get install ${servers[name].package})`;
        }
        return await start(servers[name], paths, folders, processes);
      }),
    );
    const found = ports.map((port) => {
      if (port.status === 'rejected') throw port.reason;
      return port.value;
    });
    const [PostgreSQL = '', MariaDB = '', Redis = ''] = found;
    return await use({ PostgreSQL, MariaDB, Redis });
  } finally {
    await Promise.all(processes.map(stop));
    process.off('exit', killAll);
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

async function start(
  { prepare, command, ready }: Server,
  paths: readonly string[],
  folders: string[],
  processes: ChildProcess[],
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
  folders.push(folder);
  const user = unprivileged();
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  await prepare?.(paths, folder, user);
  const port = await freePort();
  const [binary, ...args] = command(paths, folder, port);
  const child = spawn(binary, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], ...user });
  processes.push(child);
  await untilReady(child, binary, ready);
  return port;
}

function untilReady(child: ChildProcess, binary: string, ready: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string) => reject(new Error(`${binary} ${why}. It said:\n${output}`));
    const timer = setTimeout(() => fail(`was not ready within ${START_LIMIT_MS} ms`), START_LIMIT_MS);
    const read = (part: Buffer) => {
      output += part;
      if (ready.test(output)) {
        clearTimeout(timer);
        resolve();
      }
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.on('error', (error) => fail(`could not be started: ${error.message}`));
    child.on('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with code ${code}`);
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // Of PostgreSQL: connections are closed, not waited for. The others end as with SIGTERM.
  child.kill(child.spawnfile.endsWith('postgres') ? 'SIGINT' : 'SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}

/** Debian keeps the binaries of PostgreSQL, by version, and those of daemons outside of the usual path. */
function findBinary(name: string): string | undefined {
  const versions = '/usr/lib/postgresql';
  const postgres = existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin')) : [];
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', ...postgres];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function unprivileged(): User {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // The system has no such user.
    }
  }
  return {};
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      // A server that listens on a port has an address.
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
