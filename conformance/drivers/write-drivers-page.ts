/**
 * The command of `npm run drivers`: runs the checks of all drivers on each supported version of Node, against the same
 * servers, and writes `docs/drivers.md`. `drivers-page.ts` formats the page.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { installRuntime } from '../runtimes/install-runtime.js';
import { runForJson } from '../runtimes/run-for-json.js';
import { runtimes } from '../runtimes/runtimes.js';
import { withDatabaseServers } from './database-servers.js';
import { formatDriversPage, nodeVersions } from './drivers-page.js';
import type { DriverResult } from './run-driver.js';
import { installSqlitePackages } from './sqlite-packages.js';

const TIMEOUT_MS = 120_000;

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

await withDatabaseServers(async (ports) => {
  const reasons = Object.values(ports).filter((port) => typeof port === 'string');
  if (reasons.length > 0) throw new Error(`Writing the page needs every server: ${reasons.join('; ')}.`);
  const columns = new Map<string, readonly DriverResult[]>();
  // One after the other, because checks end connections and subscribe to channels on the shared servers.
  for (const key of nodeVersions) {
    const runtime = runtimes[key];
    const binary = await installRuntime(runtime);
    await installSqlitePackages(Number.parseInt(runtime.version, 10), binary);
    const args = [...runtime.flags, pathOf('run-all-drivers.js'), JSON.stringify(ports)];
    columns.set(key, (await runForJson(binary, args, TIMEOUT_MS)) as readonly DriverResult[]);
  }
  await writeFile(pathOf('../../../docs/drivers.md'), formatDriversPage(columns));
});
