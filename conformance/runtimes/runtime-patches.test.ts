/**
 * What Throughline patches in Bun and Deno changes nothing for the storages of the runtime, nor how the APIs look, and
 * applies to modules that are loaded later.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findRuntime } from './find-runtime.js';
import { runForJson } from './run-for-json.js';
import { type Runtime, runtimes } from './runtimes.js';

const TIMEOUT_MS = 60_000;
const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const prepare = (runtime: Runtime) => {
  const { title, flags } = runtime;
  const { binary, skip } = findRuntime(runtime);
  const run = (file: string, ...args: string[]) => runForJson(binary, [...flags, pathOf(file), ...args], TIMEOUT_MS);
  return { title, skip, run };
};

for (const runtime of [runtimes.bun, runtimes.deno]) {
  const { title, skip, run } = prepare(runtime);

  test(`the patches for ${title} change no value of the storages of ${title}`, { skip }, async () => {
    const unpatched = (await run('native-program.js')) as Record<string, unknown>;
    assert.equal(Object.keys(unpatched).length, 14);
    assert.deepEqual(await run('native-program.js', 'patched'), unpatched);
  });

  test(`modules that ${title} loads after the first storage was created are patched`, { skip }, async () => {
    const expected = ['data socket', 'close socket', 'message channel'];
    assert.deepEqual(await run('late-modules-program.js'), expected);
  });

  test(`a signal that times out later does not keep ${title} running`, { skip }, async () => {
    assert.deepEqual(await run('timeout-signal-program.js'), [false, 'flow']);
  });

  test(`listeners that the patches for ${title} could take for others run in their own frames`, { skip }, async () => {
    assert.deepEqual(await run('listener-frames-program.js'), ['channel', 'worker', 'emitter']);
  });
}

const { title, skip, run } = prepare(runtimes.deno);
test(`the handlers of ${title}.serve() run in the frame of the call, and what one enters does not last`, {
  skip,
}, async () => {
  assert.deepEqual(await run('deno-serve-program.js'), ['serve /a', 'serve /b', 'serve /a', 'serve /b']);
});
