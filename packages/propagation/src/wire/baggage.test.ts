import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BaggageReader, decodeText, encodeText, splitEntry } from './baggage.js';

function entriesOf(...texts: string[]): string[][] {
  const entries: string[][] = [];
  const reader = new BaggageReader();
  for (const text of texts) reader.read(text, (...entry) => entries.push(entry));
  return entries;
}

test('the examples of the specification are read as it says', () => {
  assert.deepEqual(
    entriesOf('key1=value1;property1;property2, key2 = value2, key3=value3; propertyKey=propertyValue'),
    [
      ['key1', 'key1=value1;property1;property2'],
      ['key2', 'key2 = value2'],
      ['key3', 'key3=value3; propertyKey=propertyValue'],
    ],
  );
  assert.deepEqual(entriesOf('userId=alice', 'serverNode=DF%2028,isProduction=false'), [
    ['userId', 'userId=alice'],
    ['serverNode', 'serverNode=DF%2028'],
    ['isProduction', 'isProduction=false'],
  ]);
  assert.equal(splitEntry('serverNode = DF%2028 ').text, 'DF%2028');
  assert.equal(decodeText('DF%2028'), 'DF 28');
});

test('a value may contain the equal sign, and what has no key is no entry', () => {
  assert.deepEqual(entriesOf('a=b=c,=d,e,,;f=g, =h'), [
    ['a', 'a=b=c'],
    [';f', ';f=g'],
  ]);
  assert.equal(splitEntry('a=b=c').text, 'b=c');
});

test('the properties of this package are read among those of others, and the first of a name holds', () => {
  assert.deepEqual(splitEntry('a=b;v=2; t=3 ;s=k.x=;v=9'), { text: 'b', version: '2', time: '3', signature: 'k.x=' });
  assert.deepEqual(splitEntry('a=b;;version=2;v;V=3;='), {
    text: 'b',
    version: undefined,
    time: undefined,
    signature: undefined,
  });
});

test('text is decoded as it was encoded, for all of Unicode', () => {
  for (let code = 0; code < 0x3000; code++) {
    const text = `a${String.fromCodePoint(code)}b`;
    assert.equal(decodeText(encodeText(text)), text);
    assert.match(encodeText(text), /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/);
  }
});

test('text that is not percent-encoded UTF-8 is not decoded', () => {
  for (const text of ['%', '%4', '%zz', '%C0%80', '%ED%A0%80', '%FF', 'a\0', 'a\r\n', 'é', '\u2028']) {
    assert.equal(decodeText(text), undefined, text);
  }
});

test('reading ends at 180 entries and at 8192 bytes, of all texts together', () => {
  const many = Array.from({ length: 181 }, () => 'a=1').join(',');
  assert.equal(entriesOf(many).length, 180);
  assert.equal(entriesOf(many, many).length, 180);
  assert.equal(entriesOf(`a=${'x'.repeat(8190)}`).length, 1);
  assert.equal(entriesOf(`a=${'x'.repeat(8191)}`).length, 0);
  assert.equal(entriesOf(`a=${'x'.repeat(8000)}`, `b=${'x'.repeat(187)}`).length, 2);
  assert.equal(entriesOf(`a=${'x'.repeat(8000)}`, `b=${'x'.repeat(188)}`).length, 1);
  assert.equal(entriesOf(','.repeat(1e6)).length, 0);
  const reader = new BaggageReader();
  reader.read('a=1,b=2', () => {});
  assert.ok(reader.isComplete);
  reader.read(`c=${'x'.repeat(1e6)}`, () => assert.fail());
  assert.ok(!reader.isComplete);
});
