/** Pages of one browser. Each runs a module that is bundled with `throughline` and the files of this folder. */
import { fileURLToPath } from 'node:url';
import { type BrowserName, openBrowser, type PageServer, startPageServer } from '@throughline/testing/browsers';
import { type BuildOptions, build } from 'esbuild';

export interface TestPages {
  readonly server: PageServer;
  /**
   * Opens a page with a module, and returns the value to which the module's `globalThis.result` settles.
   *
   * @param first the source of a module that runs before
   */
  evaluate(source: string, first?: string): Promise<unknown>;
  /** Opens a page with scripts that are bundled already, and returns the same. */
  evaluateScripts(...scripts: readonly string[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts the browser and a server. Rejects with a `MissingBrowser` if the browser is not installed. */
export async function openTestPages(name: BrowserName): Promise<TestPages> {
  const browser = await openBrowser(name);
  const server = await startPageServer();
  let count = 0;
  const evaluateScripts = async (type: string, scripts: readonly string[]): Promise<unknown> => {
    const path = `/pages/${++count}`;
    const paths = scripts.map((_, index) => `${path}-${index}.js`);
    const html = paths.map((script) => `<script${type} src="${script}"></script>`).join('');
    server.add(path, `<!doctype html><meta charset="utf-8"><body>${html}`);
    for (const [index, script] of scripts.entries()) server.add(`${path}-${index}.js`, script);
    const page = await browser.openPage(server.origin + path);
    try {
      // The page may have replaced Promise, and the browser waits for a native promise.
      return await page.evaluate('(async () => await globalThis.result)()');
    } finally {
      await page.close();
    }
  };
  return {
    server,
    async evaluate(source, first = '') {
      return evaluateScripts(' type="module"', [await bundle(first), await bundle(source)]);
    },
    evaluateScripts: (...scripts) => evaluateScripts('', scripts),
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Bundles a module for a page, a classic script for a page or a worker, or a CommonJS module for Node. */
export async function bundle(
  source: string,
  format: 'esm' | 'iife' | 'cjs' = 'esm',
  options: BuildOptions = {},
): Promise<string> {
  const result = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    write: false,
    format,
    platform: 'browser',
    conditions: ['throughline-portable'],
    logLevel: 'error',
    ...options,
  });
  return result.outputFiles?.[0]?.text ?? '';
}
