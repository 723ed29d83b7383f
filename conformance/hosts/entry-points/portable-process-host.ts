/** The host for the portable engine in Node. It prints the results of all cases as one line of JSON. */
import type { Implementation } from '../../case.js';
import { portableChapters } from '../portable-chapters.js';
import { runCases } from '../run-cases.js';

export async function runHost(implementation: Implementation): Promise<void> {
  const results = await runCases(implementation, portableChapters);
  process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit(0));
}
