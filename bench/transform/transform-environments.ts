/** The Node that runs this program. Each sample is a separate process. */
import { fileURLToPath } from 'node:url';
import { runSampleProcess } from '../measure/sample-process.js';
import type { Environment, SampleOutcome } from '../suite/environment.js';

const SAMPLE_PROGRAM = fileURLToPath(new URL('./transform-sample.js', import.meta.url));

export function transformEnvironments(): Environment[] {
  const name = `transform-node${process.versions.node.split('.')[0]}`;
  const runSample = (...args: readonly string[]) =>
    // transform-sample.ts prints an outcome.
    runSampleProcess([name, ...args].join(' '), [process.execPath, SAMPLE_PROGRAM, ...args]) as Promise<SampleOutcome>;
  return [
    {
      name,
      startUpMs: 1500,
      async open() {
        return {
          check: (subject) => runSample(subject),
          sample: ({ subject, workload, budget }) => runSample(subject, workload, budget),
          async close() {},
        };
      },
    },
  ];
}
