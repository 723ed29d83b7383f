import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

function run(code: string): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: new URL('..', import.meta.url),
  });
  assert.equal(stderr.toString(), '');
  return JSON.parse(stdout.toString());
}

test('throughline/global defines AsyncContext if it is missing', () => {
  const output = run(`
    await import('throughline/global');
    const { AsyncContext: exported } = await import('throughline');
    const { value, ...attributes } = Object.getOwnPropertyDescriptor(globalThis, 'AsyncContext');
    console.log(JSON.stringify([value === exported, attributes, String(new AsyncContext.Variable())]));`);
  assert.deepEqual(output, [
    true,
    { writable: true, enumerable: false, configurable: true },
    '[object AsyncContext.Variable]',
  ]);
});

test('throughline/global keeps a native AsyncContext', () => {
  const output = run(`
    globalThis.AsyncContext = { native: true };
    await import('throughline/global');
    console.log(JSON.stringify(AsyncContext));`);
  assert.deepEqual(output, { native: true });
});
