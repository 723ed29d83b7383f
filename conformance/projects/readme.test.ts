/** What the README must be for a new user: short, and with a first program that shows what it prints. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readmeProject } from './readme-project.js';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

test('README.md has at most 10,000 bytes', () => {
  const bytes = Buffer.byteLength(readme);
  assert.ok(bytes <= 10_000, `README.md has ${bytes} bytes. Move what is not needed to decide or to begin to docs/.`);
});

test('the first program of the README has a file name, a command and an output', () => {
  const { files, commands, output } = readmeProject(readme);
  assert.deepEqual(commands, [['node', ...Object.keys(files)]]);
  assert.notEqual(output?.trim(), '');
});

test('a README without the command, the program or its output is rejected', () => {
  for (const part of ['npm install throughline', '```js\n// ', '` prints:\n', 'node orders.mjs']) {
    assert.ok(readme.includes(part), part);
    assert.throws(() => readmeProject(readme.replaceAll(part, '')), /README\.md must show/, part);
  }
});
