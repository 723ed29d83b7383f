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
