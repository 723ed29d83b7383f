/** Pages of one browser. Each runs a module that is bundled with `throughline` and the files of this folder. */
import { fileURLToPath } from 'node:url';
import { type BrowserName, openBrowser, type PageServer, startPageServer } from '@throughline/testing/browsers';
import { build } from 'esbuild';

export interface TestPages {
  readonly server: PageServer;
  /**
   * Opens a page with a module, and returns the value to which the module's `globalThis.result` settles.
   *
   * @param first the source of a module that runs before
   */
  evaluate(source: string, first?: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts the browser and a server. Rejects with a `MissingBrowser` if the browser is not installed. */
export async function openTestPages(name: BrowserName): Promise<TestPages> {
  const browser = await openBrowser(name);
  const server = await startPageServer();
  let count = 0;
  return {
    server,
    async evaluate(source, first = '') {
      const path = `/pages/${++count}`;
      const scripts = [`${path}-first.js`, `${path}.js`];
      const html = scripts.map((script) => `<script type="module" src="${script}"></script>`).join('');
      server.add(path, `<!doctype html><meta charset="utf-8"><body>${html}`);
      server.add(`${path}-first.js`, await bundle(first));
      server.add(`${path}.js`, await bundle(source));
      const page = await browser.openPage(server.origin + path);
      try {
        return await page.evaluate('globalThis.result');
      } finally {
        await page.close();
      }
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Bundles a module for a page, or a classic script for a worker. */
export async function bundle(source: string, format: 'esm' | 'iife' = 'esm'): Promise<string> {
  const result = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    write: false,
    format,
    platform: 'browser',
    conditions: ['throughline-portable'],
    logLevel: 'error',
  });
  return result.outputFiles?.[0]?.text ?? '';
}
