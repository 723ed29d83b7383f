/** All drivers, and what comes of their checks. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { betterSqliteDriver } from './clients/better-sqlite3.js';
import { drizzleMysqlDriver, drizzlePgDriver, drizzleSqliteDriver } from './clients/drizzle.js';
import { knexPgDriver, knexSqliteDriver } from './clients/knex.js';
import { mysql2Driver } from './clients/mysql2.js';
import { pgDriver } from './clients/pg.js';
import { ioredisDriver, redisDriver } from './clients/redis.js';
import { undiciDriver } from './clients/undici.js';
import type { Servers } from './database-servers.js';
import type { Driver } from './driver.js';
import { type CheckResult, runCheck, withinLimit } from './run-check.js';

export const drivers: readonly Driver[] = [
  pgDriver,
  mysql2Driver,
  ioredisDriver,
  redisDriver,
  betterSqliteDriver,
  knexPgDriver,
  knexSqliteDriver,
  drizzlePgDriver,
  drizzleMysqlDriver,
  drizzleSqliteDriver,
  undiciDriver,
];

export interface DriverResult {
  readonly title: string;
  /** Of its packages. */
  readonly versions: readonly string[];
  /** Or the reason why there are none. */
  readonly checks: readonly CheckResult[] | string;
}

/** @throws where something is lost, and there is no fix that mends it */
export function checkFix(title: string, check: CheckResult): void {
  const isKept = (result: Pick<CheckResult, 'throughline' | 'node'>) =>
    result.throughline === 'kept' && result.node === 'kept';
  if (isKept(check) || (check.fix !== undefined && isKept(check.fix))) return;
  const fix = check.fix === undefined ? 'there is no fix' : `with ${check.fix.text} too`;
  throw new Error(`${title}: ${check.name} loses what is current, and ${fix}.`);
}

export async function runDriver({ title, packages, server, open }: Driver, servers: Servers): Promise<DriverResult> {
  const missing = await whatIsMissing(packages, server === undefined ? 0 : servers[server]);
  if (missing !== undefined) return { title, versions: [], checks: missing };
  const versions = packages.map((name) => `${name} ${versionOf(name)}`);
  const port = server === undefined ? 0 : Number(servers[server]);
  const { checks, close } = await withinLimit(`the start of ${title}`, open(port));
  try {
    const results: CheckResult[] = [];
    for (const check of checks) results.push(await runCheck(check));
    return { title, versions, checks: results };
  } finally {
    await withinLimit(`the end of ${title}`, close());
  }
}

async function whatIsMissing(packages: readonly string[], port: number | string): Promise<string | undefined> {
  if (typeof port === 'string') return port;
  if (!packages.includes('better-sqlite3')) return undefined;
  try {
    const { default: Database } = await import('better-sqlite3');
    new Database(':memory:').close();
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    return code === 'ERR_MODULE_NOT_FOUND'
      ? 'better-sqlite3 is not installed: npm leaves it out where it can neither bring nor compile it'
      : `better-sqlite3, which is compiled for one version of Node, cannot be loaded in ${process.version} (${code})`;
  }
}

function versionOf(name: string): string {
  // Not every package exports its package.json.
  for (let folder = dirname(fileURLToPath(import.meta.resolve(name))); ; folder = dirname(folder)) {
    try {
      const found: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (typeof found === 'object' && found !== null && 'name' in found && found.name === name && 'version' in found) {
        return String(found.version);
      }
    } catch (error) {
      if (folder === dirname(folder)) throw error;
    }
  }
}
