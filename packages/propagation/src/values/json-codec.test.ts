import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJson, encodeJson } from './json-codec.js';

test('a plain string is written as it is, and text that could be read as JSON with quotation marks', () => {
  assert.equal(encodeJson('acme'), 'acme');
  assert.equal(encodeJson('3f2a-41'), '3f2a-41');
  assert.equal(encodeJson('007'), '007');
  assert.equal(encodeJson('42'), '"42"');
  assert.equal(encodeJson('true'), '"true"');
  assert.equal(encodeJson(''), '""');
  assert.equal(encodeJson('"'), '"\\""');
  assert.equal(encodeJson('{'), '"{"');
  assert.equal(encodeJson(42), '42');
  assert.equal(encodeJson({ id: 5 }), '{"id":5}');
});

test('every value is read as it was written', () => {
  const strings = [
    'a',
    '5',
    '-1e9',
    '1e',
    '-',
    'null',
    'nul',
    ' 5',
    '5 ',
    'tr',
    '\n',
    '\0',
    '日本',
    '😀',
    '\ud800',
    '"',
    '[',
    '\\',
  ];
  for (const value of [...strings, 0, -1.5, 1e300, true, false, null, [], [1, ['a']], {}, { a: { b: null } }]) {
    assert.deepEqual(decodeJson(encodeJson(value)), value);
  }
  let text = '';
  for (let code = 0; code < 0x250; code++) {
    const character = String.fromCharCode(code);
    text += character;
    for (const value of [character, `${character}1`, `1${character}`, `"${character}`, text]) {
      assert.equal(decodeJson(encodeJson(value)), value);
    }
  }
});

test('an integer that a number would round is the string, so that the id of one tenant does not become that of another', () => {
  for (const id of ['9007199254740993', '-9007199254740993', '1234567890123456789', '1'.repeat(400)]) {
    assert.equal(decodeJson(id), id);
    assert.equal(decodeJson(encodeJson(id)), id);
  }
  for (const number of [9007199254740991, 2 ** 53 + 2, -(2 ** 60), 1e20]) {
    assert.equal(decodeJson(encodeJson(number)), number);
  }
});

test('what JSON cannot represent is an error', () => {
  for (const value of [() => 1, Symbol('s'), 5n, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => encodeJson(value), TypeError);
  }
});

test('text that begins as JSON and is not, and a key that changes a prototype, are rejected', () => {
  const texts = [
    '',
    '{"a":',
    '[1',
    '"a',
    '{"__proto__":{}}',
    '{"a":[{"__proto__":1}]}',
    '{"\\u005f_proto__":1}',
    '1e999',
  ];
  for (const text of texts) assert.throws(() => decodeJson(text), SyntaxError, text);
  assert.deepEqual(decodeJson('{"name":"\\u00e9 __proto__"}'), { name: 'é __proto__' });
});
