/**
 * Every bundler builds one small application, with a dependency that was written for Node: for a page, in which it must
 * keep its values, and for a server, for which nothing may change. Here, the page runs in a Node process, which has
 * everything that this page needs. The test checks that its storages are not Node's.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { rspack } from '@rspack/core';
import { build as buildWithEsbuild } from 'esbuild';
import { rolldown } from 'rolldown';
import { rollup } from 'rollup';
import { build as buildWithVite, createServer } from 'vite';
import webpack from 'webpack';
import { resolveThroughlineModule } from '../throughline-package.js';
import throughlineForEsbuild from './esbuild.js';
import type { PluginOptions } from './plugin-options.js';
import throughlineForRolldown from './rolldown.js';
import throughlineForRollup from './rollup.js';
import throughlineForRspack from './rspack.js';
import throughlineForVite from './vite.js';
import throughlineForWebpack from './webpack.js';

const FILES = {
  'package.json': '{ "type": "module" }',
  'index.html': `<!doctype html><html><head></head><body><script type="module" src="/main.js"></script></body></html>`,
  'second.html': `<!doctype html><html><head></head><body><script type="module" src="/second.js"></script></body></html>`,
  'first.js': 'export const firstSetTimeout = globalThis.setTimeout;',
  'main.js': `import { firstSetTimeout } from './first.js';
import { storage, readStore } from 'library';
import { AsyncLocalStorage } from 'node:async_hooks';
const own = new AsyncLocalStorage();
async function flow(name) {
  await new Promise((resolve) => setTimeout(resolve, 1));
  await 0;
  return [name, own.getStore(), await storage.run(name, readStore)].join(' ');
}
const flows = ['a', 'b'].map((name) => own.run(name, flow, name));
Promise.all(flows).then((all) => console.log(JSON.stringify({
  all, isPatchedFirst: firstSetTimeout === globalThis.setTimeout, isOurs: !/async_hooks|AsyncContextFrame/.test(AsyncLocalStorage.prototype.getStore.toString()) && AsyncLocalStorage === storage.constructor,
})));
`,
  'second.js': `import { firstSetTimeout } from './first.js';
import { AsyncLocalStorage } from 'async_hooks';
new AsyncLocalStorage();
console.log(JSON.stringify(firstSetTimeout === globalThis.setTimeout));
`,
  'bad.js': 'export const a = 1;\nasync function f() {\n  await await;\n}\n',
  'lines.js': 'const marked = (value) => value;\nasync function flow() {\n  await marked(1);\n}\nflow();\n',
  'line-loader.cjs': `module.exports = function (code) {
  const lines = code.split('\\n').map((_, index) => 'AA' + (index === 0 ? 'A' : 'C') + 'A');
  const map = { version: 3, names: [], sources: [this.resourcePath], sourcesContent: [code], mappings: ';;' + lines.join(';') };
  this.callback(null, '\\n\\n' + code, map);
};
`,
  'node_modules/library/package.json':
    '{ "name": "library", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
  'node_modules/library/index.js': `import { AsyncLocalStorage } from 'async_hooks';
export const storage = new AsyncLocalStorage();
export async function readStore() { await { then(resolve) { resolve(); } }; return storage.getStore(); }
`,
};

const root = realpathSync(mkdtempSync(join(tmpdir(), 'throughline-bundlers-')));
after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
for (const [name, text] of Object.entries(FILES)) {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}
mkdirSync(join(root, 'node_modules/@throughline'));
const require = createRequire(import.meta.url);
symlinkSync(dirname(require.resolve('throughline/package.json')), join(root, 'node_modules/throughline'), 'junction');
symlinkSync(
  fileURLToPath(new URL('../..', import.meta.url)),
  join(root, 'node_modules/@throughline/transform'),
  'junction',
);

interface BuildRequest {
  readonly entry: string;
  readonly out: string;
  readonly isServer: boolean;
  readonly options: PluginOptions;
}

type Stats = { hasErrors(): boolean; toString(options: object): string } | null | undefined;

/** Runs webpack or Rspack, which have the same interface. */
function compile(run: (done: (error: Error | null, stats: Stats) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    run((error, stats) => {
      if (error) reject(error);
      else if (stats?.hasErrors()) reject(new Error(stats.toString({ all: false, errors: true })));
      else resolve();
    });
  });
}

