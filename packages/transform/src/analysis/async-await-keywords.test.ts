import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findAsyncAwaitKeywords } from './async-await-keywords.js';

const hasKeyword = (code: string) => !findAsyncAwaitKeywords(code).isEmpty;

describe('findAsyncAwaitKeywords', () => {
  for (const code of [
    'async function f() {}',
    'async () => {}',
    'async x => x',
    'async <T>(x) => x',
    'async/**/x => x',
    '({ async *f() {} })',
    '({ async [a]() {} })',
    '({ async "a"() {} })',
    '({ async 1() {} })',
    '({ async .5() {} })',
    'class A { async #a() {} }',
    'async \\u0061 => 1',
    'await x',
    'await(x)',
    'await`x`',
    'await/x/',
    'for await (const a of b) {}',
    '{ await using a = b; }',
  ]) {
    it(`finds one in ${code}`, () => assert.ok(hasKeyword(code)));
  }

  for (const code of [
    'f();',
    'awaited();',
    '$async(); _await();',
    'a.async = a.await;',
    'const o = { async: 1, await: 2 };',
    `f('async', "await");`,
  ]) {
    it(`finds none in ${code}`, () => assert.ok(!hasKeyword(code)));
  }

  it('may find words that are not keywords', () => {
    assert.ok(hasKeyword('asynchronous();'));
    assert.ok(hasKeyword('// await this'));
    assert.ok(hasKeyword('f("an async function")'));
  });

  it('returns their positions', () => {
    const keywords = findAsyncAwaitKeywords('a; await b; c; await d;');
    assert.deepEqual(
      [keywords.hasBetween(0, 3), keywords.hasBetween(0, 4), keywords.hasBetween(4, 15), keywords.hasBetween(4, 16)],
      [false, true, false, true],
    );
  });
});
