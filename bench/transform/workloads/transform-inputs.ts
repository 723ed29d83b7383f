/** The code that is transformed: real packages as they are published, and an app. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface TransformInput {
  readonly code: string;
  readonly filename: string;
}

const { resolve } = createRequire(import.meta.url);

/** By the names of the workloads in transform-suite.ts. */
export const TRANSFORM_INPUTS: Readonly<Record<string, () => Promise<TransformInput>>> = {
  'react-dom': () => readPublishedFile('react-dom', 'cjs/react-dom-client.development.js'),
  // The package typescript no longer contains a compiler in JavaScript. This package contains the last such compiler.
  typescript: () => readPublishedFile('@ts-morph/common', 'dist/typescript.js'),
  app: bundleApp,
};

async function readPublishedFile(packageName: string, file: string): Promise<TransformInput> {
  const filename = join(packageFolder(packageName), file);
  return { code: await readFile(filename, 'utf8'), filename };
}

/** Finds a package's folder through its entry point, because not every package exports its package.json. */
function packageFolder(packageName: string): string {
  const entry = resolve(packageName);
  const folder = join('node_modules', packageName);
  return entry.slice(0, entry.lastIndexOf(folder) + folder.length);
}

/** Bundles the code that drives browsers in this workspace with all its dependencies. It is mostly async functions. */
async function bundleApp(): Promise<TransformInput> {
  const entry = fileURLToPath(import.meta.resolve('@throughline/testing/browsers'));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'esnext',
    // Optional native add-ons, which exist only on machines that have built them.
    external: ['bufferutil', 'utf-8-validate'],
    logLevel: 'error',
  });
  return { code: outputFiles[0]?.text ?? '', filename: join(dirname(entry), 'app.mjs') };
}
