/**
 * The transform in bundlers that lower code themselves, and after the loaders of webpack, which lower code before it.
 * Every page loads in Chromium and keeps its flows. So do the promises of libraries, which each bundler reads as
 * CommonJS.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import commonjsPlugin from '@rollup/plugin-commonjs';
import nodeResolvePlugin from '@rollup/plugin-node-resolve';
import { type Browser, openBrowser, type PageServer, startPageServer } from '@throughline/testing/browsers';
import throughlineForEsbuild from '@throughline/transform/esbuild';
import throughlineForRolldown from '@throughline/transform/rolldown';
import throughlineForRollup from '@throughline/transform/rollup';
import throughlineForVite from '@throughline/transform/vite';
import throughlineForWebpack from '@throughline/transform/webpack';
import { build as buildWithEsbuild } from 'esbuild';
import { rolldown } from 'rolldown';
import { rollup } from 'rollup';
import { build as buildWithVite } from 'vite';
import webpack from 'webpack';

const require = createRequire(import.meta.url);
// The declarations of these packages are those of CommonJS modules, and Node imports their ES modules.
const commonjs = commonjsPlugin as unknown as typeof commonjsPlugin.default;
const nodeResolve = nodeResolvePlugin as unknown as typeof nodeResolvePlugin.default;

const CONSTRUCTS_PAGE = fileURLToPath(new URL('./page.js', import.meta.url));
const LIBRARIES_PAGE = fileURLToPath(new URL('../promise-libraries/page.js', import.meta.url));
const WHEN_PAGE_BUILD = require.resolve('when/dist/browser/when.js');

/** Does what the option `alias` does in other bundlers. */
const whenResolver = {
  name: 'when-resolver',
  resolveId: (source: string) => (source === 'when' ? WHEN_PAGE_BUILD : null),
};

/** Builds a page as one file, `main.js`. */
type Build = (entry: string, out: string, loader?: webpack.RuleSetRule) => Promise<unknown>;

const buildWithWebpack: Build = (entry, out, loader) =>
  new Promise<void>((resolve, reject) => {
    const configuration: webpack.Configuration = {
      mode: 'development',
      devtool: false,
      context: fileURLToPath(new URL('.', import.meta.url)),
      entry,
      output: { path: out, filename: 'main.js' },
      resolve: { alias: { when$: WHEN_PAGE_BUILD } },
      ...(loader !== undefined && { module: { rules: [loader] } }),
      plugins: [throughlineForWebpack()],
    };
    webpack(configuration, (error, stats) => {
      if (error) reject(error);
      else if (stats?.hasErrors()) reject(new Error(stats.toString({ all: false, errors: true })));
      else resolve();
    });
  });

const bundlers: Readonly<Record<string, Build>> = {
  'esbuild, target es2016': (entry, out) =>
    buildWithEsbuild({
      entryPoints: [entry],
      outfile: join(out, 'main.js'),
      bundle: true,
      target: 'es2016',
      alias: { when: WHEN_PAGE_BUILD },
      logLevel: 'error',
      plugins: [throughlineForEsbuild()],
    }),
  'Rolldown, transform.target es2015': async (entry, out) => {
    const bundle = await rolldown({
      input: entry,
      platform: 'browser',
      transform: { target: 'es2015' },
      resolve: { alias: { when: WHEN_PAGE_BUILD } },
      logLevel: 'silent',
      plugins: [throughlineForRolldown()],
    });
    await bundle.write({ dir: out, entryFileNames: 'main.js', codeSplitting: false });
    await bundle.close();
  },
  'Rollup, after @rollup/plugin-commonjs': async (entry, out) => {
    const bundle = await rollup({
      input: entry,
      // Rollup itself warns of `this` in the helpers of TypeScript.
      onLog: (_level, { plugin, message }) => assert.equal(plugin, undefined, message),
      plugins: [whenResolver, nodeResolve({ browser: true }), commonjs(), throughlineForRollup()],
    });
    await bundle.write({ dir: out, entryFileNames: 'main.js', inlineDynamicImports: true });
    await bundle.close();
  },
  'Vite, build.target es2016': (entry, out) =>
    buildWithVite({
      root: fileURLToPath(new URL('.', import.meta.url)),
      configFile: false,
      logLevel: 'silent',
      resolve: { alias: { when: WHEN_PAGE_BUILD } },
      build: {
        outDir: out,
        emptyOutDir: true,
        target: 'es2016',
        modulePreload: false,
        rolldownOptions: { input: entry, output: { entryFileNames: 'main.js', codeSplitting: false } },
      },
      plugins: [throughlineForVite()],
    }),
  webpack: buildWithWebpack,
};

