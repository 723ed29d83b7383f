/** The Nodes on which propagation is measured. Each sample is a separate process: a process has one propagator. */
import { fileURLToPath } from 'node:url';
import { type Runtime, selectRuntimes } from '../measure/runtimes.js';
import { runSampleProcess } from '../measure/sample-process.js';
import type { Environment, SampleOutcome } from '../suite/environment.js';

const SAMPLE_PROGRAM = fileURLToPath(new URL('./propagation-sample.js', import.meta.url));

export function propagationEnvironments(named: readonly Runtime[], includesInstalled: boolean): Environment[] {
  return selectRuntimes(named, includesInstalled)
    .filter(({ name }) => name.startsWith('node'))
    .map(propagationEnvironment);
}

function propagationEnvironment({ name, command }: Runtime): Environment {
  const runSample = (...args: readonly string[]) =>
    // propagation-sample.ts prints an outcome.
    runSampleProcess([name, ...args].join(' '), [...command, SAMPLE_PROGRAM, ...args]) as Promise<SampleOutcome>;
  return {
    name: `propagation-${name}`,
    startUpMs: 300,
    async open() {
      return {
        check: (subject) => runSample(subject),
        sample: ({ subject, workload, budget }) => runSample(subject, workload, budget),
        async close() {},
      };
    },
  };
}
