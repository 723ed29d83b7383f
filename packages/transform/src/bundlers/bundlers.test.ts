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
import { build as buildWithVite, createLogger, createServer } from 'vite';
import webpack from 'webpack';
import { resolveThroughlineModule } from '../throughline-package.js';
import throughlineForEsbuild from './esbuild.js';
import type { PluginOptions } from './plugin-options.js';
import throughlineForRolldown from './rolldown.js';
import throughlineForRollup from './rollup.js';
import throughlineForRspack from './rspack.js';
import throughlineForVite from './vite.js';
import throughlineForWebpack from './webpack.js';

/**
 * Packages with the names, versions and files of the table of libraries, one for each cure, and packages that the table
 * does not contain. The page prints what each reads after an `await`, in two flows.
 */
const LIBRARY_FILES = {
  'libraries.js': `import { withTrace } from '@openai/agents-core';
import { invoke } from '@langchain/langgraph';
import pLimit from 'p-limit';
import { isBuiltForPages } from 'browser-build';
import { unstored } from 'storageless';
const limit = pLimit();
const pause = () => new Promise((resolve) => setTimeout(resolve, 1));
const flow = async (name) => [
  await withTrace(name, async (getTrace) => { await pause(); return getTrace(); }),
  await invoke(name, async (getConfig) => { await pause(); return getConfig(); }),
  await limit(name),
].join(' ');
Promise.all(['a', 'b'].map(flow)).then((all) => console.log(JSON.stringify([...all, isBuiltForPages, unstored])));
`,
  // webpack cannot resolve an entry of `imports` to a module of Node, as p-limit has it.
  'server-libraries.js': `import { withTrace } from '@openai/agents-core';
import { invoke } from '@langchain/langgraph';
import { unstored } from 'storageless';
const flow = async (name) => [
  await withTrace(name, async (getTrace) => { await 1; return getTrace(); }),
  await invoke(name, async (getConfig) => { await 1; return getConfig(); }),
].join(' ');
Promise.all(['a', 'b'].map(flow)).then((all) => console.log(JSON.stringify([...all, unstored])));
`,
  'node_modules/@openai/agents-core/package.json': `{ "name": "@openai/agents-core", "version": "0.20.0", "exports": {
    ".": "./dist/index.mjs",
    "./_shims": { "browser": "./dist/shims/shims-browser.mjs", "default": "./dist/shims/shims-node.mjs" } } }`,
  'node_modules/@openai/agents-core/dist/index.mjs': `import { AsyncLocalStorage } from '@openai/agents-core/_shims';
const storage = new AsyncLocalStorage();
export const withTrace = (trace, fn) => storage.run(trace, () => fn(() => storage.getStore()));
`,
  'node_modules/@openai/agents-core/dist/shims/shims-browser.mjs': `export class AsyncLocalStorage {
  run(store, fn) { this.store = store; return fn(); }
  getStore() { return this.store; }
}
export const isBrowser = true;
`,
  'node_modules/@openai/agents-core/dist/shims/shims-node.mjs': `export { AsyncLocalStorage } from 'node:async_hooks';\n`,
  'node_modules/@langchain/core/package.json': `{ "name": "@langchain/core", "version": "1.4.0", "exports": {
    "./singletons": { "import": "./singletons.mjs", "require": "./singletons.cjs" } } }`,
  'node_modules/@langchain/core/singletons.mjs': `let storage = { run: (_, fn) => fn(), getStore() {} };
export const AsyncLocalStorageProviderSingleton = {
  getInstance: () => storage,
  initializeGlobalInstance(instance) { storage = instance; },
};
`,
  'node_modules/@langchain/core/singletons.cjs': `exports.AsyncLocalStorageProviderSingleton = { initializeGlobalInstance() {} };\n`,
  'node_modules/@langchain/langgraph/package.json': `{ "name": "@langchain/langgraph", "version": "1.7.3", "type": "module",
    "exports": { ".": { "browser": "./dist/web.js", "import": "./dist/index.js" } } }`,
  'node_modules/@langchain/langgraph/dist/web.js': `import { AsyncLocalStorageProviderSingleton as provider } from '@langchain/core/singletons';
export const invoke = (config, fn) => provider.getInstance().run(config, () => fn(() => provider.getInstance().getStore()));
`,
  'node_modules/@langchain/langgraph/dist/index.js': `import { AsyncLocalStorageProviderSingleton as provider } from '@langchain/core/singletons';
import { AsyncLocalStorage } from 'node:async_hooks';
export * from './web.js';
provider.initializeGlobalInstance(new AsyncLocalStorage());
`,
  'node_modules/p-limit/package.json': `{ "name": "p-limit", "version": "5.0.0", "type": "module", "exports": "./index.js",
    "imports": { "#async_hooks": { "node": "async_hooks", "default": "./async-hooks-stub.js" } } }`,
  'node_modules/p-limit/async-hooks-stub.js': `export const AsyncResource = { bind: (fn) => fn };
export class AsyncLocalStorage { run(_, fn) { return fn(); } getStore() {} }
`,
  'node_modules/p-limit/index.js': `import { AsyncLocalStorage, AsyncResource } from '#async_hooks';
const storage = new AsyncLocalStorage();
const queue = [];
export default () => (name) => storage.run(name, () => new Promise((resolve) => {
  queue.push(AsyncResource.bind(() => resolve(storage.getStore())));
  if (queue.length === 2) for (const fn of queue) fn();
}));
`,
  'node_modules/browser-build/package.json':
    '{ "name": "browser-build", "version": "1.0.0", "exports": { "browser": "./web.mjs", "default": "./node.mjs" } }',
  'node_modules/browser-build/web.mjs': 'export const isBuiltForPages = true;\n',
  'node_modules/browser-build/node.mjs': `import 'node:fs';\nexport const isBuiltForPages = false;\n`,
  'node_modules/storageless/package.json':
    '{ "name": "storageless", "version": "1.0.0", "type": "module", "main": "./main.js", "browser": { "./storage.js": "./web.js" } }',
  'node_modules/storageless/main.js': `export { unstored } from './storage.js';\n`,
  'node_modules/storageless/storage.js': `import { AsyncLocalStorage } from 'async_hooks';
export const unstored = new AsyncLocalStorage().getStore() !== undefined;
`,
  'node_modules/storageless/web.js': 'export const unstored = true;\n',
  // A version that the table does not contain, and a version whose file has changed.
  'changed-libraries.js': `import 'braintrust';\nimport '@better-auth/core/async_hooks';\nconsole.log(1);\n`,
  'node_modules/braintrust/package.json': `{ "name": "braintrust", "version": "4.0.0", "exports": {
    "browser": "./dist/browser.mjs", "default": "./dist/index.mjs" } }`,
  'node_modules/braintrust/dist/browser.mjs': 'globalThis.DefaultAsyncLocalStorage = class {};\n',
  'node_modules/braintrust/dist/index.mjs': `import 'node:async_hooks';\n`,
  'node_modules/@better-auth/core/package.json': `{ "name": "@better-auth/core", "version": "1.9.0", "exports": {
    "./async_hooks": { "browser": "./dist/async_hooks/pure.index.mjs", "default": "./dist/async_hooks/index.mjs" } } }`,
  'node_modules/@better-auth/core/dist/async_hooks/pure.index.mjs': 'globalThis.polyfill = class {};\n',
  'node_modules/@better-auth/core/dist/async_hooks/index.mjs': `import 'node:async_hooks';\n`,
};

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
  ...LIBRARY_FILES,
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

