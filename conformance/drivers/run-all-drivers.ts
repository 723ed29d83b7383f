/**
 * Runs all drivers in this process and prints their results as one line of JSON. Its argument is the ports of the
 * servers, as JSON.
 */
import { drivers } from './clients/index.js';
import type { ServerPorts } from './database-servers.js';
import { runDriver } from './run-driver.js';

// `write-drivers-page.ts` starts this process and passes the ports.
const ports = JSON.parse(process.argv[2] ?? '') as ServerPorts;
const results = [];
for (const driver of drivers) results.push(await runDriver(driver, ports));
// Exit explicitly: a connection that its server is slow to close would keep the process running.
process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit());
