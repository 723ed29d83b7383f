/**
 * The program that takes one sample in its own process: `build-sample.js <bundler> <subject> <workload>` runs a build,
 * and prints the outcome as one line of JSON.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireEntry } from '../measure/require-entry.js';
import type { SampleOutcome } from '../suite/environment.js';
import { BUNDLERS } from './bundlers/bundlers.js';

const [bundler, subject, workload = ''] = process.argv.slice(2);
const { version, load } = requireEntry(BUNDLERS, bundler);
const outputFolder = await mkdtemp(join(tmpdir(), 'throughline-build-'));
try {
  const build = await load();
  await build({ outputFolder, hasPlugin: subject === 'throughline', hasSourceMaps: workload === 'mapped-build' });
} finally {
  await rm(outputFolder, { recursive: true, force: true });
}
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const outcome: SampleOutcome = {
  figures: {
    // Microseconds and kilobytes.
    [workload]: (userCPUTime + systemCPUTime) * 1000,
    [`${workload}-memory`]: maxRSS * 1024,
  },
  version,
};
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0));
