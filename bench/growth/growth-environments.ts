/**
 * The Nodes on which growth is measured. Each sample is a separate process. What needs Redis is an environment of its
 * own, because a machine without Redis can measure everything else.
 */
import { fileURLToPath } from 'node:url';
import { isNotInstalled, startRedis } from '@throughline/testing/databases';
import { type Runtime, selectRuntimes } from '../measure/runtimes.js';
import { runSampleProcess } from '../measure/sample-process.js';
import { registerFlags } from '../servers/register-flags.js';
import { type Environment, MissingEnvironment, type SampleOutcome, type Sampler } from '../suite/environment.js';

const SAMPLE_PROGRAM = fileURLToPath(new URL('./growth-sample.js', import.meta.url));

export function growthEnvironments(named: readonly Runtime[], includesInstalled: boolean): Environment[] {
  return selectRuntimes(named, includesInstalled)
    .filter(({ name }) => name.startsWith('node'))
    .flatMap((runtime) => [processEnvironment(runtime), redisEnvironment(runtime)]);
}

function processEnvironment(runtime: Runtime): Environment {
  return {
    name: `growth-${runtime.name}`,
    startUpMs: 300,
    workloads: ['storages', 'libraries', 'flows'],
    open: async () => samplerOf(runtime, [], async () => {}),
  };
}

function redisEnvironment(runtime: Runtime): Environment {
  return {
    name: `growth-redis-${runtime.name}`,
    startUpMs: 1500,
    workloads: ['sessions'],
    async open() {
      const redis = await startRedis();
      if (isNotInstalled(redis)) throw new MissingEnvironment(`${redis.reason}, so sessions are not measured`);
      return samplerOf(runtime, [redis.url], async () => redis[Symbol.asyncDispose]());
    },
  };
}

/** @param args the last arguments of the sample program */
function samplerOf({ name, command }: Runtime, args: readonly string[], close: () => Promise<void>): Sampler {
  const runSample = (subject: string, ...task: readonly string[]) => {
    // The storages of libraries are of the class that throughline/register puts in place of the runtime's own.
    const isRegistered = subject === 'throughline' && task[0] === 'libraries';
    const flags = ['--expose-gc', ...(isRegistered ? registerFlags(name) : [])];
    const program = [SAMPLE_PROGRAM, isRegistered ? 'registered' : subject, ...task, ...(task.length > 0 ? args : [])];
    // growth-sample.ts prints an outcome.
    return runSampleProcess([name, subject, ...task].join(' '), [
      ...command,
      ...flags,
      ...program,
    ]) as Promise<SampleOutcome>;
  };
  return {
    check: (subject) => runSample(subject),
    sample: ({ subject, workload, storageCount, budget }) => runSample(subject, workload, `${storageCount}`, budget),
    close,
  };
}
