import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Node, parseSync } from 'oxc-parser';
import { forEachChild } from './syntax-tree.js';
import { TailAwaits } from './tail-awaits.js';

/** The operands of the awaits that are tails. */
function operandsOf(root: Node, code: string, tails: TailAwaits): string[] {
  const operands: string[] = [];
  const visit = (node: Node) => {
    if (node.type === 'AwaitExpression' && tails.has(node)) {
      operands.push(code.slice(node.argument.start, node.argument.end));
    }
    forEachChild(node, visit);
  };
  visit(root);
  return operands;
}

describe('TailAwaits, for the statements of a body', () => {
  for (const [code, expected] of Object.entries({
    'await a; await b;': ['b'],
    'await a; { await b; await c; }': ['c'],
    'if (await a) await b; else { await c; }': ['b', 'c'],
    'if (a) if (b) await c;': ['c'],
    'f(await a);': [],
    'await a || await b;': [],
    '(await a);': [],
    'while (a) await b;': [],
    'try { await a; } catch {}': [],
    'label: await a;': [],
    'const b = await a;': [],
  })) {
    it(`${code} has the tails ${expected.join() || 'none'}`, () => {
      const { program } = parseSync('file.js', code);
      const tails = new TailAwaits();
      tails.addFromStatements(program.body);
      assert.deepEqual(operandsOf(program, code, tails), expected);
    });
  }
});

describe('TailAwaits, for a returned expression', () => {
  for (const [code, expected] of Object.entries({
    'await a': ['a'],
    '((await a))': ['a'],
    '(await a) ? await b : (await c)': ['b', 'c'],
    '(await a) || await b': ['b'],
    '(await a) ?? ((await b) && await c)': ['c'],
    '(await a, await b)': [],
    '[await a]': [],
    'await await a': ['await a'],
  })) {
    it(`${code} has the tails ${expected.join(' and ') || 'none'}`, () => {
      const { program } = parseSync('file.js', `void 0; ${code};`.replace('void 0; ', ''), { sourceType: 'module' });
      const [statement] = program.body;
      assert.ok(statement?.type === 'ExpressionStatement');
      const tails = new TailAwaits();
      tails.addFromResult(statement.expression);
      assert.deepEqual(operandsOf(program, code, tails), expected);
    });
  }
});
