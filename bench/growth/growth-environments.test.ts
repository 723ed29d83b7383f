/** Takes short samples in separate processes, in the way that the benchmarks take long ones. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Environment, MissingEnvironment } from '../suite/environment.js';
import { workloadsSampledWith } from '../suite/suite.js';
import { growthEnvironments } from './growth-environments.js';
import { growthSuite } from './growth-suite.js';

const [inProcess, withRedis] = growthEnvironments([{ name: 'node26', command: [process.execPath] }], false) as [
  Environment,
  Environment,
];

describe('samples of growth', () => {
  it('each workload of a process yields its figures, for few and for many', async () => {
    const sampler = await inProcess.open();
    for (const [workload, storageCount] of [
      ['storages', 1],
      ['storages', 3000],
      ['flows', 1],
      ['flows', 3000],
      ['libraries', 1],
    ] as const) {
      const outcome = await sampler.sample({ subject: 'throughline', workload, storageCount, budget: 'short' });
      equal('figures' in outcome, true, JSON.stringify(outcome));
      if (!('figures' in outcome)) return;
      deepEqual(Object.keys(outcome.figures).sort(), [...workloadsSampledWith(growthSuite, workload)].sort());
      for (const figure of Object.values(outcome.figures))
        equal(Number.isFinite(figure), true, JSON.stringify(outcome));
    }
    await sampler.close();
  });

  it('requests read their own sessions, of both kinds, while Redis holds more of them', async (context) => {
    const sampler = await withRedis.open().catch((error: unknown) => {
      if (error instanceof MissingEnvironment) return error;
      throw error;
    });
    if (sampler instanceof MissingEnvironment) return context.skip(sampler.message);
    try {
      for (const subject of ['throughline', 'connect-redis']) {
        const outcome = await sampler.sample({ subject, workload: 'sessions', storageCount: 1200, budget: 'short' });
        equal('figures' in outcome && Number(outcome.figures.sessions) > 0, true, JSON.stringify(outcome));
      }
    } finally {
      await sampler.close();
    }
  });

  it('a machine without Redis is told so, and can measure everything else', async () => {
    const { PATH } = process.env;
    process.env.PATH = '';
    try {
      const error = await withRedis.open().catch((reason: unknown) => reason);
      equal(error instanceof MissingEnvironment, true, String(error));
      match(String(error), /redis-server is not installed \(.*\), so sessions are not measured/);
      equal(inProcess.workloads?.includes('sessions'), false);
    } finally {
      process.env.PATH = PATH;
    }
  });
});
