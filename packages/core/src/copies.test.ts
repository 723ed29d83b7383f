import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type * as Throughline from './index.js';

const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
after(() => rm(folder, { recursive: true, force: true }));

/** A copy of the package, as it would stand in another node_modules. */
async function copy(name: string): Promise<typeof Throughline> {
  const home = join(folder, name);
  await cp(new URL('../package.json', import.meta.url), join(home, 'package.json'));
  await cp(new URL('.', import.meta.url), join(home, 'dist'), { recursive: true });
  return import(pathToFileURL(join(home, 'dist/index.js')).href);
}

test('two copies of the package keep to themselves, and both work', async () => {
  const [one, two] = await Promise.all([copy('one'), copy('two')]);
  assert.notEqual(one.AsyncLocalStorage, two.AsyncLocalStorage);
  const first = new one.AsyncLocalStorage<string>();
  const second = new two.AsyncLocalStorage<string>();
  const both = () => [first.getStore(), second.getStore()];
  await first.run('a', async () => {
    await null;
    assert.deepEqual(both(), ['a', undefined]);
    await second.run('b', async () => {
      await new Promise((done) => setTimeout(done, 1));
      assert.deepEqual(both(), ['a', 'b']);
      one.AsyncLocalStorage.snapshot()(() => assert.deepEqual(both(), ['a', 'b']));
      first.disable();
      assert.deepEqual(both(), [undefined, 'b']);
    });
    assert.deepEqual(both(), [undefined, undefined]);
  });
  assert.deepEqual(both(), [undefined, undefined]);
});
