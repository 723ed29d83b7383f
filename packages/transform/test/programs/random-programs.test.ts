import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const COUNT = 400;

test(`${COUNT} random programs have the same trace transformed as untransformed`, (context) => {
  const seed = Math.floor(Math.random() * 1e6);
  context.diagnostic(`seed ${seed}`);
  const program = fileURLToPath(new URL('./compare-programs.js', import.meta.url));
  const args = ['--no-warnings', '--conditions=throughline-portable', program, String(seed), String(COUNT)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 0, `seed ${seed}: ${stdout}${stderr}`);
  const { programs, steps } = JSON.parse(stdout.trim());
  assert.equal(programs, COUNT);
  assert.ok(steps > COUNT * 10, `${steps} steps`);
});
