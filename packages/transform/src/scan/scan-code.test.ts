// biome-ignore-all lint/suspicious/noTemplateCurlyInString: The strings are code.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { transform } from '../transform.js';
import { blankBlocks } from './blank-blocks.js';
import { scanCode } from './scan-code.js';

const isMarked = (code: string, position: number) => scanCode(code, 'js').keywords.hasBetween(position, position + 1);
/** The code with a dot for each character that the parser does not see. */
const seen = (code: string, lang: 'jsx' | 'ts' = 'jsx') =>
  blankBlocks(code, scanCode(code, lang).unusedBlocks).replace(/ {3,}/g, ' … ');

const FILLER = 'const filler = "a statement that is long enough";';

describe('the keywords', () => {
  for (const code of [
    '"async () => 1, await x"',
    "'await \\' await x'",
    '`async () => 1 ${a} await x`',
    '// await x',
    '/* await x\n await y */',
    'a = /await x/g',
    'a = /[/] await x/',
    'if (a) /await x/.test(b)',
    'for (a of b) ; while (c) / await x/.exec(d)',
    'return /await x/',
    'a.async (b)',
    'a?.await (b)',
    'class A { #async() {} #await = 1 }',
    '#!/usr/bin/env await x\n',
    'a = { async: 1, await: 2 }',
    'a = { async, await }',
    'asynchronous ()',
  ]) {
    it(`are not in ${JSON.stringify(code)}`, () => assert.ok(scanCode(code, 'js').keywords.isEmpty));
  }

  for (const code of [
    'async function f() {}',
    'async () => {}',
    'async x => x',
    'async/**/x => x',
    '({ async *f() {} })',
    '({ async [a]() {} })',
    '({ async "a"() {} })',
    '({ async 1() {} })',
    '({ async .5() {} })',
    'class A { async #a() {} }',
    'class A { async#a() {} }',
    'async \\u0061 => 1',
    '[...async () => 1]',
    'await x',
    'await(x)',
    'await`x`',
    'await/x/',
    'for await (const a of b) {}',
    '{ await using a = b; }',
    '`${await x}`',
    '`${`}`}${await x}`',
    '"\\\\"; await x',
    '/\\//; await x; "/"',
    'a / b; await x; c / d',
    'a++ / b; await x; c / d',
    'a[0] / b; await x; "/"',
    '(a) / b; await x; "/"',
    '`a` / b; await x; "/"',
    '1. / b; await x; "/"',
    '({ a }) / b; await x; "/"',
    'a = { b: 1 } / c; await x; "/"',
    'if (a) {} /b"/; await x; "c"',
    'a = function () {} / b; await x; "/"',
    'a.if (b) / c; await x; "/"',
    'a.return / b; await x; "/"',
    'yield / b; await x; "/"',
    'a = <p>It’s "x</p>; await x; "',
    `a = <p>Don't</p>; await x; '`,
    'a <!-- " \n await x; "',
    '\n--> "\n await x; "',
    'a\n++\n/"/.b; await x; "',
    'let \\u{61}; await x',
    'a ? b : /"/; await x; "c"',
    'a => /"/; await x; "c"',
    'var a\n/"/.test(b); await x; "',
    'for (;;) { break a\n/"/.test(b) } await x; "',
    'import "a"\n/"/.test(b); await x; "',
    'var a\n<p>It’s "x</p>; await x; "',
  ]) {
    const position = Math.max(code.indexOf('await'), code.indexOf('async'));
    it(`are found in ${JSON.stringify(code)}`, () => assert.ok(isMarked(code, position)));
  }
});

