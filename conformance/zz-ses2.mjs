import { build } from 'esbuild';
import { openBrowser, startPageServer } from '@throughline/testing/browsers';
const dir = process.cwd() + '/conformance/web/';
async function bundle(contents) { const r = await build({ stdin: { contents, resolveDir: dir, loader: 'ts' }, bundle: true, write: false, format: 'esm', platform: 'browser', conditions: ['throughline-portable'], logLevel: 'error', target: 'esnext' }); return r.outputFiles[0].text; }
const browser = await openBrowser('chromium'); const server = await startPageServer();
const main = await bundle(`import 'ses'; import { readInterleavedFlows } from './interleaved-flows.ts'; import { install } from 'throughline/web'; 
 const w = []; for (const k of ['warn','error']) { const o = console[k]; console[k] = (...a) => { w.push(k + ': ' + a.map(x => x?.stack ?? String(x)).join(' ').slice(0,600)); }; }
 const uninstall = install({await: false}); let thrown; try { lockdown({errorTaming:'unsafe', consoleTaming:'unsafe'}); } catch (e) { thrown = e.stack; }
 const d = Object.getOwnPropertyDescriptor(Promise.prototype, 'then'), c = Object.getOwnPropertyDescriptor(Promise.prototype, 'constructor');
 globalThis.result = readInterleavedFlows().then((r) => ({ ...r, report: install().report.await, thrown, w, frozen: Object.isFrozen(Promise.prototype), thenAcc: !!d?.get, cAcc: !!c?.get, refused: install().report.refused.slice(0,5) }), (e) => 'THROWN ' + e.stack + thrown + w);`);
server.add('/p', '<!doctype html><meta charset="utf-8"><body><script>window.errs=[];addEventListener("error",e=>errs.push(e.message+(e.error?.stack||"")))</script><script type="module" src="/p.js"></script>'); server.add('/p.js', main);
const page = await browser.openPage(server.origin + '/p'); console.log(JSON.stringify(await page.evaluate('new Promise(r => setTimeout(r, 1500)).then(() => globalThis.result ?? errs)'), null, 1)); await browser.close(); await server.close();
