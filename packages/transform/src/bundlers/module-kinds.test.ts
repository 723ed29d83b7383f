/**
 * Most files do not state whether they are CommonJS or ES modules, and each bundler has its own rule for them. A file
 * must keep its kind when helpers are added to it. So each file is built twice, without the plugin and with it: both
 * programs must print the same, and with the plugin no value may be lost.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import commonjsPlugin from '@rollup/plugin-commonjs';
import nodeResolvePlugin from '@rollup/plugin-node-resolve';
import { rspack } from '@rspack/core';
import { build as buildWithEsbuild } from 'esbuild';
import { rolldown } from 'rolldown';
import { rollup } from 'rollup';
import { build as buildWithVite } from 'vite';
import webpack from 'webpack';
import throughlineForEsbuild from './esbuild.js';
import throughlineForRolldown from './rolldown.js';
import throughlineForRollup from './rollup.js';
import throughlineForRspack from './rspack.js';
import throughlineForVite from './vite.js';
import throughlineForWebpack from './webpack.js';

/** Prints the names that the file exports, whether its functions are sloppy, and what it reads after suspensions. */
const MAIN = `import { AsyncLocalStorage } from 'throughline';
import * as file from './FILE';
// No bundler may look for an export with the name "default", which ES modules here do not have.
const all = { ...file };
const found = { ...all, ...all.default, ...globalThis.found };
const storage = new AsyncLocalStorage();
storage.run('value', () => found.load(storage)).then((value) => {
  console.log(JSON.stringify({ isSloppy: found.isSloppy(), value }));
});
`;

const LOAD = `async function (storage) {
  await 1;
  await { then(resolve) { resolve(); } };
  return storage.getStore();
}`;
const IS_SLOPPY = 'function () { return this !== undefined; }';
const ASSIGNED = `exports.load = ${LOAD};\nvar isSloppy = exports.isSloppy = ${IS_SLOPPY};\n`;
const REFRESH = `(function () { if (typeof self !== 'undefined' && '$RefreshHelpers$' in self) import.meta.webpackHot.accept(); })();\n`;

// The declarations of these packages are those of CommonJS modules, and Node imports their ES modules.
const commonjs = commonjsPlugin as unknown as typeof commonjsPlugin.default;
const nodeResolve = nodeResolvePlugin as unknown as typeof nodeResolvePlugin.default;

interface File {
  readonly code: string;
  /** Default: `file.js`. */
  readonly name?: string;
  /** The builds that reject the file without the plugin too, or whose program fails. */
  readonly unsupported?: readonly string[];
}

/** The builds whose output is one ES module, which is always strict. */
const STRICT = ['esbuild to ES modules', 'rolldown', 'rollup, before its other plugins', 'vite'];

