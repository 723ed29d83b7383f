/**
 * Subjects are tried in processes of their own, as they are measured: what one of them leaves behind must not help
 * another.
 */
import { deepEqual, equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WORKLOAD_NAMES } from '../workloads/index.js';
import { SUBJECTS } from './subject.js';

const SAMPLE = fileURLToPath(new URL('../sample.js', import.meta.url));

function sample(...args: readonly string[]) {
  return spawnSync(process.execPath, [SAMPLE, ...args], { encoding: 'utf8' });
}

describe('subjects', () => {
  for (const subject of SUBJECTS) {
    it(`${subject} keeps each flow's own value across an await and an immediate, if it says that it tracks`, () => {
      const { status, stdout, stderr } = sample(subject);
      equal(status, 0, stderr);
      deepEqual(JSON.parse(stdout), { figure: 0, version: process.versions.node });
    });
  }

  it('a subject that only says that it tracks is found out', async () => {
    const { checkFollows } = await import('../workloads/follow.js');
    const { LostValue } = await import('../workloads/workload.js');
    const { subject } = await import('./none.js');
    const error = await checkFollows({ ...subject, tracks: true }).catch((reason: unknown) => reason);
    equal(error instanceof LostValue, true);
  });
});

describe('samples', () => {
  for (const workload of WORKLOAD_NAMES) {
    it(`of ${workload} give a figure`, () => {
      const { status, stdout, stderr } = sample('throughline', workload, '10', 'quick');
      equal(status, 0, stderr);
      equal(Number.isFinite(JSON.parse(stdout).figure), true, stdout);
    });
  }

  it('refuse what they do not know', () => {
    const { status, stderr } = sample('throughline', 'walk', '1', 'quick');
    equal(status, 1);
    match(stderr, /walk is none of run, /);
  });
});
