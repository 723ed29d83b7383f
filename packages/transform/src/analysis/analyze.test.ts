import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSync } from 'oxc-parser';
import { analyze } from './analyze.js';
import { findAsyncAwaitKeywords } from './async-await-keywords.js';
import type { BodyFacts, Construct, FileFacts, GeneratorFrame } from './facts.js';

function analyzeCode(code: string, generators: GeneratorFrame = 'next'): FileFacts {
  const { program, errors } = parseSync('file.js', code);
  assert.deepEqual(errors, []);
  return analyze(program, findAsyncAwaitKeywords(code), generators);
}

/** Describes in a few words the only function in the code that needs emitted code. */
function describeFunction(code: string, generators?: GeneratorFrame): string {
  const { functions } = analyzeCode(code, generators);
  assert.ok(functions.length <= 1);
  const [facts] = functions;
  return facts === undefined ? 'nothing' : describeBody(facts);
}

function describeBody({ constructs, hasContinuation, isGuarded, hasResultVariable }: BodyFacts): string {
  return [
    constructs.map(describeConstruct).join(' + '),
    hasContinuation && 'continues',
    isGuarded && 'guarded',
    hasResultVariable && 'stores a result',
  ]
    .filter(Boolean)
    .join(', ');
}

function describeConstruct(construct: Construct): string {
  switch (construct.type) {
    case 'await':
      return `await (${construct.role})`;
    case 'yield':
      return construct.closesIterator ? 'yield (closes iterator)' : 'yield';
    case 'try':
      return `try (${[construct.isHandlerGuarded && 'catch', construct.isFinalizerGuarded && 'finally'].filter(Boolean).join(', ')})`;
    case 'for-of':
    case 'for':
      return construct.using === undefined ? construct.type : `${construct.type} (${construct.using})`;
    case 'block':
      return construct.isAsync ? 'block (await using)' : 'block (using)';
    case 'return':
      return 'return';
  }
}

function testTable(table: Readonly<Record<string, string>>, generators?: GeneratorFrame): void {
  for (const [code, expected] of Object.entries(table)) {
    it(`${code} → ${expected}`, () => assert.equal(describeFunction(code, generators), expected));
  }
}

describe('where a function suspends, and whether it continues', () => {
  testTable({
    'async function f() { g(); }': 'nothing',
    'async function f() { return 1; }': 'nothing',
    'function f() { return g(async); }': 'nothing',
    'function* f() { yield 1; } async () => {};': 'nothing',
    'async function f() { await a; }': 'await (statement)',
    'async function f() { return await a; }': 'await (expression), stores a result',
    'async (a) => await a': 'await (expression), stores a result',
    'async (a) => (b ? await a : c || await d)': 'return + await (expression) + await (expression), stores a result',
    'async function f() { if (a) { await b; } else await c; }': 'await (statement) + await (statement)',
    'async function f() { await a; g(); }': 'await (statement), continues',
    'async function f() { await a; return; }': 'await (statement), continues',
    'async function f() { if (a) await b; g(); }': 'await (statement), continues',
    'async function f() { while (a) await b; }': 'await (statement), continues',
    'async function f() { await a || b; }': 'await (statement start), continues',
    'async function f() { g(await a); }': 'await (expression), continues, stores a result',
    'async function f(a = async () => { await b; }) {}': 'await (statement)',
    'class A { static { async () => { await a; }; } }': 'await (statement)',
    'class A { a = async () => { await b; c(); }; }': 'await (statement), continues',
    'class A { async m() { await a; g(); } }': 'await (statement), continues',
  });
});

describe('what an async function returns', () => {
  testTable({
    'async function f() { return a; }': 'return',
    'async function f() { if (a) return b; return c(); }': 'return + return',
    'async () => a': 'return',
    'async () => ({ a })': 'nothing',
    'async () => () => a': 'nothing',
  });
});

