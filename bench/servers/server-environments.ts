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

/** The workloads in which Throughline is what `throughline/register` puts in place of the runtime's own class. */
const REGISTERED_WORKLOADS: readonly string[] = ['libraries'];

const pathOfRegister = (file: string) => fileURLToPath(new URL(`../../../packages/core/lib/${file}`, import.meta.url));

/** The arguments with which a runtime loads `throughline/register`, by the beginning of its name. */
const REGISTER_FLAGS: Readonly<Record<string, readonly string[]>> = {
  node: ['--import', pathOfRegister('node/register.cjs')],
  bun: ['--preload', pathOfRegister('bun/register.js')],
  deno: ['--preload', pathOfRegister('deno/register.js')],
};

function serverEnvironment({ name, command }: Runtime): Environment {
  const flags = REGISTER_FLAGS[name.replace(/\d+$/, '')] ?? [];
  const runSample = (subject: string, ...args: readonly string[]) => {
    const isRegistered = subject === 'throughline' && REGISTERED_WORKLOADS.includes(args[0] ?? '');
    const program = [SAMPLE_PROGRAM, isRegistered ? 'registered' : subject, ...args];
    // server-sample.ts prints an outcome.
    return runSampleProcess([name, subject, ...args].join(' '), [
      ...command,
      ...(isRegistered ? flags : []),
      ...program,
    ]) as Promise<SampleOutcome>;
  };
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
