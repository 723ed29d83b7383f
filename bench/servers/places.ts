/** The runtimes that are measured. Each sample is a process, because async hooks cannot be undone. */
import { fileURLToPath } from 'node:url';
import type { Place, SampleAnswer } from '../place.js';
import { runSample } from '../sample-process.js';
import { installedRuntimes, ownRuntime, type Runtime } from './runtimes.js';

const SAMPLE = fileURLToPath(new URL('./sample.js', import.meta.url));
const INSTALLED = fileURLToPath(new URL('../../../.runtimes', import.meta.url));

export function serverPlaces(named: readonly Runtime[], withInstalled: boolean): Place[] {
  const wanted = named.length > 0 ? named : [ownRuntime()];
  const installed = withInstalled ? installedRuntimes(INSTALLED) : [];
  return [...wanted, ...installed.filter(({ name }) => !wanted.some((runtime) => runtime.name === name))].map(place);
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
