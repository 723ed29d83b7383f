/** The checks in pages: with the transform, and with intercepted native `await`. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  type Browser,
  browserNames,
  MissingBrowser,
  openBrowser,
  type PageServer,
  startPageServer,
} from '@throughline/testing/browsers';
import throughline from '@throughline/transform/esbuild';
import { build } from 'esbuild';

let server: PageServer;

before(async () => {
  server = await startPageServer();
  for (const mode of ['transform', 'interception']) {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('checked-page.js', import.meta.url))],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      plugins: mode === 'transform' ? [throughline()] : [],
      logLevel: 'error',
    });
    server.add(`/${mode}.js`, outputFiles[0]?.text ?? '');
    server.add(
      `/${mode}`,
      `<!doctype html><meta charset="utf-8"><body><script type="module" src="/${mode}.js"></script>`,
    );
  }
});
after(() => server.close());

for (const name of browserNames) {
  test(`the checks in ${name}`, async (context) => {
    let browser: Browser;
    try {
      browser = await openBrowser(name);
    } catch (error) {
      if (!(error instanceof MissingBrowser)) throw error;
      return context.skip(error.message);
    }
    try {
      for (const mode of ['transform', 'interception']) {
        const page = await browser.openPage(`${server.origin}/${mode}`);
        assert.equal(await page.evaluate('globalThis.result'), '100 flows read their own values', mode);
        await page.close();
      }
    } finally {
      await browser.close();
    }
  });
}
