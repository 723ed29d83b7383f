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
