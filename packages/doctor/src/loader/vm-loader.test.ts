import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import vm from 'node:vm';
import type { FileTable } from '../instrument/file-table.js';
import { install } from '../runtime/install.js';
import { patchVm } from './vm-loader.js';

install();
const tables: FileTable[] = [];
patchVm({
  dependencies: false,
  isForced: false,
  sourceMaps: () => 'none',
  addTable: (table) => tables.push(table),
  addSkippedFile: () => undefined,
  unchanged: new Map(),
  nextSite: 0,
});

test('a file that is compiled many times has one table, unless its code changes', () => {
  const filename = join(process.cwd(), 'module.js');
  const compile = (code: string): unknown => vm.compileFunction(code, [], { filename })();
  for (let i = 0; i < 5; i++) assert.equal(compile('const f = () => () => 1; return f()();'), 1);
  assert.equal(tables.length, 1);
  assert.equal(compile('const f = () => () => 2; return f()();'), 2);
  assert.equal(tables.length, 2);
});

test('the class of scripts is one class, which can be extended', () => {
  class Own extends vm.Script {}
  const script = new vm.Script('1');
  assert.equal(script.constructor, vm.Script);
  assert.deepEqual([vm.Script.name, vm.Script.length, new Own('2') instanceof Own], ['Script', 1, true]);
});

test('code without the name of a file is left alone', () => {
  const before = tables.length;
  assert.equal(vm.runInThisContext('(() => (() => 1)())()'), 1);
  assert.equal(new vm.Script('(() => (() => 2)())()', { filename: 'repl' }).runInThisContext(), 2);
  assert.equal(tables.length, before);
});
