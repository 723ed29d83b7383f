import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type * as Throughline from './index.js';

const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
after(() => rm(folder, { recursive: true, force: true }));

/** Copies the package, as a second node_modules folder would contain it. Returns the URL of its main module. */
async function copyPackage(name: string): Promise<string> {
  const target = join(folder, name);
  await cp(new URL('../package.json', import.meta.url), join(target, 'package.json'));
  await cp(new URL('.', import.meta.url), join(target, 'dist'), { recursive: true });
  return pathToFileURL(join(target, 'dist/index.js')).href;
}

const [one, two] = await Promise.all([copyPackage('one'), copyPackage('two')]);

/** Runs in this process and, as source text, in another one: it must use only its parameters. */
async function checkBothCopies(
  one: typeof Throughline,
  two: typeof Throughline,
  equal: (actual: unknown, expected: unknown) => void,
): Promise<void> {
  const first = new one.AsyncLocalStorage<string>();
  const second = new two.AsyncLocalStorage<string>();
  const values = () => [first.getStore(), second.getStore()];
  const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 1));
  await first.run('a', async () => {
    await nextTurn();
    equal(values(), ['a', undefined]);
    await second.run('b', async () => {
      await nextTurn();
      equal(values(), ['a', 'b']);
      one.AsyncLocalStorage.snapshot()(() => equal(values(), ['a', 'b']));
      first.run('c', () => second.enterWith('d'));
      equal(values(), ['a', 'd']);
    });
    equal(values(), ['a', undefined]);
    first.disable();
    equal(values(), [undefined, undefined]);
  });
  equal(values(), [undefined, undefined]);
}

test('two copies of the package work independently in one process', async () => {
  const copies: [typeof Throughline, typeof Throughline] = [await import(one), await import(two)];
  assert.notEqual(copies[0].AsyncLocalStorage, copies[1].AsyncLocalStorage);
  await checkBothCopies(...copies, assert.deepEqual);
});

test('two copies of the package with the portable engine share one current frame and one set of patches', () => {
  const program = `
    import assert from 'node:assert/strict';
    const [one, two] = [await import('${one}'), await import('${two}')];
    const [oneWeb, twoWeb] = await Promise.all(['${one}', '${two}'].map((url) =>
      import(url.replace('index.js', 'web/index.js'))));
    await (${checkBothCopies})(one, two, assert.deepEqual);
    const { then } = Promise.prototype;
    assert.equal(oneWeb.install(), twoWeb.install());
    new two.AsyncLocalStorage();
    assert.equal(Promise.prototype.then, then);
    twoWeb.install()();
    assert.notEqual(Promise.prototype.then, then);
    console.log('done');`;
  const args = ['--conditions=throughline-portable', '--input-type=module', '--eval', program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(stdout, 'done\n', stderr);
});
