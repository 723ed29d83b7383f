import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Project } from './project.js';
import { SharedInstalls } from './shared-installs.js';

const folder = await mkdtemp(join(tmpdir(), 'throughline-installs-'));
after(() => rm(folder, { recursive: true }));

const projectOf = (title: string, dependencies: Record<string, string>, node?: 'node24'): Project => ({
  title,
  group: 'Modules',
  dependencies,
  files: {},
  commands: [],
  ...(node !== undefined && { node }),
});

test('projects with the same dependencies on the same Node share one installation, and each has a copy', async () => {
  const projects = [
    projectOf('first', { a: '1' }),
    projectOf('second', { a: '1' }),
    projectOf('other version', { a: '2' }),
    projectOf('other Node', { a: '1' }, 'node24'),
    // The package.json of a starter decides which tarballs it installs.
    { ...projectOf('starter', { a: '1' }), starter: { folder: 'express' } },
  ];
  const installs = new SharedInstalls(projects, join(folder, 'shared'));
  const installedIn: string[] = [];
  const install = async (target: string) => {
    installedIn.push(target);
    await mkdir(join(target, 'node_modules/a'), { recursive: true });
    await writeFile(join(target, 'node_modules/a/index.js'), 'installed');
  };
  const targets = projects.map(({ title }) => join(folder, title));
  await Promise.all(
    projects.map(async (project, index) => {
      const target = targets[index] ?? '';
      await mkdir(target);
      await installs.provide(project, target, install);
    }),
  );
  assert.deepEqual(installedIn.sort(), [
    join(folder, 'other Node'),
    join(folder, 'other version'),
    join(folder, 'shared/0'),
    join(folder, 'starter'),
  ]);
  const fileOf = (target: string) => join(target, 'node_modules/a/index.js');
  await writeFile(fileOf(targets[0] ?? ''), 'changed');
  const contents = await Promise.all(targets.map((target) => readFile(fileOf(target), 'utf8')));
  assert.deepEqual(contents, ['changed', 'installed', 'installed', 'installed', 'installed']);
});
