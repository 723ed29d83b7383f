/** What a page pays in bytes, minified and gzipped: a real page, bundled as a user would. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import throughline from '@throughline/transform/esbuild';
import { type BuildOptions, build } from 'esbuild';

async function bundle(options: BuildOptions = {}): Promise<Buffer> {
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
const own = (await bundle({ external: ['throughline'] })).length;

function addsAtMost(context: { diagnostic(message: string): void }, { length }: Buffer, limit: number): void {
  const added = length - own;
  context.diagnostic(`${added} bytes beside the ${own} of the page; at most ${limit}`);
  assert.ok(added <= limit, `${added} bytes are more than ${limit}`);
}

test('exact await with the transform takes at most 4 kB', async (context) => {
  const conditions = ['throughline-promises-only'];
  addsAtMost(context, await bundle({ conditions, plugins: [throughline({ install: false })] }), 4000);
});

test('all patches and interception take at most 7 kB', async (context) => {
  addsAtMost(context, await bundle(), 7000);
});
