/**
 * Server runtimes. Each sample is a separate process, because async hooks cannot be undone once they have been enabled.
 */
import { fileURLToPath } from 'node:url';
import { type Runtime, selectRuntimes } from '../measure/runtimes.js';
import { runSampleProcess } from '../measure/sample-process.js';
import type { Environment, SampleOutcome } from '../suite/environment.js';
import { registerFlags } from './register-flags.js';
import { NODE_WORKLOADS, serverSuite } from './server-suite.js';

const SAMPLE_PROGRAM = fileURLToPath(new URL('./server-sample.js', import.meta.url));

export function serverEnvironments(named: readonly Runtime[], includesInstalled: boolean): Environment[] {
  return selectRuntimes(named, includesInstalled).map(serverEnvironment);
}

/** What Throughline is in a workload, if it is not the class AsyncLocalStorage: a name in server-subjects.ts. */
const FORM_BY_WORKLOAD: Readonly<Record<string, string>> = {
  libraries: 'registered',
  'library-flow': 'registered',
  'variable-run': 'variables',
  'variable-get': 'variables',
};

function serverEnvironment({ name, command }: Runtime): Environment {
  const runSample = (subject: string, ...args: readonly string[]) => {
    const form = (subject === 'throughline' && FORM_BY_WORKLOAD[args[0] ?? '']) || subject;
    const program = [SAMPLE_PROGRAM, form, ...args];
    // server-sample.ts prints an outcome.
    return runSampleProcess([name, subject, ...args].join(' '), [
      ...command,
      ...(form === 'registered' ? registerFlags(name) : []),
      ...program,
    ]) as Promise<SampleOutcome>;
  };
  return {
    name,
    startUpMs: 250,
    ...(!name.startsWith('node') && {
      workloads: Object.keys(serverSuite.workloads).filter((key) => !NODE_WORKLOADS.includes(key)),
    }),
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
