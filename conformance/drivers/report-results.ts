/** Prints the results of all drivers in this process; its argument is the servers. */

import type { Servers } from './database-servers.js';
import { drivers, runDriver } from './run-driver.js';

// Written by the process that starts this one.
const servers = JSON.parse(process.argv[2] ?? '') as Servers;
const results = [];
for (const driver of drivers) results.push(await runDriver(driver, servers));
// A connection that its server is slow to end would keep the process.
process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit());
