/**
 * What a program prints of itself is the same with the doctor, every function checked: the positions in stack traces, and
 * the messages of assertions.
 */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { REGISTER, TestProject } from './test-project.js';

const project = await TestProject.create();
const FORCED = { THROUGHLINE_DOCTOR_FORCED: '1' };
/** The findings of the forced checks are not of interest. */
const OPTIONS = { folder: project.folder };

async function assertSameOutput(file: string, ...options: string[]): Promise<string> {
  const alone = await project.run([...options, file]);
  const checked = await project.run([REGISTER, ...options, file], OPTIONS, FORCED);
  assert.equal(checked.stdout, alone.stdout);
  assert.equal(checked.stderr, alone.stderr);
  assert.equal(checked.code, alone.code);
  return alone.stdout + alone.stderr;
}

const TRACES = `
const show = (error) => console.log(error.stack.split('\\n').filter((line) => !/node:|node_modules/.test(line)).join('\\n'));
const twice = (f) => { return [f(), f()].map((error) => { show(error); return error; }); };
const make = () => [1].map((x) => { if (x) { return new Error('a'); } })[0]; show(make()); twice(() => make());
class A { #p = () => { show(new Error('field')); }; m() { return [this].map((a) => a.#p()); } static { (() => show(new Error('static')))(); } }
new A().m(); const o = { get a() { return (() => new Error('getter'))(); }, ['b' + 1]: () => new Error('computed') }; show(o.a); show(o.b1());
const later = async () => { await 1; const inner = async () => { await (async () => 1)(); show(new Error('async')); }; await inner(); }; await later();
const evaluate = () => eval('(() => { return new Error("eval"); })()'); show(evaluate()); show(new Function('return new Error("function")')());
try { (() => { null.f(); })(); } catch (error) { show(error); }
const { prepareStackTrace } = Error; Error.prepareStackTrace = (error, frames) => frames;
const frames = () => { return [0].map(() => new Error('frames').stack)[0]; };
for (const frame of frames().slice(0, 3)) console.log(frame.getLineNumber(), frame.getColumnNumber(), frame.getFunctionName(), String(frame).replace(/.*[\\\\/]/, ''), frame.isAsync());
Error.prepareStackTrace = prepareStackTrace; show(make()); class Own extends Error {} Own.prepareStackTrace = 1; console.log(Own.prepareStackTrace, typeof Error.prepareStackTrace);
const holder = {}; (() => { Error.captureStackTrace(holder); })(); console.log(holder.stack.split('\\n')[1]);
`;

test('the columns of stack traces', async () => {
  await project.write({ 'traces.mjs': TRACES, 'traces.cjs': `(async () => {${TRACES}})();` });
  assert.match(await assertSameOutput('traces.mjs'), /Error: async\n {4}at inner \(.*traces\.mjs:7:\d+\)/);
  assert.match(await assertSameOutput('traces.cjs'), /Error: field/);
});

test('the columns of stack traces with source maps', async () => {
  assert.match(await assertSameOutput('traces.cjs', '--enable-source-maps'), /Error: getter/);
});

const ASSERTIONS = `
const show = (f) => { try { f(); } catch (error) { console.log(error.name, error.generatedMessage, error.message, '|', error.stack.split('\\n')[0]); } };
const many = [1, 2];
show(() => assert(many.every((x) => x > 1))); show(() => { assert.ok(many.length === 3); });
show(() => assert(many.some((x) => { return x > 4; })));
show(() => { assert(
  many.find(
    (x) => x > 5
  ),
); });
show(() => assert(many.every((x) => x > 1), 'my own message')); show(() => assert.equal(many.map((x) => x + 1)[0], 1));
show(() => assert(false == true)); show(() => assert.ok()); show(() => assert['ok'](many.length === 0));
show(() => assert.strict(0)); show(() => assert(null, undefined)); show(() => { if (many) assert.ok(typeof 123 === 'string') });
const asynchronous = async () => { try { assert(await (async () => many.length > 7)()); } catch (error) { console.log(error.message); } };
await asynchronous();
`;

test('the messages of assertions', async () => {
  await project.write({
    'assertions.mjs': `import assert from 'node:assert/strict';${ASSERTIONS}`,
    'assertions.cjs': `const assert = require('node:assert'); (async () => {${ASSERTIONS}})();`,
  });
  const text = await assertSameOutput('assertions.mjs');
  assert.match(text, /assert\.ok\(many\.length === 3\)/);
  assert.doesNotMatch(text, /<td/);
  await assertSameOutput('assertions.cjs');
});

test('coverage leads to the code as it was written', async () => {
  const code = `const f = (x) => [x].map((y) => { return y ? () => 1 : () => 2; });\nf(1);\n`;
  await project.write({ 'covered.mjs': code });
  const coverage = join(project.folder, 'coverage');
  await project.run([REGISTER, 'covered.mjs'], OPTIONS, { ...FORCED, NODE_V8_COVERAGE: coverage });
  // Node 20 runs the hooks in a thread, which records too.
  const files = await Promise.all((await readdir(coverage)).map((name) => readFile(join(coverage, name), 'utf8')));
  const maps = Object.assign({}, ...files.map((text) => JSON.parse(text)['source-map-cache']));
  const url = pathToFileURL(join(project.folder, 'covered.mjs')).href;
  const { sources, sourcesContent } = maps[url].data;
  assert.deepEqual([sources, sourcesContent], [[url], [code]]);
});

const IS_NODE_20 = process.versions.node.startsWith('20.');

test('the coverage of node --test counts the same lines, or the files are not checked', {
  skip: IS_NODE_20 && 'Node 20 fails to report coverage with the source maps of this package',
}, async () => {
  const code = `module.exports = (x) => { const a = [x].map((y) => { return y; });
  if (x > 5) {
    return a.map((z) => { return z + 1; });
  }
  return a;
};
`;
  await project.write({
    'part.cjs': code,
    'part.test.cjs': `require('node:test').test('part', () => { require('./part.cjs')(1); });`,
  });
  const run = async (args: readonly string[], options?: object) => {
    const runner = [...args, '--test', '--experimental-test-coverage', 'part.test.cjs'];
    // Otherwise, it would report to the runner of this test.
    const { stdout } = await project.run(runner, options, { NODE_TEST_CONTEXT: undefined });
    return /part\.cjs +\| +([\d.]+) .*\| *([\d-]*)/.exec(stdout)?.slice(1);
  };
  assert.deepEqual(await run([]), ['66.67', '3-4']);
  assert.deepEqual(await run([REGISTER], OPTIONS), ['66.67', '3-4']);
  assert.deepEqual(await run([REGISTER, '--enable-source-maps'], OPTIONS), ['66.67', '3-4']);
});
