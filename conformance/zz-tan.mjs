import { build } from 'esbuild';
import { openBrowser, startPageServer } from '@throughline/testing/browsers';
const dir = process.cwd() + '/conformance/web/';
async function bundle(contents) { const r = await build({ stdin: { contents, resolveDir: dir, loader: 'ts' }, bundle: true, write: false, format: 'iife', platform: 'browser', conditions: ['throughline-portable'], logLevel: 'error', target: 'esnext' }); return r.outputFiles[0].text; }
const browser = await openBrowser('chromium'); const server = await startPageServer();
const main = await bundle(`import { AsyncLocalStorage } from 'throughline';
import { MutationObserver, QueryClient } from '@tanstack/query-core';
const als = new AsyncLocalStorage();
globalThis.result = als.run('flow', async () => {
  const m = new MutationObserver(new QueryClient(), { mutationFn: async () => String(als.getStore()) });
  const seen = await m.mutate(); return { mutationFn: seen, caller: String(als.getStore()) };
});`);
server.add('/p', '<!doctype html><meta charset="utf-8"><body><script src="/p.js"></script>'); server.add('/p.js', main);
const page = await browser.openPage(server.origin + '/p'); console.log(JSON.stringify(await page.evaluate('globalThis.result ?? "none"'), null, 1)); await browser.close(); await server.close();
