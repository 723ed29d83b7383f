/** The servers that the drivers are tried with, each for as long as it is needed. */
import {
  isNotInstalled,
  type NotInstalled,
  startMariadb,
  startPostgres,
  startRedis,
  type TestServer,
} from '@throughline/testing/databases';

export const serverNames = ['PostgreSQL', 'MariaDB', 'Redis'] as const;

export type ServerName = (typeof serverNames)[number];

/** The port on 127.0.0.1, or the reason why there is none. */
export type Servers = Readonly<Record<ServerName, number | string>>;

/** Who connects to PostgreSQL and MariaDB, and to which database of PostgreSQL. */
export const account = { user: 'postgres', database: 'postgres' } as const;

/** Starts what can be started while `use` runs. */
export async function withServers<T>(use: (servers: Servers) => Promise<T>): Promise<T> {
  const started = await Promise.allSettled([startPostgres(), startMariadb(), startRedis()]);
  try {
    const [PostgreSQL = '', MariaDB = '', Redis = ''] = started.map((server) => {
      if (server.status === 'rejected') throw server.reason;
      return place(server.value);
    });
    return await use({ PostgreSQL, MariaDB, Redis });
  } finally {
    for (const server of started) {
      if (server.status === 'fulfilled' && !isNotInstalled(server.value)) await server.value[Symbol.asyncDispose]();
    }
  }
}

function place(server: TestServer | NotInstalled): number | string {
  return isNotInstalled(server) ? server.reason : server.port;
}
