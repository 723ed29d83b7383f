/** The Nodes on which sessions are measured, once with the memory of the server and once with Redis as their store. */
import { isNotInstalled, startRedis } from '@throughline/testing/databases';
import { requireEntry } from '../measure/require-entry.js';
import { type Runtime, selectRuntimes } from '../measure/runtimes.js';
import { type Environment, MissingEnvironment, type SampleOutcome, type SampleTask } from '../suite/environment.js';
import { SAMPLE_BUDGETS } from '../suite/sample-budget.js';
import type { SessionSubject } from './servers/session-server-contract.js';
import { COMMANDS_SUFFIX, SESSION_WORKLOADS, type SessionWorkload, workloadsOfStore } from './session-suite.js';
import { measureAddedCosts } from './workloads/added-costs.js';

export function sessionEnvironments(named: readonly Runtime[], includesInstalled: boolean): Environment[] {
  const nodes = selectRuntimes(named, includesInstalled).filter(({ name }) => name.startsWith('node'));
  return (['memory', 'redis'] as const).flatMap((store) => nodes.map((runtime) => sessionEnvironment(runtime, store)));
}

function sessionEnvironment({ name, command: [binary] }: Runtime, store: SessionWorkload['store']): Environment {
  return {
    name: `sessions-${store}-${name}`,
    startUpMs: 600,
    workloads: workloadsOfStore(store),
    async open() {
      const redis = store === 'redis' ? await startRedis() : undefined;
      if (redis !== undefined && isNotInstalled(redis)) throw new MissingEnvironment(redis.reason);
      return {
        // Every response of a sample is checked, so a separate check would add nothing.
        check: async () => ({ figures: {}, version: '' }),
        sample: async (task) => (await takeSamples([task], binary, redis?.url))[0] as SampleOutcome,
        sampleTogether: (tasks) => takeSamples(tasks, binary, redis?.url),
        async close() {
          await redis?.[Symbol.asyncDispose]();
        },
      };
    },
  };
}

/** @param tasks tasks that differ only in their subject, at least one */
async function takeSamples(
  tasks: readonly SampleTask[],
  binary: string,
  redisUrl: string | undefined,
): Promise<SampleOutcome[]> {
  const [{ workload, budget }] = tasks as [SampleTask];
  const { framework, access } = requireEntry(SESSION_WORKLOADS, workload);
  // The subjects of the suite are these.
  const subjects = tasks.map(({ subject }) => subject as SessionSubject);
  const costs = await measureAddedCosts(framework, access, subjects, binary, SAMPLE_BUDGETS[budget], redisUrl);
  return subjects.map((subject) => {
    const { cost = Number.NaN, commands = Number.NaN } = costs.bySubject.get(subject) ?? {};
    const figures = {
      [workload]: cost,
      ...(redisUrl !== undefined && { [`${workload}-${COMMANDS_SUFFIX}`]: commands }),
    };
    return { figures, version: costs.version };
  });
}
