/**
 * Measures how many bytes the package adds to a page, minified and gzipped. The page is bundled as users bundle theirs,
 * or loads the standalone files.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import throughline from '@throughline/transform/esbuild';
import { type BuildOptions, build } from 'esbuild';

async function bundlePage(options: BuildOptions = {}): Promise<Buffer> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.js', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'esnext',
    write: false,
    logLevel: 'error',
    ...options,
  });
  const [output] = outputFiles ?? [];
  assert.ok(output);
  return gzipSync(output.contents, { level: 9 });
}

/** The page's own code, without the package. */
const ownBytes = (await bundlePage({ external: ['throughline'] })).length;

function assertAddedBytes(context: { diagnostic(message: string): void }, { length }: Buffer, limit: number): void {
  const added = length - ownBytes;
  context.diagnostic(`${added} bytes in addition to the ${ownBytes} of the page; at most ${limit}`);
  assert.ok(added <= limit, `${added} bytes are more than ${limit}`);
}

test('exact await with the transform adds at most 4 kB', async (context) => {
  const conditions = ['throughline-promises-only'];
  assertAddedBytes(context, await bundlePage({ conditions, plugins: [throughline({ install: false })] }), 4000);
});

test('all patches and interception add at most 7 kB', async (context) => {
  assertAddedBytes(context, await bundlePage(), 7000);
});

test('a page contains nothing of the exports that it does not use', async () => {
  for (const [specifier, name, unused] of [
    ['throughline', 'AsyncContext', /AsyncLocalStorage|AsyncResource/],
    ['throughline', 'AsyncLocalStorage', /AsyncContext|AsyncResource/],
    ['throughline', 'AsyncResource', /AsyncContext|AsyncLocalStorage/],
    ['throughline/web', 'install', /AsyncContext|AsyncLocalStorage|AsyncResource/],
    ['throughline/await', 'guardedCall', /async ?function ?\*/],
  ] as const) {
    const bundled = async (exported: string) => {
      const contents = `export ${exported} from '${specifier}';`;
      const stdin = { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) };
      return gunzipSync(await bundlePage({ entryPoints: [], stdin })).toString();
    };
    assert.doesNotMatch(await bundled(`{ ${name} }`), unused, `${name} of ${specifier}`);
    if (specifier !== 'throughline/web') assert.match(await bundled('* as all'), unused, `all of ${specifier}`);
  }
});

test('the standalone files have the sizes that docs/without-a-build-step.md states', (context) => {
  const document = readFileSync(new URL('../../../docs/without-a-build-step.md', import.meta.url), 'utf8');
  const rows = [...document.matchAll(/^\| `(\S+\.min\.js)` \|.* \| (\S+) kB \| (\S+) kB \|$/gm)];
  assert.equal(rows.length, 3);
  for (const [, file = '', minified, gzipped] of rows) {
    const content = readFileSync(fileURLToPath(import.meta.resolve(`throughline/standalone/${file}`)));
    const sizes = [content.length, gzipSync(content, { level: 9 }).length];
    context.diagnostic(`${file}: ${sizes[0]} bytes, ${sizes[1]} gzipped; stated: ${minified} kB, ${gzipped} kB`);
    for (const [index, stated] of [minified, gzipped].entries()) {
      assert.ok(Math.abs((sizes[index] ?? 0) - Number(stated) * 1000) < 100, `${file} has ${sizes[index]} bytes`);
    }
  }
});
