/** Runs the checks in a process, and prints the result. */
import { checkRuntime } from './check-runtime.js';

console.log(await checkRuntime());
