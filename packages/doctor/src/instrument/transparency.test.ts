/**
 * Code behaves the same with and without checks. Every function is checked as if it had been made in a flow that is
 * never current, so every call is a lost call. No program passes merely because no check was inserted.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import vm from 'node:vm';
import { transformSync } from 'esbuild';
import { currentScope } from '../runtime/current-scope.js';
import { install } from '../runtime/install.js';
import { ENTER } from './inserted-text.js';
import { type InstrumentOptions, instrument } from './instrument.js';

install(true);

const OPTIONS: InstrumentOptions = {
  url: 'file:///program.js',
  sourceType: 'commonjs',
  lang: 'js',
  checksFunctions: true,
  firstSite: 0,
  isForced: true,
};

/** Code that returns a value, as the body of a CommonJS module. */
async function run(code: string): Promise<unknown> {
  const result: unknown = await new Function('require', 'exports', code)(() => undefined, {});
  assert.equal(currentScope(), undefined, 'no mark is left');
  return result;
}

function instrumented(code: string, options: Partial<InstrumentOptions> = {}): string {
  const file = instrument(code, { ...OPTIONS, ...options });
  if (typeof file === 'string') throw new Error(`${file}: ${code}`);
  return file.code;
}

/** By title: a program, and how many of its functions are checked. */
const PROGRAMS: Record<string, readonly [checks: number, code: string]> = {
  'name and length': [
    4,
    `const a = () => 1; const b = function (x, y = 1) {}; function c(...r) {} const d = { e(x) {} };
    return [a, b, c, d.e].map((f) => [f.name, f.length, Object.getOwnPropertyNames(f).join()]);`,
  ],
  identity: [1, `function f() { return f; } const g = f; return [f === g, f() === f];`],
  'toString of functions, methods and classes': [
    6,
    `const a = (x) => x + 1; async function b() { await 1; } const c = { d() { return () => 1; } };
    class E { f() { return [1].map((x) => x); } static g = 1; } const h = function* () { yield () => 2; };
    const i = () => ({ j: () => 1 });
    return [a, b, c.d, E, h, i].map(String);`,
  ],
  'toString of native functions and of other values': [
    1,
    `const toString = Function.prototype.toString; const f = () => {
      try { return toString.call({}); } catch (error) { return error.constructor.name; } };
    return [String(Math.max), String(toString), toString.name, toString.length, 'prototype' in toString, f()];`,
  ],
  'new and new.target': [
    2,
    `function A(x) { this.x = x; this.isNew = new.target === A; } const B = function () { return { own: 1 }; };
    return [new A(1), new B(), A.call({}, 2), new A(3) instanceof A];`,
  ],
  'an arrow function is no constructor': [
    2,
    `const f = () => 1; const test = () => { try { new f(); } catch (e) { return e.message; } }; return test();`,
  ],
  'classes, super, fields, accessors, private names and static blocks': [
    3,
    `class A { #p = 1; static s = (() => 2)(); field = () => this.#p; static { this.t = [1].map((x) => x + 1); }
      constructor(x) { this.x = x; this.get = () => this.x + this.#p; }
      get p() { return (() => this.#p)(); } set p(v) { const set = () => { this.#p = v; }; set(); }
      m() { return ['a'].map((k) => k + this.x); } static #q() { return 4; } static r() { return (() => A.#q())(); } }
    class B extends A { constructor() { const before = () => 9; super(before()); const f = () => super.m(); this.v = f(); }
      m() { return [1].map(() => super.m()[0]); } get p() { return super.p + 1; } set p(v) { super.p = v; } }
    const b = new B(); b.p = 5; return [b.v, b.m(), b.p, b.field(), b.get(), A.s, A.t, A.r(), B.name, Object.keys(b)];`,
  ],
  'arrow functions within fields': [
    4,
    `const wrap = (fn) => Object.freeze(fn); class A { x = 1; f = wrap(() => this.x); static g = { h: (y) => [this.name, y] };
      i = wrap(function () { return () => typeof this; }); j = (true && (() => super.toString === Object.prototype.toString)); }
    const a = new A(); return [a.f(), A.g.h(2), a.i()(), a.j(), Object.keys(a), A.toString()];`,
  ],
  'finally blocks after a rejected await, and loops without an iteration': [
    5,
    `const log = []; const f = async () => { try { await Promise.reject(1); } finally { log.push('finally'); } };
    const g = async () => { for await (const x of []) log.push(x)
      log.push('after'); for await (const x of [1]) { log.push(x); } return 2; };
    return f().catch((error) => log.push(error)).then(() => g()).then((last) => [...log, last]);`,
  ],
  'super in methods of objects': [
    2,
    `const base = { m() { return 'base'; } }; const o = { __proto__: base, m() { return [1].map(() => super.m()); } };
    return o.m();`,
  ],
  generators: [
    1,
    `function* g(n) { for (let i = 0; i < n; i++) { const add = () => i; const sent = yield add(); if (sent) return sent; } }
    const it = g(3); return [[...g(3)], it.next(), it.next(), it.next('end'), it.next()];`,
  ],
  'async generators and for await': [
    2,
    `async function* g() { yield 1; await null; yield 2; }
    async function f() { const all = []; for await (const x of g()) { all.push(x); } for await (const y of [3]) all.push(y); return all; }
    return (async () => [await f(), await (async () => 1)()])();`,
  ],
  'async functions, rejections and finally': [
    5,
    `const log = []; async function f() { log.push(1); await null; log.push(3); try { await Promise.reject(new Error('x')); }
      catch ({ message }) { log.push(message); return 'r'; } finally { log.push('f'); await 1; log.push('g'); } }
    const g = async () => await f(); const h = async (x) => { throw x; }; const i = async () => { await h(7); };
    const p = f(); log.push(2);
    return (async () => [await p, await g(), await i().catch((e) => e), log])();`,
  ],
  'the order of jobs of async functions': [
    3,
    `const log = []; const step = (x) => { log.push(x); return x; };
    const a = async () => { step(1); await step(2); step(5); await 0; step(7); };
    const b = async () => { step(3); await step(4); step(6); await 0; step(8); };
    return Promise.all([a(), b()]).then(() => log);`,
  ],
  'await in every position': [
    2,
    `const v = async (x) => x; async function f() { const { a = await v(1), b } = { b: await v(2) };
      const t = \`\${await v('t')}\`; const n = -await v(3); const s = [...await v([4, 5])]; const o = { [await v('k')]: await v(6) };
      if (await v(0)) return; const c = (await v((x) => x + 1))(await v(7)); const q = await v(null) ?? await v(8);
      await v(9)
      await v(10)
      return [a, b, t, n, s, o, c, q, typeof await v('x'), await (await v(v))(11)]; }
    return f();`,
  ],
  arguments: [
    3,
    `function f(a) { arguments[0] = 2; return [a, arguments.length, (() => arguments[1])()]; }
    function g(a) { 'use strict'; arguments[0] = 2; return a; } return [f(1, 5), g(1), f.call(null, 3, 4)];`,
  ],
  'parameter defaults and destructuring': [
    2,
    `let n = 0; function f(a = ++n, { b = () => a, c } = {}, [d, ...e] = [1, 2, 3], g = function () { return a; }) {
      var a; const inner = () => [a, b(), c, d, e, g()]; a = 7; return inner(); }
    return [f(), f(5, { c: 1 }), n, f.length];`,
  ],
  'hoisting of functions, variables and classes': [
    4,
    `function f() { const early = [typeof v, typeof g, g(), typeof b]; var v = 1; function g() { return h(); }
      function h() { return 2; } { function b() {} } return [early, v, typeof b]; }
    const tdz = () => { try { return x; } catch (e) { return e.name; } let x = 1; }; return [f(), tdz()];`,
  ],
  'functions whose names conflict with other declarations': [
    4,
    `function f() { var g; function g() { return 1; } return typeof g; }
    function h(g) { function g() { return 2; } return [typeof g, typeof arguments[0]]; }
    function i() { function g() { return 3; } { function g() { return 4; } } return g(); }
    function j() { function g() { return 5; } function g() { return 6; } return g(); }
    function k() { function g() { return 7; } eval('var g = 8'); return typeof g; }
    const all = () => [f(), h(1), i(), j(), k()]; return all();`,
  ],
  'automatic semicolons and comments': [
    6,
    `const a = () => 1
    const b = x => /* comment */ x // )
    const c = () => {
      const d = 1
      return d // the end
    }
    const e = () => ({ f: 1 })
    const g = function () { return
      1 }
    ;[1].forEach(h)
    function h() { 'not a directive' + 1
      ;(function () {})() }
    return [a(), b(2), c(), e(), g()]`,
  ],
  'expressions as bodies of arrow functions': [
    9,
    `const a = (x) => (y) => x + y; const b = () => [1, 2].map((n) => n); const c = (f = (g = () => 1) => g()) => f();
    const d = () => (1, 2); const e = () => function () { return 3; }; const h = () => async () => 4; const i = () => class { m() { return 5; } };
    for (var k = (o) => ('p' in o), once = true; once; once = false) {} const l = () => \`\${(() => 6)()}\`;
    return [a(1)(2), b(), c(), d(), e()(), new (i())().m(), k({ p: 1 }), l()];`,
  ],
  directives: [
    3,
    `function strict() { 'use strict'; return this === undefined; }
    function bare() { 'use strict'
      return (() => this === undefined)() }
    function two() { "a"; 'use strict'; return typeof this; } return [strict(), bare(), two()];`,
  ],
  'direct eval': [
    4,
    `function f(x) { eval('var y = x + 1'); const g = () => eval('x + y'); return [y, g(), eval('(() => x)()')]; }
    const h = (a) => { const b = 2; return eval('a + b'); }; const i = () => eval('this') === undefined; return [f(1), h(1), typeof i()];`,
  ],
  'with statements': [0, `var o = { a: 1 }; with (o) { var f = () => a; } return f();`],
  'getters and setters of objects': [
    1,
    `const o = { get a() { return [1].map((x) => x + 1); }, set a(v) { this.b = v; }, ['c' + 1]: () => 1 }; o.a = 3; return [o.a, o.b, o.c1()];`,
  ],
  'labels, loops, switch and return in finally': [
    2,
    `function f(n) { outer: for (const i of [1, 2, 3]) { for (;;) { if (i === n) continue outer; break outer; } }
      switch (n) { case 1: { return 'one'; } default: try { throw 1; } finally { return 'finally'; } } }
    const g = () => { try { return 1; } finally { } }; return [f(1), f(2), g()];`,
  ],
  recursion: [1, `const f = (n) => (n === 0 ? 0 : 1 + f(n - 1)); return f(500);`],
  'using declarations lowered by the engine are left alone': [
    1,
    `const f = function () { let using = 1; using += 1; return using }; return f();`,
  ],
  'functions in statements behind calls': [
    12,
    `const log = []; const run = (f) => log.push(f());
    function f(n) { run(() => 1); if (n) run(() => n + 1); else run(() => 3)
      for (const i of [4, 5]) run(() => i); for (let i = 6; i < 8; i++) { run(() => 'a'); run(() => i) }
      do run(() => n); while (log.length < 7) run(() => 8)
      outer: for (;;) { run(() => 9); inner: { run(() => 'b'); break inner; } break outer }
      switch (n) { case 0: run(() => 'c'); case 1: { run(() => 'd'); run(() => 'e'); break; } case 2: let x = 1; run(() => x); default: run(() => 'f') }
      try { run(() => { throw 1; }); } catch (e) { run(() => e); run(() => 'g') } finally { run(() => 'h'); run(() => 'i'); }
      { run(() => k()); run(() => 'j'); function k() { return run(() => 'k'); } }
      var late = () => 'l'; run(late); return m(); function m() { run(() => 'm'); return () => late(); } }
    return [0, 1, 2].map((n) => f(n)()).concat(log);`,
  ],
  'functions behind yield, and in classes that follow a call': [
    5,
    `const log = []; const run = (f) => log.push(f()); function* g(x) { run(() => x); const y = yield () => x; run(() => y); yield* [() => y].map((f) => f()); }
    const it = g(1); const first = it.next().value(); const second = it.next(2).value;
    function make(n) { run(() => n); class A { static s = () => n; f = () => this.v + n; async = async () => this; 'quoted' = (a, b = 1) => [a, b];
      ['computed' + n] = () => n
      v = 1
      last = () => { run(() => this.v); return 1 } } return A; }
    const A = make(5); const a = new A(); const b = new A(); b.v = 2; const { f, last } = b;
    class B extends A { f = () => [super.constructor === A, this.v]; #own = () => 3; get own() { return this.#own(); } }
    return [first, second, A.s(), a.f(), f(), a.quoted(1), a.computed5(), new B().f(), new B().own, Object.keys(a).join(), Reflect.ownKeys(b).length,
      A.s.name, a.f.name, a.computed5.name, String(a.f), String(A), a.async() instanceof Promise, Object.freeze(new A()).f(), JSON.stringify(a), log];`,
  ],
  'an endless recursion': [
    2,
    `let n = 0; const f = (x) => { n++; return f(x) + 1; };
    const test = () => { try { return f(1); } catch (e) { return [e.name, n > 100]; } }; return [test(), test()];`,
  ],
  'new.target, super calls and arguments in arrow functions': [
    4,
    `class A { constructor(...all) { this.all = all; this.of = (() => new.target.name)(); } }
    class B extends A { constructor() { const call = (...all) => super(...all); [1].forEach((x) => call(x, arguments.length)); } }
    function C() { const f = () => [new.target === C, arguments.length]; return { f }; }
    return [new B(7, 8), new C(1).f(), C.call({}).f()];`,
  ],
  'tagged templates, optional calls and the receiver of a call': [
    5,
    `'use strict'; const tag = (strings) => strings; const template = () => tag\`a\${() => 1}b\`;
    const o = { v: 1, m(f) { return f(this?.v); } }; const call = () => [o?.m?.((x) => x), (0, o.m)((x) => x), o['m']?.((x) => x), o.none?.(() => 1)];
    return [template() === template(), template().raw, call()];`,
  ],
  'names that are keywords elsewhere': [
    4,
    `var let_ = 1, async = 2, of = [3], get = 4, set = 5; var yield_ = (yield) => yield + 1; const f = (await) => [await, async];
    const g = () => { for (const async of of) return async; }; const h = async (x) => { var let_2 = await x; return let_2; };
    const o = { async, get, set, await: (x) => x, async *b() { yield await 1; }, get async2() { return () => 6; } };
    return (async () => [yield_(1), f(7), g(), await h(8), o.await(9), o.async2(), (await o.b().next()).value])();`,
  ],
  'comments and white space of all kinds': [
    4,
    `const a = (x)/* 1 */=>/* 2 */\u2029\tx// 3\u2028const b = function /* 4 */ (/* 5 */) /* 6 */ {/* 7 */return/* 8 */ 1}/* 9 */\r
    const c = async/* 10 */(x) => await/* 11 */x; const d = () => /* { */ ({})/* } */; return (async () => [a(1), b(), await c(2), d(), [a, b, c, d].map(String)])();`,
  ],
  'errors and their lines': [
    2,
    `const f = () => {
      throw new Error('x');
    };
    const g = () => { try { f(); } catch (e) { return /:(\\d+):\\d+/.exec(e.stack)[1]; } };
    return g();`,
  ],
};

