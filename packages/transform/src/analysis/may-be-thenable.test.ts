import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSync } from 'oxc-parser';
import { mayBeThenable } from './may-be-thenable.js';

function isPossiblyThenable(code: string): boolean {
  const { program } = parseSync('file.tsx', `x = (${code});`, { sourceType: 'module' });
  const [statement] = program.body;
  assert.ok(statement?.type === 'ExpressionStatement' && statement.expression.type === 'AssignmentExpression', code);
  return mayBeThenable(statement.expression.right);
}

describe('mayBeThenable is false for', () => {
  for (const code of [
    '1',
    "'s'",
    'null',
    '/r/',
    '`t`',
    'undefined',
    'void a',
    'typeof a',
    'a + b',
    'a < b',
    'a++',
    '() => a',
    'function () {}',
    '[a]',
    '{ a, b: c, d() {} }',
    '<a />',
    '<></>',
    'await a',
    '(1)',
    '1 as number',
    '1!',
    '1 satisfies number',
    'a ? 1 : 2',
    "a, 's'",
    '(b = 1)',
    '(b += 1)',
  ]) {
    it(code, () => assert.equal(isPossiblyThenable(code), false));
  }
});

describe('mayBeThenable is true for', () => {
  for (const code of [
    'a',
    'a()',
    'a.b',
    'new A()',
    'import("a")',
    'this',
    'class {}',
    '(a)',
    'a as any',
    'a!',
    'a ? 1 : b',
    'a || 1',
    '(1, a)',
    '(b = a)',
    '(b ||= 1)',
    '({ ...a })',
    '({ [a]: 1 })',
    '({ then: a })',
    "({ 'then': a })",
    '({ then() {} })',
    '({ __proto__: a })',
  ]) {
    it(code, () => assert.equal(isPossiblyThenable(code), true));
  }
});
