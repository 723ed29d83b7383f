/** Files that a build imports as text: the plugins leave them as they are, also if they look like code, or almost so. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { rspack } from '@rspack/core';
import { build as buildWithEsbuild } from 'esbuild';
import { rolldown } from 'rolldown';
import { build as buildWithVite } from 'vite';
import webpack from 'webpack';
import throughlineForEsbuild from './esbuild.js';
import throughlineForRolldown from './rolldown.js';
import throughlineForRspack from './rspack.js';
import throughlineForVite from './vite.js';
import throughlineForWebpack from './webpack.js';

const TEXTS = {
  'code.txt.js': 'async function f() { await 1; g(); }',
  'prose.txt': 'Please await the result of {async) calls',
};

const root = realpathSync(mkdtempSync(join(tmpdir(), 'throughline-text-')));
after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
for (const [name, text] of Object.entries(TEXTS)) {
  mkdirSync(join(root, name));
  writeFileSync(join(root, name, name), text);
  writeFileSync(join(root, name, 'main.mjs'), `import text from './${name}';\nconsole.log(text);\n`);
  writeFileSync(join(root, name, 'raw.mjs'), `import text from './${name}?raw';\nconsole.log(text);\n`);
}

/** The options that webpack and Rspack share. */
const webpackOptions = (folder: string) => ({
  mode: 'development' as const,
  devtool: false as const,
  context: folder,
  entry: './main.mjs',
  output: { path: folder, filename: 'out.js' },
  module: { rules: [{ test: /\.txt(?:\.js)?$/, type: 'asset/source' }] },
});

const compile = (run: (done: (error: Error | null) => void) => void) =>
  new Promise<void>((resolve, reject) => run((error) => (error ? reject(error) : resolve())));

/** Each bundler builds the program in a folder, and writes `out.js`. */
const builds: Readonly<Record<string, (folder: string, file: string) => Promise<unknown>>> = {
  esbuild: (folder, outfile) =>
    buildWithEsbuild({
      entryPoints: [join(folder, 'main.mjs')],
      outfile,
      bundle: true,
      loader: { '.txt': 'text', '.txt.js': 'text' },
      logLevel: 'silent',
      plugins: [throughlineForEsbuild({ install: false })],
    }),
  async rolldown(folder, file) {
    const bundle = await rolldown({
      input: join(folder, 'main.mjs'),
      moduleTypes: { '.txt': 'text', '.txt.js': 'text', '.js': 'text' },
      plugins: [throughlineForRolldown({ install: false })],
    });
    await bundle.write({ file });
    await bundle.close();
  },
  webpack: (folder) =>
    compile((done) =>
      webpack({ ...webpackOptions(folder), plugins: [throughlineForWebpack({ install: false })] }, done),
    ),
  rspack: (folder) =>
    compile((done) => rspack({ ...webpackOptions(folder), plugins: [throughlineForRspack({ install: false })] }, done)),
  vite: (folder) =>
    buildWithVite({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      build: {
        outDir: folder,
        emptyOutDir: false,
        minify: false,
        rolldownOptions: { input: join(folder, 'raw.mjs'), output: { entryFileNames: 'out.js' } },
      },
      plugins: [throughlineForVite({ install: false })],
    }),
};

for (const [name, build] of Object.entries(builds)) {
  describe(`${name} imports as it is`, () => {
    for (const [file, text] of Object.entries(TEXTS)) {
      it(file, async () => {
        const folder = join(root, file);
        await build(folder, join(folder, 'out.js'));
        assert.ok(readFileSync(join(folder, 'out.js'), 'utf8').includes(text));
      });
    }
  });
}
