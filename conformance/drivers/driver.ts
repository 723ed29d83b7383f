import type { ServerName } from './database-servers.js';
import type { Check } from './run-check.js';

/** A driver with its checks. */
export interface Driver {
  /** As it stands in the table. */
  readonly title: string;
  /** The npm packages, the first of which is the driver. */
  readonly packages: readonly string[];
  /** What it connects to; undefined where it brings its own. */
  readonly server?: ServerName;
  /** @param port of the server on 127.0.0.1, 0 where there is none */
  open(port: number): Promise<Opened>;
}

export interface Opened {
  readonly checks: readonly Check[];
  close(): Promise<unknown>;
}
