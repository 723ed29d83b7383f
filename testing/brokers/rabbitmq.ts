import { once } from 'node:events';
import { createConnection } from 'node:net';
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

/**
 * The script of RabbitMQ itself. The program of that name in the `PATH` of Debian runs it as the account `rabbitmq`, with
 * the files of the system's own server.
 */
const SCRIPTS = [
  '/usr/lib/rabbitmq/bin/rabbitmq-server',
  '/usr/local/sbin/rabbitmq-server',
  '/opt/homebrew/sbin/rabbitmq-server',
];

/** For a machine that is busy: RabbitMQ takes ten seconds of a whole core. */
const START_TIMEOUT_MS = 300_000;

/** The first bytes that a client of AMQP 0-9-1 sends. */
const PROTOCOL_HEADER = Buffer.from('AMQP\0\0\t\x01', 'latin1');

/** Starts a RabbitMQ server without plugins, whose queues are removed with it. It takes about ten seconds. */
export async function startRabbitMq(): Promise<TestServer | NotInstalled> {
  const path = findProgram([], SCRIPTS);
  const epmdPath = findProgram(['epmd']);
  if (path === undefined || epmdPath === undefined) {
    return { reason: 'RabbitMQ is not installed (Debian: apt-get install rabbitmq-server)' };
  }
  // Erlang's port mapper would start by itself, as a daemon that no process could stop, and for all servers of the machine.
  const epmdPort = await findFreePort();
  const epmd = await startTestServer({
    url: `tcp://127.0.0.1:${epmdPort}`,
    port: epmdPort,
    path: epmdPath,
    args: ['-port', `${epmdPort}`, '-address', '127.0.0.1'],
    probe: () => probeTcpPort(epmdPort),
  });
  try {
    return await startWithPortMapper(path, epmd);
  } catch (error) {
    await epmd[Symbol.asyncDispose]();
    throw error;
  }
}

async function startWithPortMapper(path: string, epmd: TestServer): Promise<TestServer> {
  const dataDirectory = await createDataDirectory();
  const { path: directory, user } = dataDirectory;
  const port = await findFreePort();
  const server = await startTestServer({
    url: `amqp://127.0.0.1:${port}`,
    port,
    path,
    args: [],
    user,
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      // The cookie that authenticates nodes is a file of the home directory.
      HOME: directory,
      ERL_EPMD_PORT: `${epmd.port}`,
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_NODENAME: `throughline-${port}@localhost`,
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: `${port}`,
      RABBITMQ_DIST_PORT: `${await findFreePort()}`,
      RABBITMQ_MNESIA_BASE: join(directory, 'mnesia'),
      RABBITMQ_LOG_BASE: directory,
      RABBITMQ_LOGS: '-',
      RABBITMQ_PID_FILE: join(directory, 'pid'),
      // These files do not exist, so the settings and the plugins of the system's own server do not apply.
      RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq'),
      RABBITMQ_CONF_ENV_FILE: join(directory, 'rabbitmq-env.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'enabled_plugins'),
    },
    startTimeoutMs: START_TIMEOUT_MS,
    probe: () => greet(port),
    dataDirectory,
  });
  return {
    url: server.url,
    port,
    get output() {
      return server.output;
    },
    start: () => server.start(),
    stop: () => server.stop(),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await epmd[Symbol.asyncDispose]();
    },
  };
}

/** RabbitMQ accepts TCP connections before it serves them, so the probe waits until the server greets it. */
async function greet(port: number): Promise<void> {
  const socket = createConnection(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write(PROTOCOL_HEADER);
    await once(socket, 'data');
  } finally {
    socket.destroy();
  }
}