for (const [title, [checks, code]] of Object.entries(PROGRAMS)) {
  test(title, async () => {
    const other = checks === 0 && !code.includes('=>') ? code : instrumented(`${code};(() => 0);`);
    const count = other.split(`${ENTER}(`).length - 1;
    assert.ok(count >= checks, `${count} functions are checked, at least ${checks} were expected: ${other}`);
    assert.equal(inspect(await run(other), { depth: 9 }), inspect(await run(code), { depth: 9 }));
    assert.equal(other.split('\n').length, code.split('\n').length);
  });
}

test('a function keeps its text in every realm', () => {
  const fn = vm.runInThisContext(instrumented('(function f() { return () => 1; })'));
  const context = vm.createContext({ fn });
  assert.equal(vm.runInContext('Function.prototype.toString.call(fn)', context), 'function f() { return () => 1; }');
  assert.equal(vm.runInNewContext('Function.prototype.toString.call(fn)', { fn }), 'function f() { return () => 1; }');
});

test('a function of another realm is called as before', () => {
  const code = '(class { static m(f) { return [1, 2].map((x) => f(x)); } })';
  const other = vm.runInNewContext(code);
  const call = vm.runInThisContext(instrumented('((other) => other.m((x) => x * 2))'));
  assert.equal(String(call(other)), '2,4');
});

