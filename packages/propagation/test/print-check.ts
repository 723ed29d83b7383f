/** Runs the checks in a process, and prints the result. */
import { checkRuntime } from './check-runtime.js';
import { checkServers } from './check-servers.js';

console.log(await checkRuntime());
console.log(await checkServers());
