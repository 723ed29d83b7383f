import type { Check } from './check.js';

export type ServerName = 'PostgreSQL' | 'MariaDB' | 'Redis';

/** The account that the drivers use on PostgreSQL and MariaDB, and the database on PostgreSQL. */
export const account = { user: 'postgres', database: 'postgres' } as const;

/** A driver of a database, or another client that shares connections between flows, with its checks. */
export interface Driver {
  /** The heading of the driver on the page. */
  readonly title: string;
  /** The npm packages. The first is the driver, the others are packages that it needs. */
  readonly packages: readonly string[];
  /** The server that the driver connects to, or undefined if it needs none or starts one itself. */
  readonly server?: ServerName;
  /** @param port the port of the server on 127.0.0.1, or 0 if there is none */
  open(port: number): Promise<OpenDriver>;
}

/** A driver with its connections. */
export interface OpenDriver {
  readonly checks: readonly Check[];
  close(): Promise<unknown>;
}
