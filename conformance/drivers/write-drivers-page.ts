/**
 * Writes `docs/drivers.md`: the drivers' checks, run on each version of Node that the project knows, against the same
 * servers. This file is the command; what it makes of the results is in `page.ts`.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installRuntime } from '../runtimes/install-runtime.js';
import { runtimes } from '../runtimes/runtimes.js';
import { withServers } from './database-servers.js';
import { nodes, page } from './drivers-page.js';
import type { DriverResult } from './run-driver.js';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

await withServers(async (servers) => {
  const missing = Object.values(servers).filter((port) => typeof port === 'string');
  if (missing.length > 0) throw new Error(`The page needs every server: ${missing.join('; ')}.`);
  const columns = new Map<string, readonly DriverResult[]>();
  // One after the other: what the checks do to their server would be seen by others.
  for (const key of nodes) {
    const runtime = runtimes[key];
    const binary = await installRuntime(runtime);
    const args = [...runtime.flags, file('report-results.js'), JSON.stringify(servers)];
    const { stdout } = await promisify(execFile)(binary, args, { maxBuffer: 1 << 26, timeout: 120_000 });
    columns.set(key, JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  }
  await writeFile(file('../../../docs/drivers.md'), page(columns));
});