describe('which code is guarded', () => {
  testTable({
    'async function f() { try { await a; } catch {} }': 'await (statement) + try (catch), continues, guarded',
    'async function f() { try { await a; } finally {} }': 'await (statement) + try (finally), continues, guarded',
    'async function f() { try { a; } catch { await b; } }': 'await (statement), continues',
    'async function f() { try { a; } catch { await b; } finally {} }':
      'await (statement) + try (finally), continues, guarded',
    'async function f() { try { await a; } catch {} finally {} }':
      'await (statement) + try (catch, finally), continues, guarded',
    'async function f() { try { a; } finally { await b; } }': 'await (statement), continues',
    'async function f() { for (const a of b) c; await d; }': 'await (statement)',
    'async function f() { for (const a of b) await c; }': 'await (statement) + for-of, continues, guarded',
    'async function f() { for await (const a of b) c; }': 'for-of, continues, guarded',
    'async function f() { for (const a of await b) c; }': 'await (expression), continues, stores a result',
    'async function f() { const [a = await b] = c; }': 'await (closes iterator), continues, guarded',
    'async function f() { const { a = await b } = c; }': 'await (expression), continues, stores a result',
    'async function f() { for (const { a = await b } of c) d; }': 'await (closes iterator), continues, guarded',
    'async function f() { for await (const { a = await b } of c) d; }':
      'await (expression) + for-of, continues, guarded, stores a result',
  });
});

describe('resources', () => {
  testTable({
    'async function f() { { using a = b; } await c; }': 'await (statement)',
    'async function f() { { using a = b; await c; } }': 'await (statement) + block (using), continues, guarded',
    'async function f() { await using a = b; }': 'block (await using), continues, guarded',
    'async function f() { for (using a = b; c; ) await d; }': 'await (statement) + for (using), continues, guarded',
    'async function f() { for (await using a = b; c; ) d; }': 'for (await using), continues, guarded',
    'async function f() { for (using a of b) await c; }': 'await (statement) + for-of (using), continues, guarded',
    'async function f() { for (await using a of b) c; }': 'for-of (await using), continues, guarded',
  });
});

describe('generators', () => {
  testTable({
    'async function* f() {}': 'nothing',
    'async function* f() { yield 1; }': 'yield, continues, guarded',
    'async function* f() { return 1; }': 'return, continues, guarded',
    'async function* f() { await 1; }': 'await (statement), continues',
    'async function* f() { [a = yield 1] = b; }': 'yield (closes iterator), continues, guarded',
    'async function* f() { try { yield 1; } finally {} }': 'yield + try (finally), continues, guarded',
  });
});

describe('generators in the frame of their creation', () => {
  testTable(
    {
      'function* f() {}': '',
      'function* f() { yield 1; return 2; }': 'yield, continues, guarded',
      'async function* f() { yield 1; return 2; }': 'yield + return, continues, guarded',
    },
    'creation',
  );

  it('include plain generators only in this mode', () => {
    const code = 'function* f() { yield 1; }';
    assert.equal(analyzeCode(code).functions.length, 0);
    assert.equal(analyzeCode(code, 'creation').functions[0]?.runsInCreationFrame, true);
  });
});

describe('the top level', () => {
  const describeTopLevel = (code: string) => {
    const { topLevel } = analyzeCode(code);
    return topLevel === undefined ? 'nothing' : `${describeBody(topLevel)}, end ${topLevel.end}`;
  };

  it('does not suspend without a top-level await', () => {
    assert.equal(describeTopLevel('export const f = async () => { await 1; };'), 'nothing');
  });

  it('continues after any await', () => {
    assert.equal(describeTopLevel('import a from "a"; await 1;'), 'await (statement), continues, end 27');
  });

  it('has no end if its resources are disposed of after it', () => {
    assert.equal(describeTopLevel('using a = b; await 1;'), 'await (statement), continues, end undefined');
  });
});

describe('nested functions', () => {
  it('come before the functions around them', () => {
    const code = 'async function a() { await 1; async function b() { await 2; async () => { await 3; }; } }';
    const { functions } = analyzeCode(code);
    assert.deepEqual(
      functions.map(({ node, depth }) => [node.id?.name, depth]),
      [
        [undefined, 7],
        ['b', 4],
        ['a', 2],
      ],
    );
  });

  it('do not make the functions around them continue', () => {
    const { functions } = analyzeCode('async function a() { b(async () => { await 1; c(); }); await 2; }');
    assert.deepEqual(
      functions.map(({ hasContinuation }) => hasContinuation),
      [true, false],
    );
  });
});
