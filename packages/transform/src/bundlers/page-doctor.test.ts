/** The option `doctor` of each bundler: what builds for development and for production contain, and their source maps. */
import assert from 'node:assert/strict';
import {
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
import { build as buildWithVite, createLogger, resolveConfig } from 'vite';
import webpack from 'webpack';
import throughlineForEsbuild from './esbuild.js';
import type { PluginOptions } from './plugin-options.js';
import throughlineForRolldown from './rolldown.js';
import throughlineForRollup from './rollup.js';
import throughlineForRspack from './rspack.js';
import throughlineForVite from './vite.js';
import throughlineForWebpack from './webpack.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'throughline-doctor-')));
after(() => rmSync(root, { recursive: true, force: true }));

const MAIN = `import { AsyncLocalStorage } from 'throughline';
const users = new AsyncLocalStorage();
export function show(queue) {
  queue.push(async () => {
    await null;
    return users.getStore();
  });
}
console.log(show);
`;
writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
writeFileSync(join(root, 'main.js'), MAIN);
writeFileSync(join(root, 'index.html'), '<script type="module" src="/main.js"></script>');
const modules = join(root, 'node_modules');
mkdirSync(join(modules, '@throughline'), { recursive: true });
mkdirSync(join(modules, '@jridgewell'), { recursive: true });
const require = createRequire(import.meta.url);
const packageFolder = (name: string) => dirname(require.resolve(`${name}/package.json`));
for (const name of ['throughline', '@throughline/doctor', '@throughline/transform', '@jridgewell/trace-mapping']) {
  symlinkSync(packageFolder(name), join(modules, name), 'junction');
}

interface Built {
  readonly code: string;
  readonly map: string;
  readonly warnings: readonly string[];
}

type Build = (options: PluginOptions, isDevelopment: boolean) => Promise<Built>;

async function inEnvironment<R>(value: string, run: () => Promise<R>): Promise<R> {
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = value;
  try {
    return await run();
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

const isOurs = (source: string) => /^(?:throughline|@throughline|@jridgewell)/.test(source);

const environmentOf = (isDevelopment: boolean) => (isDevelopment ? 'development' : 'production');

async function buildWithWebpackFamily(
  run: typeof webpack,
  plugin: (options: PluginOptions) => unknown,
  options: PluginOptions,
  isDevelopment: boolean,
): Promise<Built> {
  const path = mkdtempSync(join(root, 'out-'));
  const warnings = await new Promise<string[]>((resolve, reject) => {
    run(
      {
        context: root,
        mode: environmentOf(isDevelopment),
        entry: './main.js',
        // The default of development is `eval`.
        ...(isDevelopment ? {} : { devtool: 'source-map', optimization: { minimize: false } }),
        output: { path, filename: 'main.js', uniqueName: 'app' },
        plugins: [plugin(options) as webpack.WebpackPluginInstance],
      } as webpack.Configuration,
      (error, stats) => {
        const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
        if (error || errors.length > 0) reject(error ?? new Error(errors[0]?.message));
        else resolve(warnings.map(({ message }) => message));
      },
    );
  });
  const read = (name: string) => readFileSync(join(path, name), 'utf8');
  return { code: read('main.js'), map: read('main.js.map'), warnings };
}

const builds: Readonly<Record<string, Build>> = {
  webpack: (options, isDevelopment) => buildWithWebpackFamily(webpack, throughlineForWebpack, options, isDevelopment),
  Rspack: (options, isDevelopment) =>
    buildWithWebpackFamily(rspack as unknown as typeof webpack, throughlineForRspack, options, isDevelopment),
  esbuild: (options, isDevelopment) =>
    inEnvironment(environmentOf(isDevelopment), async () => {
      const { outputFiles, warnings } = await buildWithEsbuild({
        absWorkingDir: root,
        entryPoints: ['main.js'],
        outdir: 'out',
        bundle: true,
        format: 'esm',
        sourcemap: true,
        write: false,
        logLevel: 'silent',
        plugins: [throughlineForEsbuild(options)],
      });
      const [map, code] = outputFiles;
      return { code: code?.text ?? '', map: map?.text ?? '', warnings: warnings.map(({ text }) => text) };
    }),
  Rollup: (options, isDevelopment) =>
    inEnvironment(environmentOf(isDevelopment), async () => {
      const warnings: string[] = [];
      const bundle = await rollup({
        input: join(root, 'main.js'),
        external: isOurs,
        plugins: [throughlineForRollup(options)],
        onwarn: ({ message }) => void warnings.push(message),
      });
      const { output } = await bundle.generate({ format: 'es', sourcemap: true });
      return { code: output[0].code, map: String(output[0].map), warnings };
    }),
  Rolldown: (options, isDevelopment) =>
    inEnvironment(environmentOf(isDevelopment), async () => {
      const warnings: string[] = [];
      const bundle = await rolldown({
        cwd: root,
        input: 'main.js',
        plugins: [throughlineForRolldown(options)],
        onLog: (level, { message }) => {
          if (level === 'warn') warnings.push(message);
        },
      });
      const { output } = await bundle.generate({ format: 'esm', sourcemap: true });
      return { code: output[0].code, map: String(output[0].map), warnings };
    }),
};

describe('the option doctor', () => {
  for (const [name, build] of Object.entries(builds)) {
    it(`instruments a page that ${name} builds for development, with source maps`, async () => {
      const { code, map } = await build({ doctor: true }, true);
      assert.match(code, /__tdEnter\(/);
      assert.match(code, /__tdFile\(\{/);
      const line = code.slice(0, code.indexOf('users.getStore()')).split('\n').length;
      const column = code.split('\n')[line - 1]?.indexOf('getStore()') ?? -1;
      const original = originalPositionFor(new TraceMap(map), { line, column });
      assert.match(original.source ?? '', /main\.js$/);
      assert.deepEqual([original.line, original.column], [6, 17]);
    });

    it(`leaves a page that ${name} builds for production as it is, and says so`, async () => {
      const { code, warnings } = await build({ doctor: true }, false);
      const plain = await build({}, false);
      assert.equal(code, plain.code);
      assert.deepEqual(plain.warnings, []);
      assert.equal(warnings.length, 1, warnings.join('\n'));
      assert.match(warnings[0] ?? '', /The option doctor has no effect: .*\. Only builds for development contain/);
    });
  }

  it('leaves a page of vite build as it is, and says so once', async () => {
    const warnings: string[] = [];
    const build = async (options: PluginOptions) => {
      const outDir = mkdtempSync(join(root, 'out-'));
      await buildWithVite({
        root,
        configFile: false,
        customLogger: { ...createLogger('silent'), warn: (message: string) => void warnings.push(message) },
        build: { outDir, minify: false, emptyOutDir: true },
        plugins: [throughlineForVite(options)],
      });
      const assets = join(outDir, 'assets');
      return readdirSync(assets).map((file) => readFileSync(join(assets, file), 'utf8'));
    };
    assert.deepEqual(await build({ doctor: { dependencies: true } }), await build({}));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /vite build does not start a development server/);
  });

  it('is not loaded by vite preview, which serves what was built', async () => {
    const includes = async (isPreview: boolean) => {
      const config = { root, configFile: false as const, plugins: [throughlineForVite({ doctor: true })] };
      const { optimizeDeps } = await resolveConfig(config, 'serve', 'production', 'production', isPreview);
      return optimizeDeps.include?.includes('@throughline/doctor/page');
    };
    assert.equal(await includes(false), true);
    assert.equal(await includes(true), false);
  });

  it('needs the package of the doctor, and names the command that installs it', () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'throughline-no-doctor-'));
    const loader = fileURLToPath(new URL('./page-doctor.js', import.meta.url));
    try {
      const copy = join(elsewhere, 'page-doctor.mjs');
      // From a folder outside of this repository, neither the project nor the plugin finds the package.
      const code = readFileSync(loader, 'utf8').replaceAll(/from '(\.{1,2}\/[^']+)'/g, (_, path) => {
        return `from '${new URL(path, import.meta.url).href}'`;
      });
      writeFileSync(copy, code);
      return import(copy).then(({ setUpDoctor }) => {
        assert.throws(
          () => setUpDoctor(true, elsewhere, { urlPrefix: '', throughlineDirectory: '' }),
          /requires the package '@throughline\/doctor', which cannot be resolved from .* npm install --save-dev @throughline\/doctor$/,
        );
        assert.equal(setUpDoctor(false, elsewhere, { urlPrefix: '', throughlineDirectory: '' }), undefined);
      });
    } finally {
      after(() => rmSync(elsewhere, { recursive: true, force: true }));
    }
  });
});
