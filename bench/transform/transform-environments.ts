/** The Node that runs this, with a process for each sample. */
import { fileURLToPath } from 'node:url';
import { runSample } from '../measure/sample-process.js';
import type { Place, SampleAnswer } from '../suite/environment.js';

const SAMPLE = fileURLToPath(new URL('./transform-sample.js', import.meta.url));

export function transformPlaces(): Place[] {
  const name = `transform-node${process.versions.node.split('.')[0]}`;
  const answer = (...args: readonly string[]) =>
    // What sample.ts prints.
    runSample([name, ...args].join(' '), [process.execPath, SAMPLE, ...args]) as Promise<SampleAnswer>;
  return [
    {
      name,
      startUpMs: 1500,
      async open() {
        return {
          check: (subject) => answer(subject),
          sample: ({ subject, workload, pace }) => answer(subject, workload, pace),
          async close() {},
        };
      },
    },
  ];
}
