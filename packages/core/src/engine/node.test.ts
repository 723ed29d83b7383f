import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

/** The engine that a Node with these flags takes, and whether it carries a value across a timer. */
function engineWith(...flags: string[]): string {
  const code = `
    import * as asyncHooks from ${JSON.stringify(new URL('node-hooks.js', import.meta.url).href)};
    import * as contextFrame from ${JSON.stringify(new URL('context-frame.js', import.meta.url).href)};
    import * as native from ${JSON.stringify(new URL('native.js', import.meta.url).href)};
    import { place } from ${JSON.stringify(new URL('node.js', import.meta.url).href)};
    import { AsyncLocalStorage } from ${JSON.stringify(new URL('../index.js', import.meta.url).href)};
    const storage = new AsyncLocalStorage();
    const kept = await storage.run(1, () => new Promise((done) => setTimeout(() => done(storage.getStore()))));
    const engines = { native, 'context frame': contextFrame, 'async hooks': asyncHooks };
    const name = Object.keys(engines).find((key) => engines[key].place === place);
    console.log(kept === 1 ? name : 'lost');`;
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '-e', code]);
  return stdout.toString().trim() || stderr.toString();
}

const takes = (flag: string) => process.allowedNodeEnvironmentFlags.has(flag);
const ownHasHooks = 'kResourceStore' in new AsyncLocalStorage();

test('the engine is the one that this Node follows its own storages with', () => {
  assert.equal(engineWith(), ownHasHooks ? 'async hooks' : 'context frame');
});

test('--no-async-context-frame makes it async hooks', {
  skip: !takes('--no-async-context-frame') && !takes('--async-context-frame') && 'this Node has no such flag',
}, () => {
  assert.equal(engineWith('--no-async-context-frame'), 'async hooks');
});

test('--experimental-async-context-frame makes it the context frame', {
  skip: !takes('--experimental-async-context-frame') && 'this Node has no such flag',
}, () => {
  assert.equal(engineWith('--experimental-async-context-frame'), 'context frame');
});

test('to import it leaves no async hook behind, and costs no promise anything', () => {
  const code = `
    import { executionAsyncId } from 'node:async_hooks';
    await import(${JSON.stringify(new URL('../index.js', import.meta.url).href)});
    // Without a hook, promises are not given ids.
    console.log(await Promise.resolve().then(() => executionAsyncId()));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code]);
  assert.equal(stdout.toString().trim(), '0', stderr.toString());
});
