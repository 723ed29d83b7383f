/** A page without a build step: an import map for `throughline` alone, and the files of the package on a server. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openBrowser, startPageServer } from '@throughline/testing/browsers';

const PAGE = `<!doctype html><meta charset="utf-8">
<script type="importmap">{ "imports": { "throughline": "/throughline/index.js", "throughline/": "/throughline/" } }</script>
<script type="module">
  import { AsyncContext, AsyncLocalStorage } from 'throughline';
  const storage = new AsyncLocalStorage();
  const read = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return storage.getStore();
  };
  globalThis.result = (async () => {
    const values = await Promise.all([storage.run('ada', read), storage.run('bob', read)]);
    await import('throughline/global.js');
    return [...values, globalThis.AsyncContext === AsyncContext];
  })();
</script>`;

test('an import map for throughline is enough in Chromium', async () => {
  const browser = await openBrowser('chromium');
  const server = await startPageServer();
  try {
    const folder = join(dirname(createRequire(import.meta.url).resolve('throughline/package.json')), 'lib/portable');
    for (const file of readdirSync(folder)) {
      if (file.endsWith('.js')) server.add(`/throughline/${file}`, readFileSync(join(folder, file)));
    }
    server.add('/page', PAGE);
    const page = await browser.openPage(`${server.origin}/page`);
    for (let attempt = 0; attempt < 50 && !(await page.evaluate("'result' in globalThis")); attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.deepEqual(await page.evaluate('globalThis.result'), ['ada', 'bob', true]);
  } finally {
    await browser.close();
    await server.close();
  }
});