const folder = await realpath(await mkdtemp(join(tmpdir(), 'throughline-lowering-')));
// ts-loader needs a configuration file, which must name a file.
await writeFile(join(folder, 'tsconfig.json'), '{ "files": ["empty.ts"] }');
await writeFile(join(folder, 'empty.ts'), '');

const OWN_FILES = /conformance[\\/]dist[\\/]lowering[\\/].*\.js$/;

/** The loaders with which webpack lowers the files of a program to ES2016 before the transform. */
const loaders: Readonly<Record<string, webpack.RuleSetRule>> = {
  'babel-loader': {
    test: OWN_FILES,
    loader: require.resolve('babel-loader'),
    options: {
      configFile: false,
      presets: [[require.resolve('@babel/preset-env'), { targets: 'chrome 52', modules: false }]],
    },
  },
  'swc-loader': {
    test: OWN_FILES,
    loader: require.resolve('swc-loader'),
    options: { configFile: false, swcrc: false, jsc: { target: 'es2016' } },
  },
  'ts-loader': {
    test: OWN_FILES,
    loader: require.resolve('ts-loader'),
    options: {
      compiler: require.resolve('typescript-5'),
      transpileOnly: true,
      configFile: join(folder, 'tsconfig.json'),
      compilerOptions: {
        target: 'es2016',
        module: 'esnext',
        moduleResolution: 'bundler',
        allowJs: true,
      },
    },
  },
};

let browser: Browser;
let server: PageServer;
let pageCount = 0;

before(async () => {
  [browser, server] = await Promise.all([openBrowser('chromium'), startPageServer()]);
});
after(async () => {
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function run(build: Build, entry: string, loader?: webpack.RuleSetRule): Promise<Record<string, unknown>> {
  const path = `/bundlers/${++pageCount}`;
  const out = join(folder, `${pageCount}`);
  await build(entry, out, loader);
  assert.deepEqual(await readdir(out), ['main.js']);
  server.add(`${path}.js`, await readFile(join(out, 'main.js'), 'utf8'));
  server.add(path, `<!doctype html><meta charset="utf-8"><body><script type="module" src="${path}.js"></script>`);
  const page = await browser.openPage(server.origin + path);
  try {
    return (await page.evaluate('globalThis.result')) as Record<string, unknown>;
  } finally {
    await page.close();
  }
}

for (const [title, build] of Object.entries(bundlers)) {
  test(`${title}: all constructs keep their flows`, async () => {
    const outcomes = await run(build, CONSTRUCTS_PAGE);
    assert.deepEqual([...new Set(Object.values(outcomes))], ['kept'], JSON.stringify(outcomes));
  });

  test(`${title}: the promises of libraries keep their flows`, async () => {
    const outcomes = (await run(build, LIBRARIES_PAGE)) as Record<string, Record<string, unknown>>;
    assert.ok(Object.keys(outcomes).length > 5);
    for (const [name, byUse] of Object.entries(outcomes)) {
      assert.deepEqual([...new Set(Object.values(byUse))], ['kept'], `${name}: ${JSON.stringify(byUse)}`);
    }
  });
}

for (const [name, loader] of Object.entries(loaders)) {
  test(`webpack with ${name}, which lowers to ES2016 before the transform: all constructs keep their flows`, async () => {
    const outcomes = await run(buildWithWebpack, CONSTRUCTS_PAGE, loader);
    assert.deepEqual([...new Set(Object.values(outcomes))], ['kept'], JSON.stringify(outcomes));
  });
}
