/**
 * Builds the playground: static files that a page loads from one folder.
 *
 *     playground.js, playground.css   what the page imports, with the editor
 *     compile-program-*.js            the transform and the doctor's part of a build, loaded when a program first runs
 *     oxc-parser.wasm                 their parser
 *     run-transform.js, …             what runs a program: one file for each mode
 */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig } from 'vite';
import { OWN_FOLDER } from './program-url.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Of the sources, which the compiler does not copy. */
const source = (relative: string) => path(`../${relative}`);

/** Modules of Node that the transform and the doctor import. */
const NODE_MODULE = /^node:(?:child_process|crypto|fs|path|url|worker_threads)$/;

/** @param outDir the folder that receives the files; what it contains is removed */
export async function buildPlayground(outDir: string): Promise<void> {
  await build(pageConfig(outDir));
  for (const mode of ['transform', 'interception', 'global']) {
    await build(runConfig(outDir, mode));
    const file = `${outDir}/run-${mode}.js`;
    writeFileSync(file, withOwnMap(readFileSync(file, 'utf8')));
  }
  copyFileSync(createRequire(import.meta.url).resolve('oxc-parser/wasm'), `${outDir}/oxc-parser.wasm`);
}

const common = { configFile: false, logLevel: 'warn', root: source('.') } as const;

/** Says nothing about the time that this build takes. */
const rolldownOptions = { checks: { pluginTimings: false } };

function pageConfig(outDir: string): InlineConfig {
  return {
    ...common,
    define: {
      // A CommonJS module of the doctor looks for files next to it, and for settings, which it does not need in a page.
      __filename: '"/doctor/bundler.cjs"',
      'process.features': '{}',
      'process.env.NODE_ENV': '"production"',
      'process.env': '{}',
    },
    resolve: {
      alias: [
        { find: 'node:module', replacement: source('compile/node-module.ts') },
        { find: NODE_MODULE, replacement: source('compile/absent-node-modules.ts') },
        { find: /^oxc-parser$/, replacement: source('compile/oxc-parser.ts') },
      ],
    },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      rolldownOptions,
      lib: { entry: source('page/playground.ts'), formats: ['es'], fileName: 'playground', cssFileName: 'playground' },
      minify: true,
    },
  };
}

function runConfig(outDir: string, mode: string): InlineConfig {
  return {
    ...common,
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      rolldownOptions,
      lib: { entry: source(`run/${mode}.ts`), formats: ['iife'], name: 'playground', fileName: () => `run-${mode}.js` },
      // The doctor tells its own functions in a stack by their names.
      minify: false,
    },
  };
}

/** Adds a source map that says of each line that it is Throughline's own, so that findings do not name it. */
function withOwnMap(code: string): string {
  const lines = code.split('\n').map(() => 'AAAA');
  const map = {
    version: 3,
    sources: [`https://playground.invalid/${OWN_FOLDER}/runtime.js`],
    names: [],
    mappings: lines.join(';'),
  };
  const json = Buffer.from(JSON.stringify(map)).toString('base64');
  return `${code}//# sourceMappingURL=data:application/json;base64,${json}\n`;
}
