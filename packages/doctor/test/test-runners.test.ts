/** Code that test runners compile themselves, in the way that Jest and Vitest do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REGISTER, readReport, TestProject } from './test-project.js';

const project = await TestProject.create();

await project.write({
  'spec.js': `const lose = (storage) => { storage.run(1, () => { read = () => storage.getStore(); }); return read(); }; let read;
const { AsyncLocalStorage } = require('node:async_hooks');
const storage = new AsyncLocalStorage(); lose(storage);
const later = (all) => { all.push(() => storage.getStore()); };
const all = []; storage.run(2, () => later(all)); all[0]();
result.text = later.toString(); result.stack = new Error('here').stack;
`,
  'runs-as-jest.cjs': `
const vm = require('node:vm');
const { readFileSync } = require('node:fs');
const file = require('node:path').resolve('spec.js');
const start = '({"module":function(require,result){';
const options = { filename: file, columnOffset: -start.length };
const script = new vm.Script(start + readFileSync(file, 'utf8') + '\\n}});', options);
const result = {};
script.runInContext(vm.createContext({})).module(require, result);
console.log(script instanceof vm.Script, vm.Script.name, result.text, /spec\\.js:\\d+:\\d+/.exec(result.stack)[0]);
`,
  'runs-as-jest-30.cjs': `
const vm = require('node:vm');
const { readFileSync } = require('node:fs');
const file = require('node:path').resolve('spec.js');
const options = { filename: file, parsingContext: vm.createContext({}) };
const result = {};
vm.compileFunction(readFileSync(file, 'utf8'), ['require', 'result'], options)(require, result);
console.log(vm.compileFunction.name, vm.compileFunction.length, result.text, /spec\\.js:\\d+:\\d+/.exec(result.stack)[0]);
`,
  'runs-as-vitest.cjs': `
const vm = require('node:vm');
const { readFileSync } = require('node:fs');
const file = require('node:path').resolve('spec.js');
const start = "'use strict';async (require,result)=>{{";
const options = { filename: file, lineOffset: 0, columnOffset: -start.length };
const result = {};
vm.runInThisContext(start + readFileSync(file, 'utf8') + '\\n}}', options)(require, result).then(() => {
  console.log(vm.runInThisContext.name, vm.runInThisContext.length, result.text, /spec\\.js:\\d+:\\d+/.exec(result.stack)[0]);
});
`,
});

for (const file of ['runs-as-jest.cjs', 'runs-as-jest-30.cjs', 'runs-as-vitest.cjs']) {
  test(`${file}: losses are found at their places, and nothing else changes`, async () => {
    const alone = await project.run([file]);
    const checked = await project.run([REGISTER, file], { format: 'json' });
    assert.equal(alone.code, 0, alone.stderr);
    assert.equal(checked.stdout.split('\n')[0], alone.stdout.trimEnd());
    const places = readReport(checked.stdout).findings.map(({ places: [place] }) => place);
    assert.deepEqual(
      places.map((place) => `${place?.file.slice(project.folder.length + 1)}:${place?.line}:${place?.column}`).sort(),
      ['spec.js:1:59', 'spec.js:4:35'],
    );
    assert.ok(places.every((place) => place?.code?.startsWith('const l')));
  });
}

test('the value that Jest holds for each test is no flow around those of the test', async () => {
  await project.write({
    // As jest-circus does in its own file.
    'node_modules/jest-circus/index.js': `
const async_hooks_1 = require('node:async_hooks');
const context = new async_hooks_1.AsyncLocalStorage();
exports.runTest = (test, fn) => context.run({ test, ...context.getStore() }, fn);
`,
    'runs-tests.cjs': `
const { AsyncLocalStorage } = require('node:async_hooks');
const { runTest } = require('jest-circus');
const requests = new AsyncLocalStorage();
for (const title of ['first', 'second']) {
  runTest(title, () => {
    const queue = [];
    const add = () => queue.push(() => requests.getStore());
    requests.run(title + ' A', add);
    requests.run(title + ' B', () => queue[0]());
  });
}
`,
  });
  const { stdout } = await project.run([REGISTER, 'runs-tests.cjs'], { format: 'json' });
  assert.deepEqual(
    readReport(stdout).findings.map(({ severity, count, places: [place] }) => [severity, count, place?.line]),
    [['another', 2, 8]],
  );
});
