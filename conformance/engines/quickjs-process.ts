/**
 * The process that embeds QuickJS: `node quickjs-process.js <engine> <file>` runs a script, then its jobs and timers, and
 * prints what the script prints.
 */
import { readFileSync } from 'node:fs';
import { newQuickJSWASMModuleFromVariant } from 'quickjs-emscripten-core';
import { loadVariant, type QuickJSName } from './quickjs.js';

/** Less than the stack of WebAssembly, so that a recursion without end is an error of the script. */
const STACK_BYTES = 200_000;

const [name = '', file = ''] = process.argv.slice(2);
const quickjs = await newQuickJSWASMModuleFromVariant(await loadVariant(name as QuickJSName));
const runtime = quickjs.newRuntime({ maxStackSizeBytes: STACK_BYTES });
const context = runtime.newContext();
const print = context.newFunction('print', (text) => {
  process.stdout.write(`${context.getString(text)}\n`);
});
context.setProp(context.global, 'print', print);

context.unwrapResult(context.evalCode(readFileSync(file, 'utf8'), file, { type: 'global' }));
const runNextTimer = context.getProp(context.global, 'runNextTimer');
do runJobs();
while (context.dump(context.unwrapResult(context.callFunction(runNextTimer, context.undefined))));

function runJobs(): void {
  while (context.unwrapResult(runtime.executePendingJobs()) > 0);
}
