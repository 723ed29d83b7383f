// usage: node run.mjs <lib> <order> <mode> [browser]
import { build } from 'esbuild';
import throughline from '@throughline/transform/esbuild';
import { openBrowser, startPageServer } from '@throughline/testing/browsers';
const dir = process.cwd() + '/conformance/web/';
export const libs = {
  none: ``,
  'zone16': `require('zone.js')`,
  'zone15': `require('zone.js-15')`,
  'zone14': `require('zone.js-14')`,
  'zonetest': `require('zone.js'); require('zone.js/testing')`,
  bluebird: `globalThis.Promise = require('bluebird')`,
  polyfill: `const p = require('promise-polyfill'); globalThis.Promise = p.default ?? p`,
  corejs: `require('core-js/configurator')({usePolyfill:['Promise']}); require('core-js/actual/promise')`,
  shim: `delete globalThis.Promise; require('es6-shim')`,
  dexie: `const D = require('dexie'); globalThis.Dexie = D.default ?? D`,
  sentry: `require('@sentry/browser').init({dsn:'http://a@'+location.host+'/1', integrations:(d)=>[...d, require('@sentry/browser').browserTracingIntegration()], tracesSampleRate:1})`,
  datadog: `require('@datadog/browser-rum').datadogRum.init({applicationId:'a',clientToken:'b',site:'datadoghq.com',sessionSampleRate:100,trackUserInteractions:true,trackResources:true,trackLongTasks:true,allowedTrackingOrigins:[location.origin]})`,
  newrelic: `const {BrowserAgent}=require('@newrelic/browser-agent/loaders/browser-agent'); globalThis.nr = new BrowserAgent({init:{distributed_tracing:{enabled:true},ajax:{enabled:true},spa:{enabled:true},jserrors:{enabled:true}},info:{beacon:'localhost',errorBeacon:'localhost',licenseKey:'a',applicationID:'1',sa:1},loader_config:{accountID:'1',trustKey:'1',agentID:'1',licenseKey:'a',applicationID:'1'}})`,
  lockdown: `require('ses'); lockdown({errorTaming:'unsafe', consoleTaming:'unsafe', overrideTaming:'severe', domainTaming: 'unsafe'})`,
};
async function bundle(contents, plugins = []) {
  const r = await build({ stdin: { contents, resolveDir: dir, loader: 'ts' }, bundle: true, write: false, format: 'iife', platform: 'browser', conditions: ['throughline-portable'], logLevel: 'error', plugins, target: 'esnext', define: {'process.env.NODE_ENV':'"production"'} });
  return r.outputFiles[0].text;
}
const guard = (code) => `globalThis.result = (async()=>{ try { return await (${code})(); } catch (e) { return 'THROWN ' + e.stack } })();`;
export async function scripts(lib, order, mode) {
  const plugins = mode === 'transform' ? [throughline()] : mode === 'both' ? [throughline()] : [];
  const main = `import { readInterleavedFlows } from './interleaved-flows.ts'; import { install } from 'throughline/web'; ${mode==='both'?'install({await:true});':''}
  globalThis.result = readInterleavedFlows(globalThis.storage).then((r) => ({ ...r, report: install().report.await, warnings }), (e) => 'THROWN ' + (e?.stack ?? e));`;
  const first = `import { install } from 'throughline/web'; install(${mode === 'transform' ? '{await:false}' : ''});`;
  const w = `globalThis.warnings = []; const warn = console.warn; console.warn = (...a) => { warnings.push(a.join(' ').slice(0, 300)); };`;
  const L = libs[lib];
  switch (order) {
    case 'before': return [w, await bundle(L), await bundle(main, plugins)];
    case 'late': return [w, await bundle(`import { AsyncLocalStorage } from 'throughline'; ` + first + `globalThis.storage = new AsyncLocalStorage();`, []), await bundle(L), await bundle(main, plugins)];
    case 'after': return [w, await bundle(first, []), await bundle(L), await bundle(main, plugins)];
    // one bundle; with the plugin, the patches come first
    case 'import': return [w, await bundle(`require('./lib.cjs');`.replace("require('./lib.cjs');", '') + `import 'lib';` + main, [{ name: 'lib', setup(b) { b.onResolve({ filter: /^lib$/ }, () => ({ path: 'lib', namespace: 'lib' })); b.onLoad({ filter: /.*/, namespace: 'lib' }, () => ({ contents: L || ' ', resolveDir: dir })); } }, ...plugins])];
  }
}
const [, , names, orders = 'before,after,import', modes = 'transform,interception', browserName = 'chromium'] = process.argv;
const browser = await openBrowser(browserName); const server = await startPageServer();
let n = 0;
for (const lib of names.split(',')) for (const mode of modes.split(',')) for (const order of orders.split(',')) {
  if (mode === 'interception' && order === 'import' && 0) continue;
  try {
  const list = await scripts(lib, order, mode); const path = `/p${++n}`;
  list.forEach((s, i) => server.add(`${path}-${i}.js`, s));
  server.add(path, `<!doctype html><meta charset="utf-8"><body>` + list.map((_, i) => `<script src="${path}-${i}.js"></script>`).join(''));
  const page = await browser.openPage(server.origin + path);
  let r; try { r = await Promise.race([page.evaluate('(async () => await (globalThis.result ?? "NO RESULT"))()'), new Promise((_, j) => setTimeout(j, 15000, new Error('timeout')))]); } finally { await page.close(); }
  const sum = (o) => Object.values(o ?? {}).reduce((a, b) => a + b, 0);
  if (typeof r === 'string') console.log(lib, mode, order, r);
  else console.log(lib, mode, order, 'right', r.right, 'missing', sum(r.missing), 'WRONG', sum(r.wrong), r.report, JSON.stringify(r.warnings), sum(r.missing) ? '\n    missing ' + JSON.stringify(r.missing) : '', sum(r.wrong) ? '\n    wrong ' + JSON.stringify(r.wrong) : '');
  } catch (e) { console.log(lib, mode, order, 'ERROR', e.message.slice(0, 500)); }
}
await browser.close(); await server.close();
