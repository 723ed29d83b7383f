import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sizeOf } from './value-size.js';

test('a value is described by its class and size, and its content is not shown', () => {
  class Session {
    user = 'secret';
    token = 'secret';
  }
  for (const [value, size] of [
    [undefined, ''],
    [null, 'null'],
    ['secret', 'string of 6 characters'],
    [42, 'number'],
    [() => 'secret', 'function'],
    [['secret'], 'array of 1 element'],
    [new Map([['secret', 1]]), 'Map of 1 entry'],
    [new Set(['a', 'b']), 'Set of 2 values'],
    [Buffer.from('secret'), 'Buffer of 6 bytes'],
    [{ secret: 1 }, 'object with 1 property'],
    [Object.create(null), 'object with 0 properties'],
    [new Session(), 'Session with 2 properties'],
  ] as const) {
    assert.equal(sizeOf(value), size);
  }
});

test('describing a value runs no code of the application', () => {
  const fail = (): never => assert.fail('the application ran');
  const handler = new Proxy({}, { get: fail });
  assert.equal(sizeOf(new Proxy({}, handler)), 'proxy');
  assert.equal(sizeOf(Object.create(new Proxy({}, handler))), 'object with 0 properties');
  const prototype = Object.defineProperty({}, 'constructor', { get: fail });
  assert.equal(sizeOf(Object.create(prototype)), 'object with 0 properties');
  class Named {
    readonly user = 'secret';
    static get name(): string {
      return fail();
    }
  }
  assert.equal(sizeOf(new Named()), 'object with 1 property');
});
