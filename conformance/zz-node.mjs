import { build } from 'esbuild'; import throughline from '@throughline/transform/esbuild'; import { writeFileSync } from 'node:fs'; import { execFileSync } from 'node:child_process';
const dir = process.cwd() + '/conformance/web/';
for (const mode of ['transform','interception','both']) for (const order of ['none','before','after','late']) for (const lib of ['zone.js/node']) {
 const L = order === 'none' ? '' : `require('${lib}');`;
 const plugins = [{name:'l',setup(b){ b.onResolve({filter:/^lib$/},()=>({path:'lib',namespace:'l'})); b.onLoad({filter:/./,namespace:'l'},()=>({contents:L,resolveDir:dir})); }}, ...(mode==='interception'?[]:[throughline({install:false})])];
 const inst = `import './install-patches.ts';`;
 const src = `${order==='before'||order==='none'?`import 'lib';`:''}${inst}${order==='after'?`import 'lib';`:''} ${order === 'late' ? `import { AsyncLocalStorage } from 'throughline'; globalThis.storage = new AsyncLocalStorage(); require('zone.js/node');` : ''}
 import { readInterleavedFlows } from './interleaved-flows.ts'; import { install } from 'throughline/web';
 const warnings=[]; console.warn=(...a)=>warnings.push(a.join(' ')); install({await: ${mode!=='transform'}});
 readInterleavedFlows(globalThis.storage).then((r)=>console.log(JSON.stringify({...r, report: install().report.await, warnings})), (e)=>console.log('THROWN', e.stack));`;
 const r = await build({ stdin:{contents:src,resolveDir:dir,loader:'ts'}, bundle:true, write:false, format:'cjs', platform:'browser', external:['node:*','fs','timers','crypto','events'], conditions:['throughline-portable'], target:'esnext', logLevel:'error', plugins });
 writeFileSync('/tmp/zn.cjs', r.outputFiles[0].text);
 let out; try { out = execFileSync(process.execPath, ['/tmp/zn.cjs'], {timeout:20000}).toString(); } catch (e) { out = 'ERR ' + e.message + e.stdout; }
 console.log(mode, order, out.slice(0, 700));
}