const external = [/^(node:)?async_hooks$/];
const bundlers: Record<string, (request: BuildRequest) => Promise<void>> = {
  async esbuild({ entry, out, isServer, options }) {
    await buildWithEsbuild({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: join(out, 'main.mjs'),
      bundle: true,
      format: 'esm',
      platform: isServer ? 'node' : 'browser',
      logLevel: 'silent',
      plugins: [throughlineForEsbuild(options)],
    });
  },
  async rolldown({ entry, out, isServer, options }) {
    const bundle = await rolldown({
      cwd: root,
      input: join(root, entry),
      platform: isServer ? 'node' : 'browser',
      ...(isServer && { external }),
      logLevel: 'silent',
      plugins: [throughlineForRolldown(options)],
    });
    await bundle.write({ dir: out, entryFileNames: 'main.mjs' });
    await bundle.close();
  },
  async webpack({ entry, out, isServer, options }) {
    const configuration: webpack.Configuration = {
      mode: 'development',
      context: root,
      entry: `./${entry}`,
      target: isServer ? 'node' : 'web',
      output: { path: out, filename: 'main.cjs' },
      plugins: [throughlineForWebpack(options)],
    };
    await compile((done) => webpack(configuration, done));
  },
  async rspack({ entry, out, isServer, options }) {
    await compile((done) =>
      rspack(
        {
          mode: 'development',
          context: root,
          entry: `./${entry}`,
          target: isServer ? 'node' : 'web',
          output: { path: out, filename: 'main.cjs' },
          plugins: [throughlineForRspack(options)],
        },
        done,
      ),
    );
  },
  async vite({ entry, out, isServer, options }) {
    await buildWithVite({
      root,
      configFile: false,
      logLevel: 'silent',
      build: {
        outDir: out,
        target: 'esnext',
        minify: false,
        modulePreload: false,
        ...(isServer && { ssr: entry }),
        rolldownOptions: { input: join(root, entry), output: { entryFileNames: 'main.mjs' } },
      },
      plugins: [throughlineForVite(options)],
    });
  },
};

