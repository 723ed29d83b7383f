import assert from 'node:assert/strict';
import * as node from 'node:async_hooks';
import { test } from 'node:test';
import { AsyncLocalStorage, AsyncResource } from '../index.js';
import * as ours from './async_hooks.js';

test('it has every name of node:async_hooks, by name and as the default export', () => {
  for (const name of Object.keys(node)) {
    assert.ok(name in ours, name);
    assert.ok(name === 'default' || name in ours.default, name);
  }
});

test('its classes are the package’s own', () => {
  assert.equal(ours.AsyncLocalStorage, AsyncLocalStorage);
  assert.equal(ours.AsyncResource, AsyncResource);
  assert.equal(ours.default.AsyncLocalStorage, AsyncLocalStorage);
});

test('what tells of Node’s resources answers that there are none', () => {
  const hook = ours.createHook({
    init() {
      assert.fail('a hook was called');
    },
  });
  assert.equal(hook.enable(), hook);
  setTimeout(() => {}, 0);
  assert.equal(hook.disable(), hook);
  assert.equal(ours.executionAsyncId(), 0);
  assert.equal(ours.triggerAsyncId(), 0);
  assert.equal(ours.executionAsyncResource(), ours.executionAsyncResource());
  assert.deepEqual(ours.asyncWrapProviders, { NONE: 0 });
});
