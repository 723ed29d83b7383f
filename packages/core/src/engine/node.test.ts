import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

/** Returns the engine that a Node with these flags selects, or 'lost' if it does not carry a value across a timer. */
function engineWith(...flags: string[]): string {
  const code = `
    import * as nodeHooks from ${JSON.stringify(new URL('node-hooks.js', import.meta.url).href)};
    import * as contextFrame from ${JSON.stringify(new URL('context-frame.js', import.meta.url).href)};
    import * as native from ${JSON.stringify(new URL('native.js', import.meta.url).href)};
    import { getHolder } from ${JSON.stringify(new URL('node.js', import.meta.url).href)};
    import { AsyncLocalStorage } from ${JSON.stringify(new URL('../index.js', import.meta.url).href)};
    const storage = new AsyncLocalStorage();
    const value = await storage.run(1, () => new Promise((resolve) => setTimeout(() => resolve(storage.getStore()))));
    const engines = { native, 'context frame': contextFrame, 'async hooks': nodeHooks };
    const name = Object.keys(engines).find((key) => engines[key].getHolder === getHolder);
    console.log(value === 1 ? name : 'lost');`;
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '-e', code]);
  return stdout.toString().trim() || stderr.toString();
}

const supportsFlag = (flag: string) => process.allowedNodeEnvironmentFlags.has(flag);
const usesHooksByDefault = 'kResourceStore' in new AsyncLocalStorage();

test('selects the engine by which this Node follows its own storages', () => {
  assert.equal(engineWith(), usesHooksByDefault ? 'async hooks' : 'context frame');
});

test('selects async hooks with --no-async-context-frame', {
  skip:
    !supportsFlag('--no-async-context-frame') && !supportsFlag('--async-context-frame') && 'this Node has no such flag',
}, () => {
  assert.equal(engineWith('--no-async-context-frame'), 'async hooks');
});

test('selects the context frame with --experimental-async-context-frame', {
  skip: !supportsFlag('--experimental-async-context-frame') && 'this Node has no such flag',
}, () => {
  assert.equal(engineWith('--experimental-async-context-frame'), 'context frame');
});

const flagSets = [[], ...['--no-async-context-frame'].filter(supportsFlag).map((flag) => [flag])];
for (const flags of flagSets) {
  test(`importing the package enables no async hook and makes no promise slower: node ${flags.join(' ')}`, () => {
    const code = `
      import { executionAsyncId } from 'node:async_hooks';
      await import(${JSON.stringify(new URL('../index.js', import.meta.url).href)});
      // Promises get no ids unless a hook is enabled.
      console.log(await Promise.resolve().then(() => executionAsyncId()));`;
    const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '-e', code]);
    assert.equal(stdout.toString().trim(), '0', stderr.toString());
  });
}