/** Resolves packages, which Rollup itself does not. */
const packageResolver = {
  name: 'package-resolver',
  resolveId(source: string, importer: string | undefined) {
    if (/^[./#]/.test(source) || importer === undefined) return null;
    if (source.startsWith('node:')) return { id: source, external: true };
    if (source === 'library') return join(root, LIBRARY_FILE);
    return resolveThroughlineModule(source, dirname(require.resolve('throughline/package.json')), ['module', 'node']);
  },
};
const LIBRARY_FILE = 'node_modules/library/index.js';

async function build(bundler: string, entry: string, isServer = false, options: PluginOptions = {}): Promise<string> {
  const out = mkdtempSync(join(root, `out-${bundler}-`));
  await bundlers[bundler]?.({ entry, out, isServer, options });
  const [file] = readdirSync(out).filter((name) => name.startsWith('main.'));
  assert.ok(file, `${bundler} wrote ${readdirSync(out)}`);
  return join(out, file);
}

function run(file: string): unknown {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

for (const bundler of Object.keys(bundlers)) {
  describe(bundler, () => {
    it('builds a page that keeps its values and installs the patches first', async () => {
      assert.deepEqual(run(await build(bundler, 'main.js')), {
        all: ['a a a', 'b b b'],
        isPatchedFirst: true,
        isOurs: true,
      });
    });

    it('leaves the patches out with install: false', async () => {
      const built = run(await build(bundler, 'main.js', false, { install: false })) as { isPatchedFirst: boolean };
      assert.equal(built.isPatchedFirst, false);
    });

    it('leaves a server build unchanged', async () => {
      const file = await build(bundler, 'main.js', true);
      const code = readFileSync(file, 'utf8');
      assert.doesNotMatch(code, /\.off\(/);
      assert.deepEqual((run(file) as { all: string[] }).all, ['a a a', 'b b b']);
    });

    it('transforms a server build with server: true', async () => {
      const file = await build(bundler, 'main.js', true, { server: true });
      assert.match(readFileSync(file, 'utf8'), /\.off\(/);
      assert.deepEqual((run(file) as { all: string[] }).all, ['a a a', 'b b b']);
    });

    it('reports the position in a file that does not parse', async () => {
      await assert.rejects(
        build(bundler, 'bad.js'),
        (error: Error & { loc?: { line: number }; errors?: unknown[] }) => {
          assert.match(`${error.message} ${JSON.stringify(error.errors)}`, /bad\.js/);
          assert.match(
            `${error.message} ${JSON.stringify(error.errors)} ${JSON.stringify(error.loc)}`,
            /"line":3|:3:|3:14/,
          );
          return true;
        },
      );
    });
  });
}

for (const bundler of ['webpack', 'rspack'] as const) {
  describe(`${bundler}, loaders`, () => {
    /** Builds `lines.js` after a loader that writes two lines before the code, and a source map. */
    async function buildLines(sourceMap: boolean): Promise<string> {
      const out = mkdtempSync(join(root, `out-${bundler}-`));
      const configuration = {
        mode: 'development' as const,
        devtool: sourceMap ? ('source-map' as const) : (false as const),
        context: root,
        entry: './lines.js',
        output: { path: out, filename: 'main.cjs' },
        module: { rules: [{ test: /lines\.js$/, loader: join(root, 'line-loader.cjs') }] },
      };
      await compile((done) =>
        bundler === 'webpack'
          ? webpack({ ...configuration, plugins: [throughlineForWebpack()] }, done)
          : rspack({ ...configuration, plugins: [throughlineForRspack()] }, done),
      );
      return join(out, 'main.cjs');
    }

    it('traces the source map through that of an earlier loader', async () => {
      const file = await buildLines(true);
      const lines = readFileSync(file, 'utf8').split('\n');
      const line = lines.findIndex((text) => text.includes('marked(')) + 1;
      const column = (lines[line - 1] ?? '').indexOf('marked(');
      const map = new TraceMap(readFileSync(`${file}.map`, 'utf8'));
      const position = originalPositionFor(map, { line, column });
      assert.match(lines[line - 1] ?? '', /wrapOperand\)\(marked/);
      assert.match(position.source ?? '', /lines\.js$/);
      assert.deepEqual([position.line, position.column], [3, 0], 'the earlier map has only the beginnings of lines');
    });

    it('transforms without source maps', async () => {
      const file = await buildLines(false);
      assert.match(readFileSync(file, 'utf8'), /wrapOperand\)\(marked/);
      assert.ok(!existsSync(`${file}.map`));
    });
  });
}

describe('rollup', () => {
  it('builds a page of transformed code', async () => {
    const bundle = await rollup({
      input: join(root, 'main.js'),
      logLevel: 'silent',
      plugins: [throughlineForRollup(), packageResolver],
    });
    const out = mkdtempSync(join(root, 'out-rollup-'));
    await bundle.write({ dir: out, entryFileNames: 'main.mjs' });
    await bundle.close();
    assert.match(readFileSync(join(out, 'main.mjs'), 'utf8'), /_f\.off\(/);
  });

  it('reports the position in a file that does not parse', async () => {
    await assert.rejects(
      rollup({ input: join(root, 'bad.js'), plugins: [throughlineForRollup(), packageResolver] }),
      (error: { loc: { line: number }; frame: string; id: string; plugin: string }) => {
        assert.equal(error.loc.line, 3);
        assert.match(error.frame, /> 3 \|/);
        assert.equal(error.plugin, 'throughline');
        return true;
      },
    );
  });
});

describe('vite, pages and the development server', () => {
  it('installs the patches first in each of several pages', async () => {
    const out = mkdtempSync(join(root, 'out-pages-'));
    await buildWithVite({
      root,
      configFile: false,
      logLevel: 'silent',
      build: {
        outDir: out,
        target: 'esnext',
        modulePreload: false,
        rolldownOptions: {
          input: { index: join(root, 'index.html'), second: join(root, 'second.html') },
          output: { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
        },
      },
      plugins: [throughlineForVite()],
    });
    assert.equal((run(join(out, 'index.mjs')) as { isPatchedFirst: boolean }).isPatchedFirst, true);
    assert.equal(run(join(out, 'second.mjs')), true);
  });

  it('serves pages with patches and transformed code, dependencies included', async () => {
    const server = await createServer({
      root,
      configFile: false,
      logLevel: 'silent',
      server: { host: '127.0.0.1', port: 0, ws: false },
      plugins: [throughlineForVite()],
    });
    try {
      await server.listen();
      const [base = ''] = server.resolvedUrls?.local ?? [];
      const get = async (path: string) => (await fetch(new URL(path, base))).text();
      const [firstScript] = [...(await get('/')).matchAll(/<script type="module" src="([^"]+)"/g)].map(
        ([, src]) => src,
      );
      assert.match(firstScript ?? '', /@throughline\/transform\/install$|@vite\/client$/);
      assert.match(await get('/'), /transform\/install.*main\.js/s);
      const main = await get('/main.js');
      assert.match(main, /_f\.off\(/);
      assert.match(main, /from "[^"]*throughline_async/);
      const library = /from "([^"]*library\.js[^"]*)"/.exec(main)?.[1] ?? '';
      assert.match(await get(library), /_f\.off\(/);
    } finally {
      await server.close();
    }
  });
});
