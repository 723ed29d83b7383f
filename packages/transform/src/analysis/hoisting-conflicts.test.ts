import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSync } from 'oxc-parser';
import { findHoistingConflicts } from './hoisting-conflicts.js';

function conflictsIn(body: string) {
  const code = `function f() { ${body} }`;
  const { program } = parseSync('file.cjs', code, { sourceType: 'commonjs' });
  const [statement] = program.body;
  assert.ok(statement?.type === 'FunctionDeclaration' && statement.body !== null);
  const conflicts = findHoistingConflicts(statement.body);
  if (conflicts === undefined) return undefined;
  const { replacedFunctions, declarations, otherNames } = conflicts;
  return {
    replaced: replacedFunctions.map(({ name }) => name),
    declarations: declarations.map(
      ({ node, isLoopHead }) => `${isLoopHead ? 'head: ' : ''}${code.slice(node.start, node.end)}`,
    ),
    otherNames,
  };
}

describe('findHoistingConflicts', () => {
  for (const body of [
    'var a;',
    'function g() {}',
    'var a; function g() {}',
    'function g() { var g; }',
    'function g() {} { let g; }',
    'function g() {} (() => { var g; });',
    'function g() {} class A { static { var g; } }',
    '{ function g() {} } { function g() {} }',
  ]) {
    it(`finds none in ${body}`, () => assert.equal(conflictsIn(body), undefined));
  }

  it('finds a var with the name of a function, and what else it declares', () => {
    assert.deepEqual(conflictsIn('var a = 1, g, { b, c: [d = 2, ...e], ...h } = i; function g() {}'), {
      replaced: [],
      declarations: ['var a = 1, g, { b, c: [d = 2, ...e], ...h } = i;'],
      otherNames: ['a', 'b', 'd', 'e', 'h'],
    });
  });

  it('finds it in nested blocks and in the heads of loops', () => {
    assert.deepEqual(
      conflictsIn('function g() {} { var g; } for (var g of a); for (var g in a); for (var g = 1; ; );'),
      {
        replaced: [],
        declarations: ['var g;', 'head: var g', 'head: var g', 'var g = 1'],
        otherNames: [],
      },
    );
  });

  it('finds functions that a later one replaces, labeled ones included', () => {
    assert.deepEqual(conflictsIn('function g() {} a: b: function g() {} function h() {} function g() {}'), {
      replaced: ['g', 'g'],
      declarations: [],
      otherNames: [],
    });
  });
});
