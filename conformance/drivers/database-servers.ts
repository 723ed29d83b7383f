/** The database servers that the drivers connect to. */
import {
  isNotInstalled,
  type NotInstalled,
  startMariadb,
  startPostgres,
  startRedis,
  type TestServer,
} from '@throughline/testing/databases';
import type { ServerName } from './checks/driver.js';

/** The port of each server on 127.0.0.1, or the reason why it could not be started. */
export type ServerPorts = Readonly<Record<ServerName, number | string>>;

/** Starts the servers that are installed, calls `use`, then ends them. */
export async function withDatabaseServers<T>(use: (ports: ServerPorts) => Promise<T>): Promise<T> {
  const started = await Promise.allSettled([startPostgres(), startMariadb(), startRedis()]);
  try {
    const [PostgreSQL = '', MariaDB = '', Redis = ''] = started.map((server) => {
      if (server.status === 'rejected') throw server.reason;
      return portOrReason(server.value);
    });
    return await use({ PostgreSQL, MariaDB, Redis });
  } finally {
    for (const server of started) {
      if (server.status === 'fulfilled' && !isNotInstalled(server.value)) await server.value[Symbol.asyncDispose]();
    }
  }
}

function portOrReason(server: TestServer | NotInstalled): number | string {
  return isNotInstalled(server) ? server.reason : server.port;
}
