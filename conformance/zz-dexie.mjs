import { build } from 'esbuild'; import throughline from '@throughline/transform/esbuild';
import { openBrowser, startPageServer } from '@throughline/testing/browsers';
const dir = process.cwd() + '/conformance/web/';
async function bundle(contents, plugins) { const r = await build({ stdin: { contents, resolveDir: dir, loader: 'ts' }, bundle: true, write: false, format: 'iife', platform: 'browser', conditions: ['throughline-portable'], logLevel: 'error', target: 'esnext', plugins }); return r.outputFiles[0].text; }
const browser = await openBrowser('chromium'); const server = await startPageServer(); let n = 0;
for (const mode of ['transform', 'interception']) for (const order of ['before', 'after']) {
const main = await bundle(`${order === 'before' ? "import Dexie from 'dexie'; import './install-patches.ts';" : "import './install-patches.ts'; import Dexie from 'dexie';"}
import './zz-dexie-flows.js';`, mode === 'transform' ? [throughline()] : []);
const p = '/p' + ++n; server.add(p, `<!doctype html><meta charset="utf-8"><body><script src="${p}.js"></script>`); server.add(p + '.js', main);
const page = await browser.openPage(server.origin + p); console.log(mode, order, JSON.stringify(await page.evaluate('(async () => await (globalThis.result ?? "none"))()'))); await page.close(); }
await browser.close(); await server.close();
