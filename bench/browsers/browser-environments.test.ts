/** Takes short samples in a real page and in a real process, in the way that the benchmarks take long ones. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Environment, MissingEnvironment, type Sampler } from '../suite/environment.js';
import { separatelySampledWorkloads } from '../suite/suite.js';
import { browserEnvironments } from './browser-environments.js';
import { browserSuite } from './browser-suite.js';

const subjects = Object.keys(browserSuite.subjects);
const testRuntime = { name: 'node26', command: [process.execPath] } as const;

function environmentNamed(name: string): Environment {
  const found = browserEnvironments([testRuntime]).find((environment) => environment.name === name);
  if (found === undefined) throw new Error(`There is no environment named ${name}.`);
  return found;
}

describe('samples of the portable engine in a process', () => {
  let sampler: Sampler;
  before(async () => {
    sampler = await environmentNamed('portable-node26').open();
  });
  after(() => sampler.close());

  for (const subject of subjects) {
    it(`${subject} works`, async () => {
      deepEqual(await sampler.check(subject), { figures: {}, version: process.versions.node });
    });
  }

  for (const workload of separatelySampledWorkloads(browserSuite)) {
    it(`a sample of ${workload} yields a figure`, async () => {
      const outcome = await sampler.sample({ subject: 'transform', workload, storageCount: 1, budget: 'short' });
      equal('figures' in outcome && Number.isFinite(outcome.figures[workload]), true, JSON.stringify(outcome));
    });
  }

  it('a sample of an unknown workload fails and lists the known ones', async () => {
    const sample = sampler.sample({ subject: 'none', workload: 'walk', storageCount: 1, budget: 'short' });
    match(String(await sample.catch((error: unknown) => error)), /Unknown name "walk"\. Expected one of: await, /);
  });
});

describe('samples in a page in Chromium', async () => {
  const sampler = await environmentNamed('chromium')
    .open()
    .catch((error: unknown) => {
      if (error instanceof MissingEnvironment) return error;
      throw error;
    });
  if (sampler instanceof MissingEnvironment) {
    it('all subjects work', { skip: sampler.message }, () => {});
    return;
  }
  after(() => sampler.close());

  for (const subject of subjects) {
    it(`${subject} works`, async () => {
      const outcome = await sampler.check(subject);
      deepEqual('figures' in outcome && outcome.figures, {});
    });
  }

  it('a sample yields a figure', async () => {
    const task = { subject: 'interception', workload: 'pending', storageCount: 1, budget: 'short' } as const;
    const outcome = await sampler.sample(task);
    equal('figures' in outcome && Number.isFinite(outcome.figures.pending), true, JSON.stringify(outcome));
  });

  it('an error in the page rejects the sample with its message', async () => {
    const sample = sampler.sample({ subject: 'none', workload: 'walk', storageCount: 1, budget: 'short' });
    match(String(await sample.catch((error: unknown) => error)), /Unknown name "walk"\. Expected one of: await, /);
  });
});