test('ES modules keep their bindings, the names of default exports, and top-level await', async () => {
  const code = `export default (x) => [x].map((y) => y + 1); export let live = 1; export const change = () => { live++; };
    export const later = await (async () => { await null; return typeof import.meta.url; })();
    export function hoisted() { return [1].map(() => early()); } function early() { return typeof late; } const late = () => this;
    export { early as 'a name' }; export class A { static #x = (() => 1)(); static get x() { return [1].map(() => this.#x); } }
    export const own = late(); export async function* generate() { for await (const x of [1, 2]) yield [x].map((y) => y * 2); }`;
  const load = async (text: string) => {
    const module = await import(`data:text/javascript,${encodeURIComponent(text)}`);
    module.change();
    const generated = [];
    for await (const list of module.generate()) generated.push(...list);
    return [module.default.name, module.default(1), module.hoisted(), module.A.x, generated, inspect({ ...module })];
  };
  assert.deepEqual(await load(instrumented(code, { sourceType: 'module' })), await load(code));
  assert.equal(currentScope(), undefined);
});

const HAS_USING = isSyntax('{ using a = null; }');

test('using declarations dispose in the same order', { skip: !HAS_USING && 'this Node has no using' }, async () => {
  const code = `const log = []; const open = (name) => ({ [Symbol.dispose]: () => log.push(name), [Symbol.asyncDispose]: async () => { await 1; log.push(name); } });
    const f = () => { using a = open('a'); using b = open('b'); log.push('body'); return [1].map(() => { using c = open('c'); return log.length; })[0]; };
    const g = async () => { await using d = open('d'); using e = open('e'); await 1; log.push('async'); };
    const h = () => { using x = open('x'); throw new Error('thrown'); };
    return (async () => [f(), await g(), (() => { try { h(); } catch (e) { return e.message; } })(), log])();`;
  assert.deepEqual(await run(instrumented(code)), await run(code));
});

