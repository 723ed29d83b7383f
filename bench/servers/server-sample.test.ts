/**
 * Subjects are tried in processes of their own, as they are measured: what one of them leaves behind must not help
 * another.
 */
import { deepEqual, equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LostValue } from '../workloads/flow-values.js';
import { checkFollows } from '../workloads/subject-check.js';
import { servers } from './server-suite.js';
import { subject as untracked } from './subjects/no-tracking-on-server.js';

const SAMPLE = fileURLToPath(new URL('./server-sample.js', import.meta.url));

function sample(...args: readonly string[]) {
  return spawnSync(process.execPath, [SAMPLE, ...args], { encoding: 'utf8' });
}

describe('subjects', () => {
  for (const subject of Object.keys(servers.subjects)) {
    it(`${subject} keeps each flow's own value across an await and a timer, if it says that it tracks`, () => {
      const { status, stdout, stderr } = sample(subject);
      equal(status, 0, stderr);
      deepEqual(JSON.parse(stdout), { figures: {}, version: process.versions.node });
    });
  }

  it('a subject that only says that it tracks is found out', async () => {
    const error = await checkFollows({ ...untracked, tracks: true }).catch((reason: unknown) => reason);
    equal(error instanceof LostValue, true);
  });
});

describe('samples', () => {
  for (const workload of Object.keys(servers.workloads)) {
    it(`of ${workload} give a figure`, () => {
      const { status, stdout, stderr } = sample('throughline', workload, '10', 'quick');
      equal(status, 0, stderr);
      equal(Number.isFinite(JSON.parse(stdout).figures[workload]), true, stdout);
    });
  }

  it('refuse what they do not know', () => {
    const { status, stderr } = sample('throughline', 'walk', '1', 'quick');
    equal(status, 1);
    match(stderr, /walk is none of run, /);
  });
});
