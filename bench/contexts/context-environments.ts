/** The Nodes on which context managers are measured. Each sample is a separate process, because zone.js patches Node. */
import { fileURLToPath } from 'node:url';
import { type Runtime, selectRuntimes } from '../measure/runtimes.js';
import { runSampleProcess } from '../measure/sample-process.js';
import type { Environment, SampleOutcome } from '../suite/environment.js';

const SAMPLE_PROGRAM = fileURLToPath(new URL('./context-sample.js', import.meta.url));

export function contextEnvironments(named: readonly Runtime[], includesInstalled: boolean): Environment[] {
  return selectRuntimes(named, includesInstalled)
    .filter(({ name }) => name.startsWith('node'))
    .map(contextEnvironment);
}

function contextEnvironment({ name, command }: Runtime): Environment {
  const runSample = (...args: readonly string[]) =>
    // context-sample.ts prints an outcome.
    runSampleProcess([name, ...args].join(' '), [...command, SAMPLE_PROGRAM, ...args]) as Promise<SampleOutcome>;
  return {
    name: `contexts-${name}`,
    startUpMs: 300,
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
