import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionAt, originalOffset, positionOf } from './file-table.js';
import { inserted, withoutInsertedText } from './inserted-text.js';
import { instrument } from './instrument.js';
import { createMappings } from './mappings.js';

const CODE = `'use strict';
function outer(a) {
  const f = (b) => { return [a, b].map((c) => c + a); }; f(1);
  return f;
}
`;

function instrumentCode() {
  const options = {
    url: 'file:///a.js',
    sourceType: 'commonjs',
    lang: 'js',
    checksFunctions: true,
    firstSite: 7,
  } as const;
  const file = instrument(CODE, options);
  if (typeof file === 'string') throw new Error(file);
  return file;
}

test('every position in the instrumented code leads to the same character in the code before', () => {
  const { code, table } = instrumentCode();
  const lines = code.split('\n');
  let text = '';
  let last = -1;
  for (const [index, line] of lines.entries()) {
    for (let column = 1; column <= line.length; column++) {
      const offset = originalOffset(table, { line: index + 1, column });
      assert.deepEqual(positionOf(table, offset).line, index + 1);
      assert.ok(offset >= last);
      if (offset !== last) text += CODE[offset];
      last = offset;
    }
  }
  // Behind the last insertion of a line is the line break.
  assert.equal(text.replaceAll('\n', ''), CODE.replaceAll('\n', ''));
});

test('the text without the insertions is the text before', () => {
  const { code } = instrumentCode();
  assert.notEqual(code, CODE);
  assert.equal(withoutInsertedText(code), CODE);
  assert.equal(withoutInsertedText(`a${inserted('b')}c`), 'ac');
});

test('the sites are the functions that are checked, with their names', () => {
  const { table } = instrumentCode();
  const texts = table.sites.map(({ start, end }) => CODE.slice(start, end));
  assert.deepEqual(texts, ['(b) => { return [a, b].map((c) => c + a); }', '(c) => c + a']);
  assert.deepEqual(
    table.sites.map(({ name, form }) => [name, form]),
    [
      ['f', 'expression'],
      [undefined, 'expression'],
    ],
  );
  assert.equal(table.firstSite, 7);
});

test('the function around a position is the innermost', () => {
  const { table } = instrumentCode();
  const [outer, arrow, inner] = ['const f', 'return [', 'c + a'].map((text) => functionAt(table, CODE.indexOf(text)));
  assert.equal(new Set([outer, arrow, inner]).size, 3);
  assert.equal(functionAt(table, CODE.indexOf('f(1)')), outer);
  assert.equal(functionAt(table, 0), -1);
});

test('the mappings lead each word to its place in the code before', () => {
  const { code, table } = instrumentCode();
  const [lines, originals] = [code.split('\n'), CODE.split('\n')];
  const mappings = createMappings(CODE, table);
  assert.equal(mappings.length, originals.length);
  const words = mappings.flatMap((segments, index) =>
    segments.map(([column, source, line, original]) => {
      assert.deepEqual([source, line], [0, index]);
      const word = /^(?:\w+|\W)?/.exec(originals[line]?.slice(original) ?? '')?.[0];
      assert.ok(lines[index]?.startsWith(word ?? '', column), `${word} at ${index}:${column}`);
      return word;
    }),
  );
  assert.equal(words.join(''), CODE.replaceAll('\n', ''));
});
