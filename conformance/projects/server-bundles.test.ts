/**
 * Servers that bundlers build for Node: they contain the ES modules of the packages, once. Each entry point for bundlers
 * refers to the CommonJS module that Node loads instead, for the tools that copy files; no bundler may follow that.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { build } from 'esbuild';
import { rolldown } from 'rolldown';
import { rollup } from 'rollup';
import { createServer } from 'vite';
import webpack from 'webpack';
import { ES_MODULE, OUTPUT } from './programs.js';

// In this folder, so that the packages are found.
const folder = await mkdtemp(fileURLToPath(new URL('servers-', import.meta.url)));
after(() => rm(folder, { recursive: true }));
const input = join(folder, 'server.mjs');
await writeFile(
  input,
  `${ES_MODULE}\nimport 'throughline/await';\ndemo().then(console.log);\nexport const printed = demo();\n`,
);

/** Packages that the packages depend on, which neither Rollup without its plugin nor a split ES module can contain. */
const COMMONJS_DEPENDENCIES = ['cookie', 'proxy-addr', 'keyv'];

const bundlers: Readonly<Record<string, (dir: string) => Promise<unknown>>> = {
  'esbuild, which splits code': (dir) =>
    build({
      entryPoints: [input],
      outdir: dir,
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      outExtension: { '.js': '.mjs' },
      external: COMMONJS_DEPENDENCIES,
      logLevel: 'error',
    }),
  'Rollup without its plugin for CommonJS': async (dir) => {
    const onwarn = ({ message }: { message: string }) => assert.fail(message);
    const bundle = await rollup({
      input,
      external: COMMONJS_DEPENDENCIES,
      plugins: [nodeResolve({ exportConditions: ['node'] })],
      onwarn,
    });
    await bundle.write({ dir, entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' });
  },
  Rolldown: async (dir) => {
    const bundle = await rolldown({ input, platform: 'node' });
    await bundle.write({ dir, entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' });
  },
  'webpack in development': (path) =>
    new Promise<void>((resolve, reject) => {
      webpack(
        {
          mode: 'development',
          devtool: false,
          target: 'node20',
          entry: input,
          experiments: { outputModule: true },
          output: { path, filename: 'server.mjs', module: true, library: { type: 'module' } },
        },
        (error, stats) => {
          const problem = error ?? (stats?.hasErrors() || stats?.hasWarnings() ? new Error(stats.toString()) : null);
          if (problem === null) resolve();
          else reject(problem);
        },
      );
    }),
};

for (const [name, bundle] of Object.entries(bundlers)) {
  test(`a server that is built by ${name} has one file, without the CommonJS modules`, async () => {
    const dir = join(folder, name.replace(/\W+/g, '-'));
    await mkdir(dir);
    await bundle(dir);
    assert.deepEqual(await readdir(dir), ['server.mjs']);
    const code = await readFile(join(dir, 'server.mjs'), 'utf8');
    assert.doesNotMatch(code, /exports\.AsyncLocalStorage = /);
    const { stdout } = await promisify(execFile)(process.execPath, [join(dir, 'server.mjs')]);
    assert.equal(stdout, `${OUTPUT}\n`);
  });
}

test("Vite's development server evaluates the packages, if the server must not leave them out", async () => {
  const server = await createServer({
    root: folder,
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    server: { middlewareMode: true, ws: false, hmr: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    ssr: { noExternal: [/throughline/] },
  });
  try {
    const { printed } = (await server.ssrLoadModule(input)) as { printed: Promise<string> };
    assert.equal(await printed, OUTPUT);
  } finally {
    await server.close();
  }
});
