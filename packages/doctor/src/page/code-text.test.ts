import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blankLiterals, findAwaits, lastAwaitBetween, offsetOf, positionAt } from './code-text.js';

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
});
