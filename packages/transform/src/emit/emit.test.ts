/** The code that is written for each construct. The examples are those in the files of the constructs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type TransformOptions, transform } from '../transform.js';

/** The transformed file, without the line that requires the helpers. */
function emitted(code: string, options: Partial<TransformOptions> = {}): string {
  const result = transform(code, { filename: 'file.cjs', ...options });
  assert.ok(result);
  return result.code.replace(/^const\{[^}]*\}=require\('throughline\/await'\);/, '');
}

/** Statements in an async function, which continues after them. */
function emittedStatements(code: string): string {
  const match = /^async function f\(\) \{.*?try\{ (.*) end\(\); \}finally\{_f\.end\(\)\}\}$/s.exec(
    emitted(`async function f() { ${code} end(); }`),
  );
  return match?.[1] ?? assert.fail(emitted(`async function f() { ${code} end(); }`));
}

const DISPOSAL = (next: string) => `}catch(_e){_f.back();_d.fail(_e)}finally{_f.back();${next}}`;
const NEXT = '_d.next()';
const AWAIT_NEXT = 'while(_d.next())try{await _f.off(_d.value),_f.on()}catch(_e){_f.back();_d.fail(_e)}';

const statements: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  await: {
    'await x;': 'await _f.off(x),_f.on();',
    'await x || y;': '_f.on(await _f.off(x)) || y;',
    'f(await x);': 'f((_v=await _f.off(x),_f.on(_v,_v=0)));',
    'f(await (x, y));': 'f((_v=await _f.off((x, y)),_f.on(_v,_v=0)));',
    'f(await x(await y));': 'f((_v=await _f.off(x((_v=await _f.off(y),_f.on(_v,_v=0)))),_f.on(_v,_v=0)));',
    '[a = await x] = y;': '[a = _unwrapResult(await _suspendAndSchedule(_f,x))] = y;',
  },
  try: {
    'try { await a; } catch (e) { b; }': 'try { await _f.off(a),_f.on(); } catch (e) {_f.back(); b; }',
    'try { await a; } catch { b; }': 'try { await _f.off(a),_f.on(); } catch {_f.back(); b; }',
    'try { await a; } catch ({ a = b() }) { c; }':
      'try { await _f.off(a),_f.on(); } catch (_e) {_f.back();let { a = b() }=_e;{ c; }}',
    'try { await a; } finally { b; }': 'try { await _f.off(a),_f.on(); } finally {_f.back(); b; }',
  },
  'for…of': {
    'for (const a of b) await c;': 'for (const a of b) {try{await _f.off(c),_f.on();}finally{_f.back();}}',
    'for await (const a of b) c;': 'try{for await (const a of _iterateAsync(_f,b)) {_f.back();c;}}finally{_f.back();}',
    'for await (const { a } of b) c;':
      'try{for await (const _x of _iterateAsync(_f,b)) {_f.back();const { a }=_x;c;}}finally{_f.back();}',
    'for await (a.b of c) d;':
      'try{for await (const _x of _iterateAsync(_f,c)) {_f.back();(a.b=_x);d;}}finally{_f.back();}',
    'l: for await (const a of b) continue l;':
      'try{l: for await (const a of _iterateAsync(_f,b)) {_f.back();continue l;}}finally{_f.back();}',
    'for (using a of b) await c;': `for (const a of b) {try{const _d=_disposal();try{_d.add(a,false);await _f.off(c),_f.on();${DISPOSAL(NEXT)}}finally{_f.back();}}`,
    'for (await using a of b) c;': `for (const a of b) {const _d=_disposal();try{_d.add(a,true);c;${DISPOSAL(AWAIT_NEXT)}}`,
  },
  resources: {
    '{ await using a = b(); c; }': `{const _d=_disposal();try{ const a = _d.add(b(),true); c; ${DISPOSAL(AWAIT_NEXT)}}`,
    '{ using a = b(), c = () => {}; await d; }': `{const _d=_disposal();try{ const a = _d.add(b(),false), c = _d.add({c:() => {}}.c,false); await _f.off(d),_f.on(); ${DISPOSAL(NEXT)}}`,
    'for (using a = b(); c; d) await e;': `{const _d=_disposal();try{for (const a = _d.add(b(),false); c; d) await _f.off(e),_f.on();${DISPOSAL(NEXT)}}`,
  },
};