function isSyntax(code: string): boolean {
  try {
    new Function(code);
    return true;
  } catch {
    return false;
  }
}

test('decorators receive the same functions', async () => {
  const code = `const seen = []; const log = (value, { name, kind }) => { seen.push([name, kind, typeof value]); };
    const twice = (fn) => function (...args) { return fn.apply(this, args) * 2; };
    @log class A { @log @twice m(x) { return [x].map((y) => y + this.#z)[0]; } @log #z = (() => 1)(); @log accessor a = 5; @log static get s() { return 1; } }
    return [new A().m(3), seen];`;
  const lower = (text: string) => transformSync(`(() => {${text}})`, { target: 'es2022' }).code.replace(/;\s*$/, '');
  const call = (text: string): unknown => vm.runInThisContext(lower(text))();
  // Arrays of one realm compare.
  assert.deepEqual(await call(instrumented(code)), await call(code));
});

test('types of TypeScript are parsed', () => {
  const code = `const f = <T,>(this_: T): T => { const g = (x: T): x is T => true; return g(this_) ? this_ : (this_ as T); };
    abstract class A { abstract m(): void; constructor(private readonly x: number) { const y = () => this.x; y(); } }
    declare function d(): void; function o(a: string): void; function o(a: unknown): void { [a].map((b) => b); } enum E { a = 1 }`;
  const other = instrumented(code, { lang: 'ts', sourceType: 'module' });
  assert.ok(other.includes(ENTER));
  const strip = (text: string) => transformSync(text, { loader: 'ts' }).code;
  assert.equal(strip(other.replace(/\/\*<td\*\/.*?\/\*td>\*\//g, '')), strip(code));
});

test('what cannot be instrumented is left alone, with the reason', () => {
  assert.equal(instrument('const = 1', OPTIONS), 'syntax error');
  assert.equal(instrument('let a = 1', OPTIONS), 'nothing to insert');
  assert.equal(instrument('const __td0 = () => 1', OPTIONS), 'reserved name');
  assert.equal(instrument(instrumented('const f = () => 1'), OPTIONS), 'already instrumented');
  assert.equal(instrument('function f() { "use asm"; function g() {} return g }', OPTIONS), 'nothing to insert');
});
