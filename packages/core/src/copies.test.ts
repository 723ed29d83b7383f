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

/** A copy of the package, as it would stand in another node_modules. */
async function copy(name: string): Promise<string> {
  const home = join(folder, name);
  await cp(new URL('../package.json', import.meta.url), join(home, 'package.json'));
  await cp(new URL('.', import.meta.url), join(home, 'dist'), { recursive: true });
  return pathToFileURL(join(home, 'dist/index.js')).href;
}

const [one, two] = await Promise.all([copy('one'), copy('two')]);

/** Runs here, and as text in another process: it needs nothing but its parameters. */
async function tryBoth(
  one: typeof Throughline,
  two: typeof Throughline,
  equal: (actual: unknown, expected: unknown) => void,
): Promise<void> {
  const first = new one.AsyncLocalStorage<string>();
  const second = new two.AsyncLocalStorage<string>();
  const both = () => [first.getStore(), second.getStore()];
  const turn = () => new Promise((done) => setTimeout(done, 1));
  await first.run('a', async () => {
    await turn();
    equal(both(), ['a', undefined]);
    await second.run('b', async () => {
      await turn();
      equal(both(), ['a', 'b']);
      one.AsyncLocalStorage.snapshot()(() => equal(both(), ['a', 'b']));
      first.run('c', () => second.enterWith('d'));
      equal(both(), ['a', 'd']);
    });
    equal(both(), ['a', undefined]);
    first.disable();
    equal(both(), [undefined, undefined]);
  });
  equal(both(), [undefined, undefined]);
}

test('two copies of the package keep to themselves, and both work', async () => {
  const copies: [typeof Throughline, typeof Throughline] = [await import(one), await import(two)];
  assert.notEqual(copies[0].AsyncLocalStorage, copies[1].AsyncLocalStorage);
  await tryBoth(...copies, assert.deepEqual);
});

test('with the portable engine they share one current frame and one set of patches', () => {
  const program = `
    import assert from 'node:assert/strict';
    const [one, two] = [await import('${one}'), await import('${two}')];
    const [oneWeb, twoWeb] = await Promise.all([one, two].map((_, at) =>
      import(['${one}', '${two}'][at].replace('index.js', 'web/index.js'))));
    await (${tryBoth})(one, two, assert.deepEqual);
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
