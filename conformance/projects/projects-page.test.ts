import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PROJECT_GROUPS, type Project } from './project.js';
import { PROJECTS } from './projects.js';
import { formatProjectsPage, readProjectTitles } from './projects-page.js';

const page = readFileSync(new URL('../../../docs/projects.md', import.meta.url), 'utf8');

test('docs/projects.md has a row for each project, in the table of its group', () => {
  const expected = PROJECT_GROUPS.flatMap((group) =>
    PROJECTS.filter((project) => project.group === group).map(({ title }) => title),
  );
  assert.deepEqual(readProjectTitles(page), expected, 'Run npm run projects -- --write.');
});

test('the row of a project with a page names Chromium', () => {
  const project: Project = {
    title: 'A page',
    group: 'Bundlers and applications',
    files: {},
    commands: [['webpack']],
    page: 'dist/index.html',
    output: '1',
  };
  assert.match(formatProjectsPage([{ project, versions: {} }], '26.10.0'), /\n\| A page \| `webpack`, Chromium \|/);
});

test('a row has the commands that do something, and the versions of packages that are not types', () => {
  const project: Project = {
    title: 'A project',
    group: 'Test runners',
    files: {},
    commands: [['jest'], ['node', 'main.js'], ['node', '--print', '1']],
    output: '1',
  };
  const text = formatProjectsPage([{ project, versions: { jest: '30.4.2', '@types/jest': '30.0.0' } }], '26.10.0');
  assert.match(text, /\n## Test runners\n\n.*\n.*\n\| A project \| `jest`, `node` \| jest 30\.4\.2 \|\n/);
  assert.match(text, /on Node 26\.10\.0\.\n/);
  assert.deepEqual(readProjectTitles(text), ['A project']);
});

test('the row of a starter names its scripts, its runtime, and Chromium if it has a page', () => {
  const project: Project = {
    title: 'A starter',
    group: 'Starters',
    files: {},
    starter: { folder: 'bun', runner: 'bun', servers: [{ script: 'start', hasPage: true }] },
    commands: [['bun', 'run', 'check']],
  };
  const text = formatProjectsPage([{ project, versions: { typescript: '7.0.2' } }], '26.10.0');
  assert.match(
    text,
    /\n\| A starter \| `bun run check`, `bun run start`, Chromium \| bun \d+\.\d+\.\d+, typescript 7\.0\.2 \|/,
  );
});
