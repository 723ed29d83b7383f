/** Builds the pages of the tests, each with the transform and without it. */
import { fileURLToPath } from 'node:url';
import throughline from '@throughline/transform/esbuild';
import { build } from 'esbuild';

/** How a page follows `await`. */
export const modes = ['transform', 'interception'] as const;
export type Mode = (typeof modes)[number];

/**
 * @param names the names of the files of the pages, without an extension
 * @returns by path, the pages and their scripts; a page has the path `/<name>/<mode>`
 */
export async function bundlePages(names: readonly string[]): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const mode of modes) {
    for (const name of names) {
      const path = `/${name}/${mode}`;
      files[`${path}.js`] = await bundlePage(name, mode);
      files[path] =
        `<!doctype html><meta charset="utf-8"><title>${name}</title><body><script type="module" src="${path}.js"></script>`;
    }
  }
  return files;
}

/**
 * @param name the name of the file of the page, without an extension
 * @returns its script
 */
export async function bundlePage(name: string, mode: Mode): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`${name}.js`, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    plugins: mode === 'transform' ? [throughline()] : [],
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}
