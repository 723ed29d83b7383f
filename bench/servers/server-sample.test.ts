/**
 * The tests take samples in separate processes, as the benchmarks do, so that no subject works only because of what
 * another one left behind.
 */
import { deepEqual, equal, match } from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { separatelySampledWorkloads } from '../suite/suite.js';
import { LostValueError } from '../workloads/flow-values.js';
import { assertTracking } from '../workloads/subject-check.js';
import { serverSuite } from './server-suite.js';
import { subject as untracked } from './subjects/no-tracking-on-server.js';

const SAMPLE_PROGRAM = fileURLToPath(new URL('./server-sample.js', import.meta.url));

function runSample(...args: readonly string[]) {
  return spawnSync(process.execPath, [SAMPLE_PROGRAM, ...args], { encoding: 'utf8' });
}

describe('subjects on servers', () => {
  for (const subject of Object.keys(serverSuite.subjects)) {
    it(`${subject} keeps the value of each flow across an await and a timer if it claims to track values`, () => {
      const { status, stdout, stderr } = runSample(subject);
      equal(status, 0, stderr);
      deepEqual(JSON.parse(stdout), { figures: {}, version: process.versions.node });
    });
  }

  it('the check fails for a subject that claims to track values but does not', async () => {
    const error = await assertTracking({ ...untracked, isTracking: true }).catch((reason: unknown) => reason);
    equal(error instanceof LostValueError, true);
  });
});

describe('samples on servers', () => {
  for (const workload of separatelySampledWorkloads(serverSuite)) {
    it(`a sample of ${workload} yields a figure`, () => {
      const { status, stdout, stderr } = runSample('throughline', workload, '10', 'short');
      equal(status, 0, stderr);
      equal(Number.isFinite(JSON.parse(stdout).figures[workload]), true, stdout);
    });
  }

  it('a sample of a method that the runtime lacks has no figure, and says what is missing', () => {
    const { status, stdout, stderr } = runSample('native', 'withScope', '1', 'short');
    equal(status, 0, stderr);
    const { figures, missing } = JSON.parse(stdout);
    if ('withScope' in AsyncLocalStorage.prototype) equal(Number.isFinite(figures.withScope), true, stdout);
    else equal(missing, 'Has no withScope() on this runtime');
  });

  it('a sample of an unknown workload fails and lists the known ones', () => {
    const { status, stderr } = runSample('throughline', 'walk', '1', 'short');
    equal(status, 1);
    match(stderr, /Unknown name "walk"\. Expected one of: run, /);
  });
});
