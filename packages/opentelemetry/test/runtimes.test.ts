/** The cases of context managers on each Node, on Bun and on Deno, if `npm run test:all` has installed them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('cases-program.js', import.meta.url));

/** The arguments of each runtime before the program. */
const runtimes: Readonly<Record<string, readonly string[]>> = {
  node20: [],
  node22: [],
  node24: [],
  node26: [],
  bun: ['run'],
  deno: ['run', '--allow-all'],
};

for (const [name, args] of Object.entries(runtimes)) {
  test(`the manager on ${name}`, async (context) => {
    const command = name.replace(/\d+$/, '');
    const path = fileURLToPath(new URL(`../../../../.runtimes/${name}/node_modules/.bin/${command}`, import.meta.url));
    if (!existsSync(path)) return context.skip(`${name} is not installed in .runtimes: run npm run test:all`);
    const { stdout } = await promisify(execFile)(path, [...args, program]);
    assert.match(stdout, /^\d+ cases, 0 of 12 spans have a wrong parent\n$/);
  });
}
