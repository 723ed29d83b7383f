/** The runtimes that are measured. Each sample is a process, because async hooks cannot be undone. */
import { fileURLToPath } from 'node:url';
import { type Runtime, wantedRuntimes } from '../measure/runtimes.js';
import { runSample } from '../measure/sample-process.js';
import type { Place, SampleAnswer } from '../suite/environment.js';

const SAMPLE = fileURLToPath(new URL('./server-sample.js', import.meta.url));

export function serverPlaces(named: readonly Runtime[], withInstalled: boolean): Place[] {
  return wantedRuntimes(named, withInstalled).map(place);
}

function place({ name, command }: Runtime): Place {
  const answer = (...args: readonly string[]) =>
    // What sample.ts prints.
    runSample([name, ...args].join(' '), [...command, SAMPLE, ...args]) as Promise<SampleAnswer>;
  return {
    name,
    startUpMs: 250,
    async open() {
      return {
        check: (subject) => answer(subject),
        sample: ({ subject, workload, k, pace }) => answer(subject, workload, String(k), pace),
        async close() {},
      };
    },
  };
}
