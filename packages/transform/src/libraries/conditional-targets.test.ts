import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allTargets, resolveTarget } from './conditional-targets.js';

const TARGET = {
  types: './types.d.ts',
  node: { import: './node.mjs', require: './node.cjs' },
  worker: null,
  browser: [{ unknown: './unknown.js' }, './web.js'],
  default: './default.js',
};

test('the first condition that holds decides', () => {
  assert.equal(resolveTarget(TARGET, ['node', 'import']), './node.mjs');
  assert.equal(resolveTarget(TARGET, ['browser', 'import']), './web.js');
  assert.equal(resolveTarget(TARGET, []), './default.js');
  assert.equal(resolveTarget('./file.js', ['node']), './file.js');
});

test('a condition without a target for the others is passed over, and null excludes its condition', () => {
  assert.equal(resolveTarget(TARGET, ['node', 'browser']), './web.js');
  assert.equal(resolveTarget(TARGET, ['worker', 'browser']), null);
  assert.equal(resolveTarget({ node: './node.js' }, ['browser']), undefined);
  assert.equal(resolveTarget(undefined, ['browser']), undefined);
});

test('all targets are found', () => {
  const files = ['./types.d.ts', './node.mjs', './node.cjs', './unknown.js', './web.js', './default.js'];
  assert.deepEqual(allTargets(TARGET), files);
  assert.deepEqual(allTargets(undefined), []);
});
