/** The first program of the README, run as is. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';

// The compiled file is in examples/server/dist.
const project = new URL('../../../', import.meta.url);

it('the first program of the README prints what its comment promises', () => {
  const readme = readFileSync(new URL('README.md', project), 'utf8');
  const [, program = ''] = readme.match(/```js\n(.+?)```/s) ?? [];
  const [, promised = ''] = program.match(/console\.log\(.+\/\/ (.+)/) ?? [];
  assert.notEqual(promised, '');
  const args = ['--input-type=module', '--eval', program];
  const output = execFileSync(process.execPath, args, { cwd: fileURLToPath(project), encoding: 'utf8' });
  assert.deepEqual(output.trim().split('\n'), promised.split(', '));
});
