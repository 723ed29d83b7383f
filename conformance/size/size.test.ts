/**
 * Measures how many bytes the package adds to a page, minified and gzipped. The page is bundled as users bundle theirs.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
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
