import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestError } from './errors.js';
import { checkOptionNames, describeKind, nearestName } from './option-names.js';

const names = ['idleTimeout', 'absoluteTimeout', 'store', 'secret'];

test('an unknown option is an error that names the nearest option and lists all of them', () => {
  checkOptionNames('sessions()', { idleTimeout: 1, store: undefined }, names);
  assert.throws(
    () => checkOptionNames('sessions()', { idleTimeOut: undefined }, names),
    (error) =>
      error instanceof RequestError &&
      error.code === 'ERR_INVALID_OPTION' &&
      error.message ===
        'sessions() has no option "idleTimeOut". Did you mean "idleTimeout"? The options are idleTimeout, absoluteTimeout, ' +
          'store, secret.',
  );
  assert.throws(() => checkOptionNames('x', { maxAge: 1 }, names, { maxAge: 'Set idleTimeout.' }), /Set idleTimeout\./);
  assert.throws(() => checkOptionNames('x', { toString: 1 }, names), /no option "toString"/);
});

test('options that are not an object are an error that says what they are', () => {
  for (const [value, kind] of [
    [null, 'null'],
    [undefined, 'undefined'],
    ['x', '"x"'],
    [1, 'the number 1'],
    [[], 'an array'],
    [() => {}, 'a function'],
  ]) {
    assert.equal(describeKind(value), kind);
    assert.throws(() => checkOptionNames('sessions()', value, names), { code: 'ERR_INVALID_OPTION' });
  }
  assert.equal(describeKind(new Date(0)), 'an object of the class Date');
});

test('the nearest name takes the fewest edits, in upper or lower case', () => {
  assert.equal(nearestName('sekret', names), 'secret');
  assert.equal(nearestName('STORE', names), 'store');
  assert.equal(nearestName('timeout', names), 'idleTimeout');
  assert.equal(nearestName('x', []), undefined);
});
