import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blankLiterals, findAwaits, isSameFunction, lastAwaitBetween, offsetOf, positionAt } from './code-text.js';

/** The words after each `await` that is found. */
const found = (code: string) => findAwaits(blankLiterals(code)).map((at) => /^await\s+(\w+)/.exec(code.slice(at))?.[1]);

test('an await is found in code, and not in comments, strings, templates and regular expressions', () => {
  assert.deepEqual(found('async () => { await a; /* await b */ for await (const x of c) ; // await d\n await e }'), [
    'a',
    undefined,
    'e',
  ]);
  assert.deepEqual(found(`'await a'; "a \\" await b"; \`await c \${await d} await e \${f({ g: await h })} await i\``), [
    'd',
    'h',
  ]);
  assert.deepEqual(found('x = /[/"] await a/; y = b / await c / d; z = "/"; await e'), ['c', 'e']);
  assert.deepEqual(found(`x = 'ten' / 2; await c; y = "" / await d / 2`), ['c', 'd']);
  assert.deepEqual(found('x = a /* the width */ / await b / c;\ny = a\n            / await d / e'), ['b', 'd']);
  assert.deepEqual(found('f(/* none */ /await a/);\n            /await b/.test(c)'), []);
  assert.deepEqual(found('({ await: 1 }).await; x.await(); class A { #await = 1 }'), []);
});

test('a position and an offset are converted into each other', () => {
  const code = 'a\nbc\r\nd';
  for (let offset = 0; offset < code.length; offset++) {
    const { line, column } = positionAt(code, offset);
    assert.equal(offsetOf(code, line, column), offset);
  }
});

test('the last await before a place is found if both are in one function', () => {
  const last = (code: string) => {
    const at = lastAwaitBetween(blankLiterals(code), code.indexOf('START'), code.indexOf('END'));
    return at === undefined ? undefined : /^await\s+(\w+)/.exec(code.slice(at))?.[1];
  };
  assert.equal(last('async function f() { START; await a; if (b) { await c; } END; }'), 'c');
  assert.equal(last('async function f() { START; if (b) { await a; } else { END } }'), 'a');
  assert.equal(last('async function f() { START; await a; } function g() { END; }'), undefined);
  assert.equal(last('const f = async () => { START; await a; }; const g = (b) => { END; };'), undefined);
  assert.equal(last('class A { async f() { START; await a; } g(b) { END; } }'), undefined);
  assert.equal(last('async function f() { START; END; await a; }'), undefined);
  assert.equal(last('on(async () => START(await a)); on(() => END)'), undefined);
  assert.equal(last('on(async () => START(await a), () => END)'), undefined);
  assert.equal(last('on({ f: async () => START(await a), g: (b) => END })'), undefined);
  assert.equal(last('a.f = async () => START(await a); a.g = () => END'), undefined);
  assert.equal(last('async () => f([START, await a], { b: (c) => c }, END)'), 'a');
  assert.equal(last('async () => { START; await a; for (const b of c) { if (d) { END } } }'), 'a');
  assert.equal(last('async () => { START; await a\n  const b = (c) => c\n  END }'), 'a');
  assert.equal(last('async () => { START; await a; const b = () => { c }\n  END }'), 'a');
  const loop = 'async () => { START; for await (const a of b) { END } }';
  assert.ok(isSameFunction(loop, loop.indexOf('START'), loop.indexOf('END')));
});
