/**
 * The host for every runtime that is a process: `<runtime> process-host.js <implementation>` runs all cases and prints
 * their results as one line of JSON.
 */
import { chapters } from '../../cases/index.js';
import { loadImplementation } from '../../implementations.js';
import { runCases } from '../run-cases.js';

// In Bun, the garbage collector has another name.
const { Bun } = globalThis as { Bun?: { gc(synchronous: boolean): void } };
if (Bun !== undefined) Object.assign(globalThis, { gc: () => Bun.gc(true) });

const implementation = await loadImplementation(process.argv[2] ?? 'throughline');
const results = await runCases(implementation, chapters);
process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit(0));
