/** Takes a short sample of one framework in a real page, in the way that the benchmarks take long ones. */
import { deepEqual, equal } from 'node:assert/strict';
import { it } from 'node:test';
import { type Environment, MissingEnvironment } from '../suite/environment.js';
import { workloadsSampledWith } from '../suite/suite.js';
import { pageEnvironments } from './page-environments.js';
import { pageSuite } from './page-suite.js';

it('an application that is built with the transform does every operation, in flows that keep their values', async (context) => {
  const [environment] = pageEnvironments() as [Environment];
  const sampler = await environment.open().catch((error: unknown) => {
    if (error instanceof MissingEnvironment) return error;
    throw error;
  });
  if (sampler instanceof MissingEnvironment) return context.skip(sampler.message);
  try {
    const task = { subject: 'transform', workload: 'vue', storageCount: 1, budget: 'short' } as const;
    const outcome = await sampler.sample(task);
    equal('figures' in outcome, true, JSON.stringify(outcome));
    if (!('figures' in outcome)) return;
    deepEqual(Object.keys(outcome.figures).sort(), [...workloadsSampledWith(pageSuite, 'vue')].sort());
    for (const figure of Object.values(outcome.figures)) equal(figure > 0, true, JSON.stringify(outcome));
  } finally {
    await sampler.close();
  }
});