const FILES: Readonly<Record<string, File>> = {
  'assignments to exports': { code: ASSIGNED },
  'assignments to exports, and import.meta at the end': {
    code: ASSIGNED + REFRESH,
    unsupported: ['esbuild', 'esbuild to ES modules', 'webpack for production'],
  },
  'assignments to exports, and module.hot': {
    code: `${ASSIGNED}if (typeof module === 'object' && module.hot) module.hot.accept();\n`,
  },
  'exports as an argument': {
    code: `Object.defineProperty(exports, 'load', { enumerable: true, value: ${LOAD} });\nObject.assign(exports, { isSloppy: ${IS_SLOPPY} });\n`,
  },
  'module with a computed name': { code: `module['exports'] = { load: ${LOAD}, isSloppy: ${IS_SLOPPY} };\n` },
  'a universal module': {
    code: `(function (global, factory) {
  typeof exports === 'object' && typeof module !== 'undefined' ? factory(exports) : factory(global.found = {});
})(this, function (exports) {
${ASSIGNED}});
`,
  },
  'this at the top level': {
    code: `this.load = ${LOAD};\nthis.isSloppy = ${IS_SLOPPY};\n`,
    unsupported: ['rolldown', 'rollup, before its other plugins', 'vite'],
  },
  'no import, export, require or exports': {
    code: `globalThis.found = { load: ${LOAD}, isSloppy: ${IS_SLOPPY} };\n`,
  },
  'only import.meta': {
    code: `globalThis.found = { load: ${LOAD}, isSloppy: ${IS_SLOPPY}, url: typeof import.meta };\n`,
  },
  'an assignment to a name that is not declared': {
    code: `undeclared = ${LOAD};\nglobalThis.found = { load: undeclared, isSloppy: ${IS_SLOPPY} };\n`,
    unsupported: STRICT,
  },
  'a with statement': {
    code: `with ({ load: ${LOAD} }) exports.load = load;\nexports.isSloppy = ${IS_SLOPPY};\n`,
    unsupported: STRICT,
  },
  'octal numbers, and no exports': {
    code: `globalThis.found = { load: ${LOAD}, isSloppy: ${IS_SLOPPY}, mode: 0644 };\n`,
    unsupported: STRICT.filter((name) => name !== 'esbuild to ES modules'),
  },
  'return at the top level, and no exports': {
    code: `globalThis.found = { load: ${LOAD}, isSloppy: ${IS_SLOPPY} };\nif (found.load) return;\nfound.load = undefined;\n`,
    unsupported: ['rollup, before its other plugins'],
  },
  'a variable with the name require': {
    code: `var require = (name) => name;\n${ASSIGNED}if (require(1) !== 1) throw new Error('wrong function');\n`,
  },
  'a function with the name require': {
    code: `${ASSIGNED}function require(name) { return name; }\nif (require(1) !== 1) throw new Error('wrong function');\n`,
  },
  'return at the top level': { code: `${ASSIGNED}if (isSloppy) return;\nexports.load = undefined;\n` },
  'await at the top level': {
    code: `const load = await (async () => { await 0; return ${LOAD}; })();\nglobalThis.found = { load, isSloppy: ${IS_SLOPPY} };\n`,
    unsupported: ['esbuild', 'rspack'],
  },
  'await as a name': {
    code: `var await = ${LOAD};\nexports.load = await;\nexports.isSloppy = ${IS_SLOPPY};\n`,
    unsupported: ['esbuild', ...STRICT],
  },
  'import(), and assignments to exports': {
    code: `${ASSIGNED}exports.later = async () => { await 0; return import(/* webpackMode: "eager" */ './other.js'); };\n`,
  },
  'import and require': {
    code: `import { other } from './other.js';\nconst { common } = require('./common.js');\nexport const load = ${LOAD};\nexport const isSloppy = ${IS_SLOPPY};\nif (other + common !== 3) throw new Error('wrong module');\n`,
    unsupported: ['rollup, before its other plugins'],
  },
  'export and import.meta': {
    code: `export const load = ${LOAD};\nexport const isSloppy = ${IS_SLOPPY};\n${REFRESH}`,
  },
  'a comment and a text with import and export': {
    code: `// import a from 'a'; export default a;\n${ASSIGNED}exports.text = "\\nimport a from 'a';\\nexport default a;\\n";\n`,
  },
  'an ES module by its extension': {
    name: 'file.mjs',
    code: `globalThis.found = { load: ${LOAD}, isSloppy: ${IS_SLOPPY} };\n`,
  },
  'a CommonJS module by its extension': { name: 'file.cjs', code: ASSIGNED },
  'an ES module by its package': {
    name: 'module/file.js',
    code: `globalThis.found = { load: ${LOAD}, isSloppy: ${IS_SLOPPY} };\n`,
  },
  'a CommonJS module by its package': { name: 'commonjs/file.js', code: ASSIGNED },
};

const root = realpathSync(mkdtempSync(join(tmpdir(), 'throughline-kinds-')));
after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
mkdirSync(join(root, 'node_modules'));
const require = createRequire(import.meta.url);
symlinkSync(dirname(require.resolve('throughline/package.json')), join(root, 'node_modules/throughline'), 'junction');

/** The programs by the titles of their files. */
const programs = new Map(Object.entries(FILES).map(([title, file], i) => [title, writeProgram(`program${i}`, file)]));