for (const [construct, examples] of Object.entries(statements)) {
  describe(construct, () => {
    for (const [code, expected] of Object.entries(examples)) {
      it(code, () => assert.equal(emittedStatements(code), expected));
    }
  });
}

const functions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a function that does not continue': {
    'async function f() { return await x; }': 'async function f() { return _unwrapResult(await _wrapOperand(x)); }',
    'async function f() { await x; }': 'async function f() { await _wrapOperand(x); }',
    'async function f() { return x; }': 'async function f() { return _wrapReturn(x); }',
    'async () => x': 'async () => _wrapReturn(x)',
    'async () => (x, y)': 'async () => _wrapReturn((x, y))',
  },
  'the body of a function': {
    'async function f(x) { const a = await g(x); return a + 1; }':
      'async function f(x) {let _v,_f=_asyncCall();try{ const a = (_v=await _f.off(g(x)),_f.on(_v,_v=0)); return a + 1; }finally{_f.end()}}',
    'async (x) => await g(x) + 1':
      'async (x) => {let _v,_f=_asyncCall();try{return (_v=await _f.off(g(x)),_f.on(_v,_v=0)) + 1}finally{_f.end()}}',
    'async function f() { "use strict"\nawait 0; g(); }':
      'async function f() { "use strict";const _f=_asyncCall();try{\nawait _f.off(0),_f.on(); g(); }finally{_f.end()}}',
    'async function f() { var a = 1, g, b = 2; function g() {} function g() {} await 0; h(); }':
      'async function f() {var a,b;const _f=_asyncCall();try{ void 0,a = 1, 0, b = 2; function _unused51() {} function g() {} await _f.off(0),_f.on(); h(); }finally{_f.end()}}',
  },
  'an async generator': {
    'async function* f() { yield x; yield; yield* y; return z; }':
      'async function* f() {const _f=_generatorCall();try{ _f.took(yield _f.give(x)); _f.took(yield _f.give()); _f.took(yield* _delegateAsync(_f,y)); return _f.give(z); }finally{_f.end()}}',
    'async function* f() { [a = yield x] = y; }':
      'async function* f() {const _f=_generatorCall();try{ [a = _f.took(yield _f.giveHeld(x))] = y; }finally{_f.end()}}',
  },
};

for (const [construct, examples] of Object.entries(functions)) {
  describe(construct, () => {
    for (const [code, expected] of Object.entries(examples)) {
      it(code, () => assert.equal(emitted(code), expected));
    }
  });
}

describe('a generator in the frame of its creation', () => {
  for (const [code, expected] of Object.entries({
    'function* f(a, b) { yield a; yield* b; }':
      'function* f(a, b,...{_f=_creationFrameGenerator()}) {_f.back();try{ _f.took(yield _f.leave(a)); _f.took(yield* _delegateSync(_f,b)); }finally{_f.end()}}',
    'function* f(...all) { yield 1; }':
      'function* f(...{_f=_creationFrameGenerator(),length:_n,..._r}) {_f.back();var all=_f.rest(_n,_r);try{ _f.took(yield _f.leave(1)); }finally{_f.end()}}',
    'function* f(/* ( */) {}':
      'function* f(...{_f=_creationFrameGenerator()}/* ( */) {_f.back();try{}finally{_f.end()}}',
    'function* f(a /* , */,) {}':
      'function* f(a,...{_f=_creationFrameGenerator()} /* , */) {_f.back();try{}finally{_f.end()}}',
  })) {
    it(code, () => assert.equal(emitted(code, { generators: 'creation' }), expected));
  }

  it("loses its 'use strict' in a module, which is strict anyway", () => {
    const code = "export function* f() { 'use strict'; yield 1; }";
    assert.match(emitted(code, { filename: 'file.mjs', generators: 'creation' }), /\) \{ _f\.back\(\);try\{/);
  });
});

describe('the beginning of a file', () => {
  it('imports the helpers and opens a module that suspends', () => {
    assert.equal(
      emitted('await a;\nb();', { filename: 'file.mjs' }),
      "import{moduleEvaluation as _moduleEvaluation}from'throughline/await';const _f=_moduleEvaluation();await _f.off(a),_f.on();\nb();;_f.end();",
    );
  });

  it('has the code that a bundler puts first, even if there is nothing to transform', () => {
    assert.equal(emitted('a();', { filename: 'file.mjs', begins: "import 'b';" }), "import 'b';a();");
  });
});
