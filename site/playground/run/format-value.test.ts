import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatOutput, formatValue } from './format-value.js';

test('the arguments of a call are joined, and strings have no quotes there', () => {
  assert.equal(formatOutput(['user', 'ada', 5, { name: 'Ada' }]), "user ada 5 { name: 'Ada' }");
});

test('values are shown as a console shows them', () => {
  class User {
    id = 1;
  }
  for (const [value, text] of [
    ["a'b\n", "'a\\'b\\n'"],
    [5n, '5n'],
    [null, 'null'],
    [undefined, 'undefined'],
    [Symbol('s'), 'Symbol(s)'],
    [[], '[]'],
    [['a', [1]], "[ 'a', [ 1 ] ]"],
    [{}, '{}'],
    [{ 'a-b': 1 }, "{ 'a-b': 1 }"],
    [new User(), 'User { id: 1 }'],
    [new Map([['a', 1]]), "Map(1) { 'a' => 1 }"],
    [new Set([1]), 'Set(1) { 1 }'],
    [new TypeError('wrong'), 'TypeError: wrong'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [/a/g, '/a/g'],
    [() => 1, '[Function (anonymous)]'],
    [Object.create(null), 'null prototype {}'],
    [{ a: { b: { c: { d: 1 } } } }, '{ a: { b: { c: [Object] } } }'],
  ] as const) {
    assert.equal(formatValue(value), text);
  }
});

test('circles, throwing getters and long values are shown as far as possible', () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  assert.equal(formatValue(circle), '{ self: [Circular] }');
  assert.equal(
    formatValue({
      get broken() {
        throw new Error('expected');
      },
    }),
    '[Object]',
  );
  assert.match(formatValue(Array.from({ length: 25 }, (_, i) => i)), /19, … 5 more \]$/);
  assert.equal(formatValue('a'.repeat(5000)).length, 2001);
});