/** Writes a file with a program that uses it. @returns the path of the program */
function writeProgram(program: string, { code, name = 'file.js' }: File): string {
  const folder = join(root, program);
  const files = {
    [`${program}.mjs`]: MAIN.replace('FILE', name),
    'other.js': 'export const other = 1;\n',
    'common.js': 'exports.common = 2;\n',
    'module/package.json': '{ "type": "module" }',
    'commonjs/package.json': '{ "type": "commonjs" }',
    [name]: code,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return join(folder, `${program}.mjs`);
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

/** The options that webpack and Rspack share. */
const webpackOptions = (mode: 'development' | 'production', entries: readonly string[], out: string) => ({
  mode,
  devtool: false as const,
  entry: Object.fromEntries(entries.map((entry) => [basename(entry, '.mjs'), entry])),
  output: { path: out, filename: '[name].cjs', publicPath: '' },
  optimization: { minimize: false },
});

/** Builds the programs: each becomes a file of the same name in `out`. */
type Build = (entries: string[], out: string, isTransformed: boolean) => Promise<unknown>;

const BUILDS: Readonly<Record<string, Build>> = {
  esbuild: (entryPoints, outdir, isTransformed) =>
    buildWithEsbuild({
      entryPoints,
      outdir,
      entryNames: '[name]',
      outExtension: { '.js': '.cjs' },
      bundle: true,
      logLevel: 'silent',
      plugins: isTransformed ? [throughlineForEsbuild()] : [],
    }),
  'esbuild to ES modules': (entryPoints, outdir, isTransformed) =>
    buildWithEsbuild({
      entryPoints,
      outdir,
      entryNames: '[name]',
      outExtension: { '.js': '.mjs' },
      bundle: true,
      format: 'esm',
      logLevel: 'silent',
      plugins: isTransformed ? [throughlineForEsbuild()] : [],
    }),
  async rolldown(input, dir, isTransformed) {
    const plugins = isTransformed ? [throughlineForRolldown()] : [];
    const bundle = await rolldown({ input, platform: 'browser', logLevel: 'silent', plugins });
    await bundle.write({ dir, entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
    await bundle.close();
  },
  async 'rollup, before its other plugins'(input, dir, isTransformed) {
    const plugins = [nodeResolve({ browser: true }), commonjs()];
    if (isTransformed) plugins.unshift(throughlineForRollup());
    const bundle = await rollup({ input, logLevel: 'silent', plugins });
    await bundle.write({ dir, entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
    await bundle.close();
  },
  webpack: (entries, out, isTransformed) => {
    const plugins = isTransformed ? [throughlineForWebpack()] : [];
    return compile((done) => webpack({ ...webpackOptions('development', entries, out), plugins }, done));
  },
  'webpack for production': (entries, out, isTransformed) => {
    const plugins = isTransformed ? [throughlineForWebpack()] : [];
    return compile((done) => webpack({ ...webpackOptions('production', entries, out), plugins }, done));
  },
  rspack: (entries, out, isTransformed) => {
    const plugins = isTransformed ? [throughlineForRspack()] : [];
    return compile((done) => rspack({ ...webpackOptions('development', entries, out), plugins }, done));
  },
  vite: (input, outDir, isTransformed) =>
    buildWithVite({
      root,
      configFile: false,
      logLevel: 'silent',
      build: {
        outDir,
        target: 'esnext',
        modulePreload: false,
        rolldownOptions: { input, output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' } },
      },
      plugins: isTransformed ? [throughlineForVite()] : [],
    }),
};

/** Builds the programs of some files. @returns the folder of the output */
async function build(name: string, titles: readonly string[], isTransformed: boolean): Promise<string> {
  const out = mkdtempSync(join(root, 'out-'));
  await BUILDS[name]?.(
    titles.map((title) => programs.get(title) ?? ''),
    out,
    isTransformed,
  );
  return out;
}

/** Runs a built program. @returns what it prints */
async function run(out: string, title: string): Promise<object> {
  const program = basename(programs.get(title) ?? '', '.mjs');
  const file = readdirSync(out).find((name) => new RegExp(`^${program}\\.[cm]js$`).test(name)) ?? '';
  const worker = new Worker(join(out, file), { stdout: true });
  const exit = once(worker, 'exit');
  const chunks: unknown[] = [];
  for await (const chunk of worker.stdout) chunks.push(chunk);
  await exit;
  return JSON.parse(chunks.join(''));
}

for (const name of Object.keys(BUILDS)) {
  const isSupported = (title: string) => FILES[title]?.unsupported?.includes(name) !== true;
  const titles = Object.keys(FILES).filter(isSupported);
  describe(`${name} keeps the kind of a file with`, () => {
    const plain = build(name, titles, false);
    const transformed = plain.then(() => build(name, titles, true));
    // The tests report the rejection.
    transformed.catch(() => {});
    for (const title of titles) {
      it(title, async () => {
        assert.deepEqual(await run(await transformed, title), { ...(await run(await plain, title)), value: 'value' });
      });
    }
  });
}
