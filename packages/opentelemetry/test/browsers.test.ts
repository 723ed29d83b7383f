/** The context manager in pages: with the transform, and with intercepted native `await`. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  type Browser,
  type BrowserName,
  MissingBrowser,
  openBrowser,
  type PageServer,
  startPageServer,
} from '@throughline/testing/browsers';
import throughline from '@throughline/transform/esbuild';
import { build } from 'esbuild';

const SPANS_PER_FLOW = 13;
const modes = { transform: [throughline()], interception: [] };

async function bundlePage(plugins: (typeof modes)[keyof typeof modes]): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('traced-page.js', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    plugins: [...plugins],
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

for (const name of ['chromium', 'firefox', 'webkit'] satisfies BrowserName[]) {
  describe(`spans in ${name}`, () => {
    let server: PageServer;
    let browser: Browser | undefined;
    let missing: string | undefined;

    before(async () => {
      server = await startPageServer();
      try {
        browser = await openBrowser(name);
      } catch (error) {
        if (!(error instanceof MissingBrowser)) throw error;
        missing = error.message;
      }
    });
    after(async () => {
      await browser?.close();
      await server.close();
    });

    for (const [mode, plugins] of Object.entries(modes)) {
      it(`have the parents of their own flow, with ${mode}`, async (test) => {
        if (browser === undefined) return test.skip(missing);
        server.add(`/${mode}.js`, await bundlePage(plugins));
        server.add(
          `/${mode}`,
          `<!doctype html><meta charset="utf-8"><script type="module" src="/${mode}.js"></script>`,
        );
        const page = await browser.openPage(`${server.origin}/${mode}`);
        try {
          assert.deepEqual(await page.evaluate('globalThis.result'), { count: 20 * SPANS_PER_FLOW, wrong: [] });
        } finally {
          await page.close();
        }
      });
    }
  });
}
