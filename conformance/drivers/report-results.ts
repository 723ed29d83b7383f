/**
 * Runs all drivers in this process and prints their results as one line of JSON. Its argument is the servers, as JSON.
 */
import { drivers } from './clients/index.js';
import type { Servers } from './database-servers.js';
import { runDriver } from './run-driver.js';

// `write-drivers-page.ts` starts this process and passes the servers.
const servers = JSON.parse(process.argv[2] ?? '') as Servers;
const results = [];
for (const driver of drivers) results.push(await runDriver(driver, servers));
// Exit explicitly: a connection that its server is slow to close would keep the process running.
process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit());
