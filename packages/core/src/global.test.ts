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

test('throughline/global defines AsyncContext where it is missing', () => {
  const seen = run(`
    await import('throughline/global');
    const { AsyncContext: ours } = await import('throughline');
    const { value, ...attributes } = Object.getOwnPropertyDescriptor(globalThis, 'AsyncContext');
    console.log(JSON.stringify([value === ours, attributes, String(new AsyncContext.Variable())]));`);
  assert.deepEqual(seen, [
    true,
    { writable: true, enumerable: false, configurable: true },
    '[object AsyncContext.Variable]',
  ]);
});

test('throughline/global leaves a real AsyncContext alone', () => {
  const seen = run(`
    globalThis.AsyncContext = { real: true };
    await import('throughline/global');
    console.log(JSON.stringify(AsyncContext));`);
  assert.deepEqual(seen, { real: true });
});
