/** Source maps of builds: the plugins make none unless the build has them. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { build as buildWithEsbuild } from 'esbuild';
import { rolldown } from 'rolldown';
import { rollup } from 'rollup';
import { build as buildWithVite } from 'vite';
import throughlineForEsbuild from './esbuild.js';
import throughlineForRolldown from './rolldown.js';
import throughlineForRollup from './rollup.js';
import throughlineForVite from './vite.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'throughline-maps-')));
after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
const code = `const marked = (value) => value;
export async function flow() {
  const a = await marked(1);
  return a + 1;
}
`;
writeFileSync(join(root, 'lines.js'), code);
mkdirSync(join(root, 'node_modules'));
const throughline = dirname(createRequire(import.meta.url).resolve('throughline/package.json'));
symlinkSync(throughline, join(root, 'node_modules/throughline'), 'junction');

const input = join(root, 'lines.js');
const external = ['throughline/await'];
const builds: Record<string, (out: string, sourcemap: boolean) => Promise<unknown>> = {
  esbuild: (out, sourcemap) =>
    buildWithEsbuild({
      entryPoints: [input],
      outfile: join(out, 'lines.mjs'),
      sourcemap,
      bundle: true,
      format: 'esm',
      external,
      plugins: [throughlineForEsbuild({ install: false })],
    }),
  async rolldown(out, sourcemap) {
    const bundle = await rolldown({
      cwd: root,
      input,
      external,
      logLevel: 'silent',
      plugins: [throughlineForRolldown({ install: false })],
    });
    await bundle.write({ dir: out, entryFileNames: 'lines.mjs', sourcemap });
    await bundle.close();
  },
  async rollup(out, sourcemap) {
    const bundle = await rollup({ input, external, plugins: [throughlineForRollup({ install: false })] });
    await bundle.write({ dir: out, entryFileNames: 'lines.mjs', sourcemap });
    await bundle.close();
  },
  vite: (out, sourcemap) =>
    buildWithVite({
      root,
      configFile: false,
      logLevel: 'silent',
      plugins: [throughlineForVite({ install: false })],
      build: {
        outDir: out,
        sourcemap,
        minify: false,
        target: 'esnext',
        lib: { entry: input, formats: ['es'], fileName: () => 'lines.mjs' },
        rolldownOptions: { external },
      },
    }),
};

for (const [bundler, build] of Object.entries(builds)) {
  describe(bundler, () => {
    it('maps transformed code to its original position', async () => {
      const out = mkdtempSync(join(root, 'out-'));
      await build(out, true);
      const lines = readFileSync(join(out, 'lines.mjs'), 'utf8').split('\n');
      const line = lines.findIndex((text) => text.includes('off(marked(')) + 1;
      const column = (lines[line - 1] ?? '').indexOf('marked(');
      const map = new TraceMap(readFileSync(join(out, 'lines.mjs.map'), 'utf8'));
      const position = originalPositionFor(map, { line, column });
      assert.deepEqual([position.line, position.column], [3, code.split('\n')[2]?.indexOf('marked')]);
      assert.deepEqual(map.sourcesContent?.includes(code), true);
    });

    it('transforms without source maps', async () => {
      const out = mkdtempSync(join(root, 'out-'));
      await build(out, false);
      const built = readFileSync(join(out, 'lines.mjs'), 'utf8');
      assert.match(built, /off\(marked\(/);
      assert.doesNotMatch(built, /sourceMappingURL/);
    });
  });
}
