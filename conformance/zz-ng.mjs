import { build } from 'esbuild';
import throughline from '@throughline/transform/esbuild';
import { openBrowser, startPageServer } from '@throughline/testing/browsers';
const dir = process.cwd() + '/conformance/web/';
const lowered = { target: 'es2022', supported: { 'async-await': false, 'async-generator': false, 'for-await': false } };
async function bundle(contents, options) { const r = await build({ stdin: { contents, resolveDir: dir, loader: 'ts' }, bundle: true, write: false, format: 'esm', platform: 'browser', conditions: ['throughline-portable'], logLevel: 'error', target: 'esnext', ...options }); return r.outputFiles[0].text; }
const [, , browserName = 'chromium', only] = process.argv;
const browser = await openBrowser(browserName); const server = await startPageServer(); let n = 0;
const orders = { before: `import 'zone.js';\nimport 'throughline/web';`, after: `import { install } from 'throughline/web'; await 0; install(); await import('zone.js');`, import: `import { install } from 'throughline/web'; import './zz-inst.mjs'; import 'zone.js';` };
const modes = { transform: { plugins: [throughline()] }, 'transform+lowered': { plugins: [throughline()], ...lowered }, lowered, interception: {} };
for (const [mode, options] of Object.entries(modes)) for (const order of ['before', 'import']) {
  if (only && !mode.includes(only)) continue;
  const main = `${order === 'before' ? "import 'zone.js';" : "import './zz-install.mjs'; import 'zone.js';"} import { readAngularFlows } from './angular-app.ts'; import { install } from 'throughline/web';
  globalThis.result = readAngularFlows().then((r) => ({ ...r, report: install().report.await, warnings }), (e) => 'THROWN ' + (e?.stack ?? e));`;
  const p = `/p${++n}`;
  server.add(p + '.js', await bundle(main, options));
  server.add(p, `<!doctype html><meta charset="utf-8"><body><script>globalThis.warnings = []; const warn = console.warn; console.warn = (...a) => { warnings.push(a.join(' ').slice(0, 300)); }; window.errs=[];addEventListener("error",e=>errs.push(e.message+(e.error?.stack||"")))</script><script type="module" src="${p}.js"></script>`);
  const page = await browser.openPage(server.origin + p);
  try { console.log(mode, order, JSON.stringify(await Promise.race([page.evaluate(`new (Object.getPrototypeOf((async()=>{})()).constructor)(r => setTimeout(r, 1000)).then(async () => globalThis.result ? await globalThis.result : errs)`), new Promise((_, j) => setTimeout(j, 20000, new Error('timeout')))]))); } catch (e) { console.log(mode, order, 'ERR', e.message); }
  await page.close();
}
await browser.close(); await server.close();