describe('the blocks that the parser need not see', () => {
  it('are those without keywords', () => {
    assert.equal(
      seen(`function f() { ${FILLER} }\nasync function g() { await 0; }\nclass A { m() { ${FILLER} } async n() {} }`),
      'function f() { … }\nasync function g() { await 0; }\nclass A { m() { … } async n() {} }',
    );
  });

  it('are as large as possible', () => {
    const block = `function () { if (b) { ${FILLER} } ${FILLER} }`;
    assert.equal(seen(`a = ${block}; await 0`), 'a = function () { … }; await 0');
    assert.equal(seen(`a(${block}); await 0`), 'a(_ … ); await 0');
  });

  it('are arguments, parameters and heads of statements, without which the code would not parse', () => {
    const list = 'first, second, third, fourth, fifth';
    for (const isAsync of [true, false]) {
      const end = isAsync ? 'await 0;' : 'async () => 0;';
      const prefix = isAsync ? 'async ' : '';
      const body = (code: string) => `${prefix}function f() { ${code} ${end} }`;
      for (const code of [
        'a.b(_ … );',
        'new a(_ … );',
        'a[0](_ … )(_ … );',
        'if (_ … ) a;',
        'while (_ … ) a;',
        'switch (_ … ) { }',
        'a = class { b(_ … ) { } set c(_ … ) { } async d() { super.b(_ … ); await 0; } };',
        'function g(_ … ) { }',
        // An expression that is not an argument decides whether a returned value is wrapped.
        `a = (${list});`,
        `for (${list}; ; ) a;`,
        `try { } catch ([${list}]) { }`,
        `(${list}) => a;`,
        'a = class { get b( … ) { } async c() { await 0; } };',
      ]) {
        const whole = code.replaceAll('_ … ', list).replaceAll('( … )', `(/* ${FILLER} */)`);
        assert.equal(seen(body(whole)), body(code), whole);
      }
    }
  });

  it('are in async functions if they belong to another function, or contain no statement that matters', () => {
    const body = (code: string) => `async function f() { await 0; ${code} return 1; }`;
    for (const code of [
      'a = b => { … };',
      'a = { b() { … } };',
      'a = function () { … };',
      'class A { … }',
      'if (a) { … }',
      'if (a) { … } else { … }',
      'try { … } catch { … } finally { … }',
      'for (const a of b) { … }',
    ]) {
      const whole = code.replaceAll('{ … }', `{ ${FILLER} }`);
      assert.equal(seen(body(whole)), body(code));
    }
    for (const [statement, isLeftOutInFunction] of [
      [`return a; ${FILLER}`, true],
      [`if (a) return b; ${FILLER}`, true],
      [`var a = 1; ${FILLER}`, true],
      [`await a; ${FILLER}`, false],
      [`import.meta; ${FILLER}`, false],
    ] as const) {
      const inBlock = body(`if (a) { ${statement} }`);
      assert.equal(seen(inBlock), inBlock);
      const inFunction = body(`a = () => { ${statement} };`);
      assert.equal(seen(inFunction), isLeftOutInFunction ? body('a = () => { … };') : inFunction);
    }
  });

  it('are not in async functions if they may be object literals, whose properties matter', () => {
    for (const code of [
      `async () => ({ a: 1, then: "a method with this name matters" })`,
      `async function f() { return { a: 1, then: "a method with this name matters" }; }`,
      `async a => a ? { then: "a method with this name matters" } : b;`,
      `async function f() { switch (a) { case 1: { return "a string that is long enough"; } } }`,
    ]) {
      assert.equal(seen(code), code);
    }
  });

  it('are not arguments with a yield of an async generator', () => {
    const code = 'async function* f() { a(yield b, "a string that is long enough"); }';
    assert.equal(seen(code), code);
  });

  it('are the bodies of async functions without keywords, if they return nothing', () => {
    for (const code of [
      `async function f() { ${FILLER} }`,
      `a = { async [b]() { ${FILLER} } }`,
      `async a => { ${FILLER} }`,
      `a = async b => // c\n{ ${FILLER} }`,
    ]) {
      assert.equal(seen(code), code.replace(FILLER, '…'));
      const withReturn = code.replace(FILLER, `${FILLER} return a;`);
      assert.equal(seen(withReturn), withReturn);
    }
  });

  it('may follow the expression of an async arrow function', () => {
    for (const end of [';', '\n', ', b =']) {
      assert.equal(
        seen(`a = async () => c ? function () {} : d${end} function f() { ${FILLER} }`),
        `a = async () => c ? function () {} : d${end} function f() { … }`,
      );
    }
  });

  it('are comments, which may end a statement', () => {
    assert.equal(seen(`await 0; /* ${FILLER} */ a // ${FILLER}\nb /*\n${FILLER} */ c`), 'await 0; … a … \nb \n … c');
    const code = `async function f() { return /* ${FILLER}\n*/ g(); }`;
    assert.ok(!transform(code, { filename: 'file.js' })?.code.includes('_wrapReturn'));
  });

  it('do not contain import.meta', () => {
    for (const meta of ['import.meta', 'import /* a */ .meta', 'import\n.meta']) {
      const code = `function f() { ${FILLER} return ${meta}.url; }`;
      assert.equal(seen(code), code);
    }
  });

  it('are not searched for in TypeScript, in JSX and in code whose tokens are ambiguous', () => {
    const block = `function f() { ${FILLER} }`;
    assert.equal(seen(block), 'function f() { … }');
    assert.equal(seen(block, 'ts'), block);
    for (const code of [`a = <p>{b}</p>; ${block}`, `${block} /a/.test(b)`, `${block} )`, `${block} (`]) {
      assert.equal(seen(code), code);
    }
  });

  it('are not the substitutions of template literals', () => {
    assert.equal(
      seen(`\`a \${${FILLER}} b\` + function () { ${FILLER} }`),
      `\`a \${${FILLER}} b\` + function () { … }`,
    );
  });
});
