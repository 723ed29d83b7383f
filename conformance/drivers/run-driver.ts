/** Runs the checks of a driver, if the driver and its server can be used on this machine. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CheckResult, OutcomeByClass } from './checks/check.js';
import type { Driver } from './checks/driver.js';
import { runCheck } from './checks/run-check.js';
import { withTimeout } from './checks/with-timeout.js';
import type { ServerPorts } from './database-servers.js';

export interface DriverResult {
  readonly title: string;
  /** The name and version of each of its packages. */
  readonly versions: readonly string[];
  /** The results, or the reason why the driver could not run. */
  readonly checks: readonly CheckResult[] | string;
}

export async function runDriver({ title, packages, server, open }: Driver, ports: ServerPorts): Promise<DriverResult> {
  const port = server === undefined ? 0 : ports[server];
  const reason = typeof port === 'string' ? port : await loadFailure(packages);
  if (reason !== undefined) return { title, versions: [], checks: reason };
  const versions = packages.map((name) => `${name} ${versionOf(name)}`);
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

/** Returns why the packages cannot be loaded. Only better-sqlite3, a native addon, can fail to load. */
async function loadFailure(packages: readonly string[]): Promise<string | undefined> {
  if (!packages.includes('better-sqlite3')) return undefined;
  try {
    const { default: Database } = await import('better-sqlite3');
    new Database(':memory:').close();
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    return code === 'ERR_MODULE_NOT_FOUND'
      ? 'better-sqlite3 is not installed: npm skips it if it can neither download nor compile the addon'
      : `better-sqlite3 is compiled for another version of Node and cannot be loaded in ${process.version} (${code})`;
  }
}

function versionOf(name: string): string {
  // Not every package exports its package.json, so this function looks for it in the directories above the entry point.
  for (let directory = dirname(fileURLToPath(import.meta.resolve(name))); ; directory = dirname(directory)) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
      if (
        typeof manifest === 'object' &&
        manifest !== null &&
        'name' in manifest &&
        manifest.name === name &&
        'version' in manifest
      ) {
        return String(manifest.version);
      }
    } catch (error) {
      if (directory === dirname(directory)) throw error;
    }
  }
}
