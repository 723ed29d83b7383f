import assert from 'node:assert/strict';
import * as node from 'node:async_hooks';
import { test } from 'node:test';
import { AsyncLocalStorage, AsyncResource } from '../index.js';
import * as shim from './async_hooks.js';

test('exports every name of node:async_hooks, by name and on the default export', () => {
  for (const name of Object.keys(node)) {
    assert.ok(name in shim, name);
    assert.ok(name === 'default' || name in shim.default, name);
  }
});

test('exports the classes of the package', () => {
  assert.equal(shim.AsyncLocalStorage, AsyncLocalStorage);
  assert.equal(shim.AsyncResource, AsyncResource);
  assert.equal(shim.default.AsyncLocalStorage, AsyncLocalStorage);
});

test('reports that there are no resources', () => {
  const hook = shim.createHook({
    init() {
      assert.fail('a hook was called');
    },
  });
  assert.equal(hook.enable(), hook);
  setTimeout(() => {}, 0);
  assert.equal(hook.disable(), hook);
  assert.equal(shim.executionAsyncId(), 0);
  assert.equal(shim.triggerAsyncId(), 0);
  assert.equal(shim.executionAsyncResource(), shim.executionAsyncResource());
  assert.deepEqual(shim.asyncWrapProviders, { NONE: 0 });
});
