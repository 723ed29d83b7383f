/** Tests that a source map maps the stack trace of a transformed page in Chromium to the original code. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { openBrowser, startPageServer } from '@throughline/testing/browsers';
import throughline from '@throughline/transform/esbuild';
import { build } from 'esbuild';

const original = `interface Item { readonly id: number }

class Cart {
  #items: Item[] = [];
  async add(item: Item): Promise<number> {
    await this.save(item);
    return this.#items.push(item);
  }
  private async save({ id }: Item): Promise<void> {
    for (let attempt = 0; attempt < 2; attempt++) {
      try { await null; if (id > 0) await check(id); } finally { await Promise.resolve(); }
    }
  }
}
const check = async (id: number) => {
  const price = (await Promise.resolve(id)) * 2; if (price > 2) throw new Error(\`too expensive: \${await price}\`);
  return price;
};
Object.assign(globalThis, { result: new Cart().add({ id: 7 }).catch((error: Error) => error.stack) });
`;

test('a stack trace in Chromium shows the lines and columns of the original code', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
  const server = await startPageServer();
  const browser = await openBrowser('chromium');
  try {
    await writeFile(join(folder, 'cart.ts'), original);
    const { outputFiles } = await build({
      entryPoints: [join(folder, 'cart.ts')],
      bundle: true,
      format: 'esm',
      target: 'esnext',
      sourcemap: 'external',
      outfile: join(folder, 'cart.js'),
      write: false,
      logLevel: 'error',
      plugins: [throughline()],
    });
    const text = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
    assert.match(text('.js'), /throughline/);
    server.add('/', '<!doctype html><script type="module" src="/cart.js"></script>');
    server.add('/cart.js', text('.js'));
    const page = await browser.openPage(server.origin);
    const stack = String(await page.evaluate('globalThis.result'));

    const map = new SourceMap(JSON.parse(text('.js.map')));
    const positions = [...stack.matchAll(/cart\.js:(\d+):(\d+)/g)].map(([, line, column]) => {
      const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
      assert.ok('originalSource' in entry, stack);
      return `${basename(entry.originalSource)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    });
    const positionOf = (code: string) => {
      const lines = original.slice(0, original.indexOf(code)).split('\n');
      return `cart.ts:${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
    };
    const expected = [positionOf('new Error'), positionOf('await check'), positionOf('await this.save')];
    assert.deepEqual(positions, expected, stack);
  } finally {
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
});