interface Stats {
  hasErrors(): boolean;
  toString(options: object): string;
  toJson(options: object): { readonly warnings?: readonly { readonly message: string }[] | undefined };
}

/** Runs webpack or Rspack, which have the same interface. @returns the warnings */
function compile(
  run: (done: (error: Error | null, stats: Stats | null | undefined) => void) => void,
): Promise<string[]> {
  return new Promise((resolve, reject) => {
    run((error, stats) => {
      if (error) reject(error);
      else if (stats?.hasErrors()) reject(new Error(stats.toString({ all: false, errors: true })));
      else resolve((stats?.toJson({ all: false, warnings: true }).warnings ?? []).map(({ message }) => message));
    });
  });
}

const external = [/^(node:)?async_hooks$/];
/** Each bundler returns its warnings. */
const bundlers: Record<string, (request: BuildRequest) => Promise<string[]>> = {
  async esbuild({ entry, out, isServer, options }) {
    const { warnings } = await buildWithEsbuild({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: join(out, 'main.mjs'),
      bundle: true,
      format: 'esm',
      platform: isServer ? 'node' : 'browser',
      logLevel: 'silent',
      plugins: [throughlineForEsbuild(options)],
    });
    return warnings.map(({ text }) => text);
  },
  async rolldown({ entry, out, isServer, options }) {
    const warnings: string[] = [];
    const bundle = await rolldown({
      cwd: root,
      input: join(root, entry),
      platform: isServer ? 'node' : 'browser',
      ...(isServer && { external }),
      onLog: (_level, { message }) => warnings.push(message),
      plugins: [throughlineForRolldown(options)],
    });
    await bundle.write({ dir: out, entryFileNames: 'main.mjs' });
    await bundle.close();
    return warnings;
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
    return compile((done) => webpack(configuration, done));
  },
  async rspack({ entry, out, isServer, options }) {
    return compile((done) =>
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
    const warnings: string[] = [];
    const customLogger = { ...createLogger('silent'), warn: (message: string) => void warnings.push(message) };
    await buildWithVite({
      root,
      configFile: false,
      customLogger,
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
    return warnings;
  },
};

/** What the packages of the tests resolve to in a page. */
const PAGE_FILES: Readonly<Record<string, string>> = {
  library: 'library/index.js',
  '@openai/agents-core': '@openai/agents-core/dist/index.mjs',
  '@openai/agents-core/_shims': '@openai/agents-core/dist/shims/shims-browser.mjs',
  '@langchain/langgraph': '@langchain/langgraph/dist/web.js',
  '@langchain/core/singletons': '@langchain/core/singletons.mjs',
  'p-limit': 'p-limit/index.js',
  '#async_hooks': 'p-limit/async-hooks-stub.js',
  'browser-build': 'browser-build/web.mjs',
  storageless: 'storageless/main.js',
  './storage.js': 'storageless/web.js',
};

/** Resolves packages, which Rollup itself does not. */
const packageResolver = {
  name: 'package-resolver',
  resolveId(source: string, importer: string | undefined) {
    const pageFile = PAGE_FILES[source];
    if (pageFile !== undefined && importer?.startsWith(root)) return join(root, 'node_modules', pageFile);
    if (/^[./#]/.test(source) || importer === undefined) return null;
    if (source.startsWith('node:')) return { id: source, external: true };
    return resolveThroughlineModule(source, dirname(require.resolve('throughline/package.json')), ['module']);
  },
};

async function build(bundler: string, entry: string, isServer = false, options: PluginOptions = {}): Promise<string> {
  return (await buildWithWarnings(bundler, entry, isServer, options)).file;
}

async function buildWithWarnings(bundler: string, entry: string, isServer: boolean, options: PluginOptions) {
  const out = mkdtempSync(join(root, `out-${bundler}-`));
  const warnings = await bundlers[bundler]?.({ entry, out, isServer, options });
  const [file] = readdirSync(out).filter((name) => name.startsWith('main.'));
  assert.ok(file, `${bundler} wrote ${readdirSync(out)}`);
  return { file: join(out, file), warnings };
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

    it('gives libraries their storage, and names the package for which it cannot', async () => {
      const { file, warnings = [] } = await buildWithWarnings(bundler, 'libraries.js', false, {});
      assert.deepEqual(run(file), ['a a a', 'b b b', true, true]);
      const [warning = '', ...others] = warnings;
      assert.deepEqual(others, []);
      assert.match(
        warning,
        /storageless 1\.0\.0 leaves its storage out of .*: \.\/web\.js replaces \.\/storage\.js, which imports async_hooks/,
      );
    });

    it('leaves libraries as they are with libraries: false', async () => {
      const { file, warnings } = await buildWithWarnings(bundler, 'libraries.js', false, { libraries: false });
      const all = run(file) as string[];
      assert.ok(!all.includes('a a a') && !all.includes('b b b'), String(all));
      assert.deepEqual(warnings, []);
    });

    it('leaves out the packages that the option libraries names', async () => {
      const libraries = { '@openai/agents-core': false, storageless: false };
      const { file, warnings } = await buildWithWarnings(bundler, 'libraries.js', false, { libraries });
      assert.deepEqual(run(file), ['b a a', 'b b b', true, true]);
      assert.deepEqual(warnings, []);
    });

    it('names a library that it does not know in this version, and one that has changed', async () => {
      const { file, warnings = [] } = await buildWithWarnings(bundler, 'changed-libraries.js', false, {});
      assert.equal(run(file), 1);
      assert.equal(warnings.length, 2, String(warnings));
      assert.match(warnings.join('\n'), /braintrust 4\.0\.0 leaves .* in the versions >=2\.0\.0 <4\.0\.0/);
      assert.match(
        warnings.join('\n'),
        /@better-auth\/core 1\.9\.0 has changed: .* no class AsyncLocalStoragePolyfill/,
      );
    });

    it('does not inspect the libraries of a server', async () => {
      for (const server of [false, true]) {
        const { file, warnings } = await buildWithWarnings(bundler, 'server-libraries.js', true, { server });
        assert.deepEqual(run(file), ['a a', 'b b', false]);
        assert.deepEqual(warnings, []);
      }
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

  it('gives libraries their storage, and names the package for which it cannot', async () => {
    const warnings: string[] = [];
    const bundle = await rollup({
      input: join(root, 'libraries.js'),
      onwarn: ({ message }) => warnings.push(message),
      plugins: [throughlineForRollup(), packageResolver],
    });
    const out = mkdtempSync(join(root, 'out-rollup-'));
    await bundle.write({ dir: out, entryFileNames: 'main.mjs' });
    await bundle.close();
    assert.deepEqual(run(join(out, 'main.mjs')), ['a a a', 'b b b', true, true]);
    assert.equal(warnings.length, 1, String(warnings));
    assert.match(warnings[0] ?? '', /storageless 1\.0\.0 leaves its storage out/);
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

  it('gives bundled dependencies their storage, and names a package once', async () => {
    const warnings: string[] = [];
    const server = await createServer({
      root,
      configFile: false,
      customLogger: { ...createLogger('silent'), warn: (message: string) => void warnings.push(message) },
      cacheDir: join(root, 'cache-libraries'),
      server: { host: '127.0.0.1', port: 0, ws: false },
      // This package is not bundled, and contains the page.
      optimizeDeps: { entries: ['libraries.js'], exclude: ['p-limit', 'browser-build'] },
      plugins: [throughlineForVite()],
    });
    try {
      await server.listen();
      const [base = ''] = server.resolvedUrls?.local ?? [];
      const get = async (path: string) => (await fetch(new URL(path, base))).text();
      const importsOf = (code: string) => [...code.matchAll(/(?:from|import) "([^"]+)"/g)].map(([, path = '']) => path);
      const page = await get('/libraries.js');
      const modules = new Map<string, string>();
      const paths = importsOf(page);
      for (const path of paths) {
        if (modules.has(path)) continue;
        modules.set(path, await get(path));
        if (!/throughline|chunk/.test(path)) paths.push(...importsOf(modules.get(path) ?? ''));
      }
      const codeOf = (name: string) => [...modules].find(([path]) => path.includes(name))?.[1] ?? '';
      assert.match(codeOf('@openai_agents-core'), /class (?:AsyncLocalStorage )?extends AsyncLocalStorage/);
      assert.match(codeOf('@langchain_langgraph'), /initializeGlobalInstance\(new AsyncLocalStorage/);
      assert.match(codeOf('async-hooks-stub'), /export ?\* ?from ?"[^"]*throughline_async/);
      assert.equal(warnings.length, 1, String(warnings));
      assert.match(warnings[0] ?? '', /storageless 1\.0\.0 leaves its storage out/);
    } finally {
      await server.close();
    }
  });
});
