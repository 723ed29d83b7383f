/** The versions of Node on which requests are measured. */
import { type Runtime, selectRuntimes } from '../measure/runtimes.js';
import type { Environment, Sampler } from '../suite/environment.js';
import { takeRequestSamples } from './request-sample.js';

export function requestEnvironments(named: readonly Runtime[], includesInstalled: boolean): Environment[] {
  return selectRuntimes(named, includesInstalled)
    .filter(({ name }) => name.startsWith('node'))
    .map(({ name, command: [binary] }) => ({
      name: `requests-${name}`,
      startUpMs: 600,
      async open() {
        return createSampler(binary);
      },
    }));
}

function createSampler(binary: string): Sampler {
  return {
    // Every response of a sample is checked, so a separate check would add nothing.
    check: async () => ({ figures: {}, version: '' }),
    sample: async (task) =>
      (await takeRequestSamples(binary, [task]))[0] ?? { lostValue: 'There is no outcome', version: '' },
    sampleTogether: (tasks) => takeRequestSamples(binary, tasks),
    async close() {},
  };
}
