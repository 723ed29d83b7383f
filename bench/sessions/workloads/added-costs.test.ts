import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { isNotInstalled, startRedis } from '@throughline/testing/databases';
import { SAMPLE_BUDGETS } from '../../suite/sample-budget.js';
import { measureAddedCosts } from './added-costs.js';

const budget = { ...SAMPLE_BUDGETS.short, loadWarmUpMs: 100, loadMs: 240 };

test('each subject in memory has a cost, and sends no command', async () => {
  const costs = await measureAddedCosts('fastify', 'write', ['throughline', 'peer'], process.execPath, budget);
  equal(costs.version, process.versions.node);
  deepEqual([...costs.bySubject.keys()], ['throughline', 'peer']);
  for (const { cost, commands } of costs.bySubject.values()) {
    ok(Number.isFinite(cost));
    equal(commands, 0);
  }
});

test('in Redis, a request that writes sends at most two commands', async (t) => {
  const redis = await startRedis();
  if (isNotInstalled(redis)) {
    t.skip(redis.reason);
    return;
  }
  await using _server = redis;
  const subjects = ['throughline', 'peer'] as const;
  const costs = await measureAddedCosts('express', 'write', subjects, process.execPath, budget, redis.url);
  for (const subject of subjects) equal(costs.bySubject.get(subject)?.commands, 2);
});
