/** Runs the checks of a driver, if the driver and its server can be used on this machine. */
import { fileURLToPath } from 'node:url';
import type { CheckResult, OutcomeByClass } from './checks/check.js';
import type { Driver } from './checks/driver.js';
import { runCheck } from './checks/run-check.js';
import { withTimeout } from './checks/with-timeout.js';
import type { ServerPorts } from './database-servers.js';
import { packageVersion, requireSqlitePackage, sqliteLoadFailure } from './sqlite-packages.js';

export interface DriverResult {
  readonly title: string;
  /** The name and version of each of its packages. */
  readonly versions: readonly string[];
  /** The results, or the reason why the driver could not run. */
  readonly checks: readonly CheckResult[] | string;
}

export async function runDriver({ title, packages, server, open }: Driver, ports: ServerPorts): Promise<DriverResult> {
  const port = server === undefined ? 0 : ports[server];
  const reason = typeof port === 'string' ? port : loadFailure(packages);
  if (reason !== undefined) return { title, versions: [], checks: reason };
  const versions = versionsOf(packages);
  const { checks, close } = await withTimeout(`Opening ${title}`, open(Number(port)));
  try {
    const results: CheckResult[] = [];
    for (const check of checks) results.push(await runCheck(check));
    return { title, versions, checks: results };
  } finally {
    await withTimeout(`Closing ${title}`, close());
  }
}

/** @throws {Error} if the driver loses the current value, and the check has no fix that keeps it */
export function assertFixable(title: string, check: CheckResult): void {
  const isKept = ({ throughline, node }: OutcomeByClass) => throughline === 'kept' && node === 'kept';
  if (isKept(check) || (check.fix !== undefined && isKept(check.fix))) return;
  const fix = check.fix === undefined ? 'the check has no fix' : `the fix, ${check.fix.text}, does not keep it`;
  throw new Error(`${title}: ${check.name} loses the current value, and ${fix}.`);
}

/** Returns why the packages cannot be loaded. Only those for SQLite, which have a native addon, can fail to load. */
function loadFailure(packages: readonly string[]): string | undefined {
  return packages.includes('better-sqlite3') ? sqliteLoadFailure('better-sqlite3') : undefined;
}

function versionsOf(packages: readonly string[]): string[] {
  const resolve = packages.includes('better-sqlite3')
    ? requireSqlitePackage.resolve
    : (name: string) => fileURLToPath(import.meta.resolve(name));
  return packages.map((name) => `${name} ${packageVersion(name, resolve(name))}`);
}
