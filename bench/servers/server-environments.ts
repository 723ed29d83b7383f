/**
 * Server runtimes. Each sample is a separate process, because async hooks cannot be undone once they have been enabled.
 */
import { fileURLToPath } from 'node:url';
import { type Runtime, selectRuntimes } from '../measure/runtimes.js';
import { runSampleProcess } from '../measure/sample-process.js';
import type { Environment, SampleOutcome } from '../suite/environment.js';

const SAMPLE_PROGRAM = fileURLToPath(new URL('./server-sample.js', import.meta.url));

export function serverEnvironments(named: readonly Runtime[], includesInstalled: boolean): Environment[] {
  return selectRuntimes(named, includesInstalled).map(serverEnvironment);
}

function serverEnvironment({ name, command }: Runtime): Environment {
  const runSample = (...args: readonly string[]) =>
    // server-sample.ts prints an outcome.
    runSampleProcess([name, ...args].join(' '), [...command, SAMPLE_PROGRAM, ...args]) as Promise<SampleOutcome>;
  return {
    name,
    startUpMs: 250,
    async open() {
      return {
        check: (subject) => runSample(subject),
        sample: ({ subject, workload, storageCount, budget }) =>
          runSample(subject, workload, String(storageCount), budget),
        async close() {},
      };
    },
  };
}
