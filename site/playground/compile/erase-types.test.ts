import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSync } from 'oxc-parser';
import { eraseTypes } from './erase-types.js';
import { ProgramError } from './program-error.js';

function erase(program: string): string {
  const { program: tree, errors } = parseSync('program.ts', program, { lang: 'ts', sourceType: 'module' });
  assert.deepEqual(errors, []);
  const erased = eraseTypes(program, tree);
  assert.equal(erased.length, program.length);
  const result = parseSync('program.js', erased, { lang: 'js', sourceType: 'module' });
  assert.deepEqual(result.errors, [], erased);
  return erased.replace(/ +/g, ' ').trim();
}

test('JavaScript stays as it is', () => {
  for (const program of [
    'class A { static #a = 1; get b() { return this.#a; } async *[Symbol.iterator]() {} }',
    'const f = async ({ a = 1, ...b }, [c] = []) => tag`a`;',
    'label: for (const x of y) { if (x) continue label; }',
    "import a, { b as c } from 'd'; export { c }; export default a;",
    'this.a = a ? b : c; a?.b; a ?? b; /x/g.test(a);',
  ]) {
    assert.equal(erase(program), program);
  }
});

for (const [program, expected] of [
  ['const a: number = 1, b: Map<string, number> = new Map<string, number>();', 'const a = 1, b = new Map ();'],
  ['function f<T>(this: A, a?: T, ...b: T[]): a is B { return a!; }', 'function f ( a , ...b ) { return a ; }'],
  ['const f = async <T>(a: T): Promise<T> => a;', 'const f = async (a ) => a;'],
  ['const a = (b as C)!.d satisfies E;', 'const a = (b ) .d ;'],
  ['const a = <B>c; const d = e<F>;', 'const a = c; const d = e ;'],
  ['let a = 1\ninterface B { c: number }\n[a]', 'let a = 1\n; \n[a]'],
  ['type A = 1; export type B = A; export interface C {} declare const d: A; declare module "x" {}', '; ; ; ; ;'],
  ["import type { A } from 'a'; import { type B, c } from 'b'; export type { A };", "; import { c } from 'b'; ;"],
  [
    'abstract class A<T> extends B<T> implements C, D { private readonly a?: T = 1; static x: T; b!: T; declare c: T; abstract d(): T; e(): void; e(f?: T): void {} override g() {} [key: string]: T }',
    'class A extends B { a = 1; static x ; b ; e(f ) {} g() {} }',
  ],
  [
    'function a(b: string): void; function a(b: unknown) { try {} catch (e: unknown) {} }',
    '; function a(b ) { try {} catch (e ) {} }',
  ],
] as const) {
  test(`the types of ${program.slice(0, 50)} are erased`, () => assert.equal(erase(program), expected));
}

for (const [program, message] of [
  ['enum A { b }', /an enum is more than a type/],
  ['namespace A { export const b = 1; }', /a namespace/],
  ['class A {\n  constructor(private b: string) {}\n}', /a parameter that declares a property/],
] as const) {
  test(`${program.slice(0, 20)} is an error`, () => {
    assert.throws(
      () => erase(program),
      (error) => error instanceof ProgramError && message.test(error.message),
    );
  });
}
