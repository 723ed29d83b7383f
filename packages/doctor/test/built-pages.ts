/** Programs of the folder `pages` that other bundlers than Vite build for development, with the option `doctor`. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rspack } from '@rspack/core';
import type { Finding } from '@throughline/doctor';
import { type Browser, startPageServer } from '@throughline/testing/browsers';
import throughlineForEsbuild from '@throughline/transform/esbuild';
import throughlineForRspack from '@throughline/transform/rspack';
import throughlineForWebpack from '@throughline/transform/webpack';
import { build } from 'esbuild';
import webpack from 'webpack';

const folder = fileURLToPath(new URL('../pages/', import.meta.url));

type Files = Readonly<Record<string, string>>;

async function buildWithWebpackFamily(run: typeof webpack, plugin: unknown, program: string): Promise<Files> {
  const path = mkdtempSync(join(tmpdir(), 'doctor-built-'));
  try {
    await new Promise<void>((resolve, reject) => {
      run(
        {
          context: folder,
          mode: 'development',
          entry: { main: [`./${program}`, './harness.js'] },
          output: { path, filename: 'main.js', uniqueName: 'pages' },
          plugins: [plugin],
        } as webpack.Configuration,
        (error, stats) => {
          const { errors = [] } = stats?.toJson({ all: false, errors: true }) ?? {};
          if (error || errors.length > 0) reject(error ?? new Error(errors[0]?.message));
          else resolve();
        },
      );
    });
    const read = (name: string) => readFileSync(join(path, name), 'utf8');
    return { '/main.js': read('main.js'), '/main.js.map': read('main.js.map') };
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

async function buildWithEsbuild(program: string): Promise<Files> {
  const { NODE_ENV } = process.env;
  // esbuild has no modes.
  process.env.NODE_ENV = 'development';
  try {
    const { outputFiles } = await build({
      absWorkingDir: folder,
      stdin: { contents: `import './${program}';\nimport './harness.js';`, resolveDir: folder },
      outfile: join(folder, 'main.js'),
      bundle: true,
      format: 'esm',
      sourcemap: true,
      // The package.json of the doctor, which is above the folder, states that most files have no side effects.
      ignoreAnnotations: true,
      write: false,
      logLevel: 'silent',
      plugins: [throughlineForEsbuild({ doctor: true })],
    });
    const [map, code] = outputFiles;
    return { '/main.js': code?.text ?? '', '/main.js.map': map?.text ?? '' };
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

export const BUNDLERS: Readonly<Record<string, (program: string) => Promise<Files>>> = {
  webpack: (program) => buildWithWebpackFamily(webpack, throughlineForWebpack({ doctor: true }), program),
  Rspack: (program) =>
    buildWithWebpackFamily(rspack as unknown as typeof webpack, throughlineForRspack({ doctor: true }), program),
  esbuild: buildWithEsbuild,
};

/** Builds a program, opens it, and returns the findings. */
export async function findInBuilt(browser: Browser, bundler: string, program: string): Promise<Finding[]> {
  const files = await BUNDLERS[bundler]?.(program);
  const server = await startPageServer();
  try {
    for (const [path, text] of Object.entries(files ?? {})) server.add(path, text);
    server.add('/', '<!doctype html><body><script type="module" src="/main.js"></script>');
    const page = await browser.openPage(server.origin);
    // Without the server of Vite, the harness does not wait for the program.
    const found = await page.evaluate(
      'new Promise((resolve) => setTimeout(resolve, 300)).then(() => globalThis.findings())',
    );
    await page.close();
    return found as Finding[];
  } finally {
    await server.close();
  }
}
