/** The bundlers. Each sample is a separate process, which runs one build. */
import { fileURLToPath } from 'node:url';
import { runSampleProcess } from '../measure/sample-process.js';
import type { Environment, SampleOutcome } from '../suite/environment.js';
import { installBuiltPackages } from './built-packages.js';
import { BUNDLERS } from './bundlers/bundlers.js';

const SAMPLE_PROGRAM = fileURLToPath(new URL('./build-sample.js', import.meta.url));

export function buildEnvironments(): Environment[] {
  return Object.entries(BUNDLERS).map(([bundler, { version }]) => {
    const name = `build-${bundler}`;
    return {
      name,
      startUpMs: 1500,
      async open() {
        await installBuiltPackages();
        return {
          check: async () => ({ figures: {}, version }),
          sample: ({ subject, workload }) =>
            // build-sample.ts prints an outcome.
            runSampleProcess(`${name} ${subject} ${workload}`, [
              process.execPath,
              SAMPLE_PROGRAM,
              bundler,
              subject,
              workload,
            ]) as Promise<SampleOutcome>,
          async close() {},
        };
      },
    };
  });
}
