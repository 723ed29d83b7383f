/** Measures how many bytes a package adds to a page, minified and gzipped. */
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import type { PageVariant } from './page-variants.js';

/** Bundles and minifies a page as users do. */
export async function bundlePage(options: BuildOptions): Promise<Uint8Array> {
  const { outputFiles } = await build({
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'esnext',
    write: false,
    logLevel: 'error',
    ...options,
  });
  const [output] = outputFiles ?? [];
  if (output === undefined) throw new Error('esbuild wrote nothing.');
  return output.contents;
}

async function bundledBytes(entryPoint: string, options: BuildOptions): Promise<number> {
  return gzipSync(await bundlePage({ entryPoints: [entryPoint], ...options }), { level: 9 }).length;
}

/** @returns the size of the bundled page without that of the page's own code */
export async function addedBytes({ entryPoint, packageName, options }: PageVariant): Promise<number> {
  const ownBytes = await bundledBytes(entryPoint, { external: [packageName] });
  return (await bundledBytes(entryPoint, options)) - ownBytes;
}
