/** What Throughline patches in Bun and Deno changes nothing for the storages of the runtime, nor how the APIs look. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runForJson } from './run-for-json.js';
import { runtimes } from './runtimes.js';

const TIMEOUT_MS = 60_000;
const program = fileURLToPath(new URL('native-program.js', import.meta.url));

for (const { title, package: name, flags } of [runtimes.bun, runtimes.deno]) {
  const binary = fileURLToPath(new URL(`../../../.runtimes/${name}/node_modules/.bin/${name}`, import.meta.url));
  const skip = !existsSync(binary) && `${title} is not installed: npm run test:all installs it`;

  test(`the patches for ${title} change no value of the storages of ${title}`, { skip }, async () => {
    const run = (...args: string[]) => runForJson(binary, [...flags, program, ...args], TIMEOUT_MS);
    const unpatched = (await run()) as Record<string, unknown>;
    assert.equal(Object.keys(unpatched).length, 13);
    assert.deepEqual(await run('patched'), unpatched);
  });
}
