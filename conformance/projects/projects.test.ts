/** The projects that need nothing but the workspace. `npm run projects` runs all of them. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PROJECTS } from './projects.js';
import { packTarballs, runProject } from './run-project.js';

const folder = await mkdtemp(join(tmpdir(), 'throughline-tarballs-'));
after(() => rm(folder, { recursive: true, force: true }));
const tarballs = await packTarballs(folder);

const quick = PROJECTS.filter(({ isQuick }) => isQuick);
assert.notEqual(quick.length, 0);
for (const project of quick) {
  test(`a project works: ${project.title}`, async () => {
    await runProject(project, tarballs);
  });
}
