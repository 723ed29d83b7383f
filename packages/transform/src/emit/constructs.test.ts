/**
 * Pieces of code that the random programs do not contain. Each runs untransformed and transformed, and both must
 * produce the same result. Both run on the portable engine, so this file starts itself again with the condition that
 * selects that engine.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import { AsyncLocalStorage } from 'throughline';
import { type TransformOptions, transform } from '../transform.js';

const CONDITION = '--conditions=throughline-portable';

if (!process.execArgv.includes(CONDITION)) {
  it('constructs behave as before on the portable engine', () => {
    // With this variable, the test runner makes child processes report in its internal format.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { status, stdout } = spawnSync(process.execPath, [CONDITION, fileURLToPath(import.meta.url)], {
      encoding: 'utf8',
      env,
    });
    assert.equal(status, 0, stdout);
  });
} else {
  const require = createRequire(import.meta.url);
  const storage = new AsyncLocalStorage<string>();
  const thenable = (value: unknown) => ({
    // biome-ignore lint/suspicious/noThenProperty: the object is meant to be a thenable
    then(resolve: (value: unknown) => void) {
      resolve(`${storage.getStore()} ${String(value)}`);
    },
  });

  /** Runs the code in a frame with the value `in`. Its result is what it assigns to `module.exports`. */
  const run = async (code: string): Promise<unknown> => {
    const module: { exports: unknown } = { exports: undefined };
    const scope = { module, require, storage, thenable };
    return await storage.run('in', () => {
      new Function(...Object.keys(scope), code)(...Object.values(scope));
      return module.exports;
    });
  };

  const transformedCode = (code: string, options: Partial<TransformOptions> = {}) =>
    transform(code, { filename: 'case.cjs', ...options })?.code ?? code;

  const unchangedResults: Record<string, string> = {
    'the name and the length of a function': `
      async function named(a, b = 1, ...c) { await 0; }
      const arrow = async (a) => await a;
      class A { static async method(a, b) { await 0; } static #own = async () => { await 0; }; static own() { return A.#own; } }
      const o = { async ['comp' + 'uted'](a) { await 0; }, async *generator() { yield 1; } };
      module.exports = [named, arrow, A.method, A.own(), o.computed, o.generator].map((f) => [f.name, f.length]);`,
    'this, arguments, super and new.target': `
      class A { value() { return 'super'; } }
      class B extends A { async value(a) { await 0; return [super.value(), arguments.length, this instanceof B, (() => this)() === this]; } }
      async function f() { await 0; return [new.target, typeof this, arguments[1]]; }
      module.exports = Promise.all([new B().value(1, 2), f.call({}, 1, 2)]);`,
    'a var with the name of a function': `
      async function f() {
        const before = typeof g;
        var g = 1, h, { k } = { k: 2 };
        function g() {}
        for (var g of [3]) await g;
        { var g; }
        await 0;
        return [before, g, h, k];
      }
      module.exports = f();`,
    'a var with a pattern that has the names of functions': `
      async function f() { function a() {} function b() {} var { a, b: [b] } = { a: 1, b: [2] }; await 0; return [a, b]; }
      module.exports = f();`,
    'two functions of the same name in strict code': `
      'use strict';
      async function f() { await 0; return g(); function g() { return 1; } function g() { return 2; } }
      module.exports = f();`,
    'a function that is called before it is declared': `
      async function f() { const value = g(); await 0; return value; function g() { return typeof later; } var later; }
      module.exports = f();`,
    'a function with the name of a parameter': `
      async function f(g) { function g() { return 1; } await 0; return g(); }
      module.exports = f();`,
    'lines without semicolons': `
      async function f(x) {
        let y = x
        await y
        const z = y
        await z || y
        ;[y] = [await z]
        await y
        return y
      }
      module.exports = f(1)`,
    'await without a space': `
      async function f(x) { return [await(x), await[x], await-x, await!x, await\`\${x}\`, await/x/u, (await{x}).x, typeof await(x)]; }
      module.exports = f(1);`,
    'comments of several lines after await': `
      async function f(x) {
        return await /* one
          two */ x // three
          + await (x // four
        );
      }
      module.exports = f(1);`,
    'yield without a space': `
      async function* f() { const a = yield(1); const b = yield[2]; yield*[3]; return(a); }
      module.exports = (async () => { const g = f(), all = []; for (let i = 0; i < 5; i++) all.push(await g.next(i)); return all; })();`,
    directives: `
      async function f() { 'use strict'; await 0; return this; }
      async function g() { "use strict"
        await 0
        return this
      }
      module.exports = Promise.all([f(), g()]);`,
    'sloppy mode': `
      async function f() { undeclared = 1; with ({ a: 2 }) { await 0; return [a, undeclared, delete globalThis.undeclared]; } }
      module.exports = f();`,
    'an anonymous function that is awaited': `
      const f = async () => { const g = await (() => {}); const h = await class {}; return [g.name, h.name]; };
      module.exports = f();`,
    'a catch with a pattern whose names are declared again in its block': `
      const a = 'outer';
      async function f() { try { await 0; throw { b: 1 }; } catch ({ b, c = a }) { { const a = 2; await a; } var d = b; return [b, c, d]; } }
      module.exports = f();`,
    'a catch with a pattern that awaits': `
      async function f() { try { await Promise.reject({}); } catch ({ a = await 1, ...rest }) { return [a, rest]; } }
      module.exports = f();`,
    'private methods and computed keys': `
      async function f(key) {
        class A { static [await key] = 1; #x = 2; async #get() { return await this.#x; } get() { return this.#get(); } }
        return [Object.keys(A), await new A().get()];
      }
      module.exports = f('key');`,
    'a class that extends an awaited value': `
      async function f(Base) { class A extends (await Base) {} return new A().length; }
      module.exports = f(Array);`,
    'tagged templates, optional chains, new, spread': `
      const o = { tag: (strings, ...values) => values, async f() {
        return [this.tag\`\${await 1}\`, (await this)?.tag.length, new (await Date)(0).getTime(), [...await [1, 2]], { ...await { a: 1 } }];
      } };
      module.exports = o.f();`,
    'switch, labels and loops': `
      async function f() {
        const log = [];
        outer: for (let i = await 0; i < await 3; i += await 1) {
          switch (await i) { case await 1: continue outer; case 2: break outer; default: log.push(i); }
        }
        do { log.push('do'); } while (await false);
        while (await (log.length < 3)) log.push('while');
        for (const key in await { a: 1 }) log.push(key);
        return log;
      }
      module.exports = f();`,
    'an if with a loop and an else': `
      async function f(x) { if (x) for await (const y of [x]) if (y > 1) return 'more'; else return 'one'; else return 'none'; }
      module.exports = Promise.all([f(0), f(1), f(2)]);`,
    'the identity of plain objects, functions and proxies': `
      async function f() {
        const reads = [];
        const proxy = new Proxy({}, { get: (_, key) => { reads.push(String(key)); } });
        const objects = [{}, () => {}, { then: 1 }, Object.create(null), proxy];
        const awaited = [];
        for (const object of objects) awaited.push((await object) === object);
        return [awaited, reads];
      }
      module.exports = f();`,
    'a promise of another realm': `
      const foreign = require('node:vm').runInNewContext('Promise.resolve(1)');
      module.exports = (async () => [await foreign, await (async () => foreign)()])();`,
    'the identity of returned values': `
      const object = {}, f = async () => object, g = async () => { await 0; return object; };
      module.exports = (async () => [(await f()) === object, (await g()) === object])();`,
    'a destructuring that closes its iterator': `
      async function f() {
        const log = [];
        function* g() { try { yield; yield; } finally { log.push('closed'); } }
        try { const [a = await 1, b = await Promise.reject(2)] = g(); } catch (e) { log.push(e); }
        [log[5] = await 3] = g();
        return log;
      }
      module.exports = f();`,
    'a variable whose name is written with an escape': `
      async function f(p) { let \\u005ff = 1; const a = await p; return [a, \\u005ff]; }
      module.exports = f(0);`,
    'parameters whose names are written with escapes': `
      async function f(\\u{5f}f, { a: \\u{005F}e, ...\\u005f\\u0076 }, [_\\u0078]) { return [await 1, \\u005ff, \\u005fe, \\u005fv, \\u005fx]; }
      module.exports = f(1, { a: 2, b: 3 }, [4]);`,
    'a class whose name is written with an escape': `
      async function f(p) { class \\u005ff {} await p; return [new \\u005ff() instanceof \\u005ff, \\u005ff.name]; }
      module.exports = f(0);`,
    'an outer variable whose name is written with an escape': `
      const \\u005fv = 'outer';
      async function f(p) { const read = () => \\u005fv; return [await p, read(), \\u005fv]; }
      module.exports = f(0);`,
    'a function with the escaped name of a helper': `
      function \\u005fasyncCall() { return 'own'; }
      async function f(p) { await p; return \\u005fasyncCall(); }
      module.exports = f(0);`,
    'a catch with a pattern and an escaped name': `
      async function f(p) { try { await p; throw {}; } catch ({ a = \\u005fe }) { return a; } var \\u005fe = 3; }
      module.exports = f(0);`,
    'names that an eval declares, and names that it reads': `
      async function declares(p) { eval('var _f = 1, \\\\u005fv = 2'); const a = await p; return [a, eval('_f'), eval('\\\\u005fv')]; }
      const _x = 'outer';
      async function reads(items) { for await (const { a } of items) return [a, eval('_' + 'x')]; }
      module.exports = Promise.all([declares(0), reads([{ a: 1 }])]);`,
    'names that a with statement brings into scope': `
      async function f(p) { with ({ _f: 1, '_v': 2, ['\\u005funwrapResult']: 3 }) { const a = await p; return [a, _f]; } }
      module.exports = f(0);`,
    'a generator that is resumed more often than it yields': `
      async function* g() { try { yield 1; yield 2; } finally { yield 'last'; } }
      module.exports = (async () => { const it = g(); return Promise.all([it.next(), it.return('r'), it.next(), it.next(), it.throw(new Error('x')).catch(String)]); })();`,
  };

  describe('transformed code has the same results', () => {
    for (const [name, code] of Object.entries(unchangedResults)) {
      it(name, async () => {
        const transformed = transformedCode(code);
        assert.notEqual(transformed, code);
        assert.equal(transformed.split('\n').length, code.split('\n').length, 'no line is added');
        assert.deepEqual(await run(transformed), await run(code));
      });
    }
  });

  it('transformed classic scripts have the same results if their global names are those of the helpers', async () => {
    await import('throughline/await-script');
    const code = `
      let \\u005fthroughline_asyncCall = 1;
      globalThis._throughline_guardedCall = 2;
      globalThis['_throughline_unwrapResult'] = 3;
      globalThis.outcome = (async () => {
        try { await 0; } catch {}
        const nested = async () => { await 0; return await 1; };
        await nested();
        return [\\u005fthroughline_asyncCall, globalThis._throughline_guardedCall, globalThis['_throughline_' + 'unwrapResult']];
      })();`;
    const { code: script = '' } = transform(code, { filename: 'script.js', sourceType: 'script' }) ?? {};
    runInThisContext(script);
    assert.deepEqual(await (globalThis as { outcome?: unknown }).outcome, [1, 2, 3]);
  });

  const restoredFrames: Record<string, string> = {
    'after await of a promise, a value, a thenable': `
      module.exports = (async () => { const log = []; for (const x of [Promise.resolve(1), 1, thenable(1)]) { await x; log.push(storage.getStore()); } return log.join(); })();`,
    'in the then of a returned thenable': `
      const f = async () => thenable(1);
      const g = async () => { await 0; return thenable(1); };
      module.exports = (async () => [await f(), await g(), await thenable(1)].every((x) => x === 'in 1') && 'in,in,in')();`,
    'in a destructuring default, a catch pattern and a finally': `
      module.exports = (async () => {
        const log = [];
        const { a = await 1, b = log.push(storage.getStore()) } = {};
        try { await Promise.reject({}); } catch ({ c = log.push(storage.getStore()) }) {} finally { log.push(storage.getStore()); }
        return log.join();
      })();`,
    'in an iterator that a rejection closes': `
      const log = [];
      function* items() { try { yield 1; } finally { log.push(storage.getStore()); } }
      module.exports = (async () => {
        try { for (const x of items()) await Promise.reject(); } catch {}
        try { for (const x of items()) { await Promise.reject(); } } catch {}
        try { const [a = await Promise.reject()] = (function* () { try { yield; } finally { log.push(storage.getStore()); } })(); } catch {}
        return log.join();
      })();`,
    'in and after for await, by all exits': `
      async function* items() { yield storage.getStore(); yield 2; }
      const sync = () => [Promise.resolve(1), 2];
      module.exports = (async () => {
        const log = [];
        for await (const x of items()) { log.push(storage.getStore()); break; }
        log.push(storage.getStore());
        for await (const { y = log.push(storage.getStore()) } of sync()) break;
        return [...new Set(log)].join() + ',in,in';
      })();`,
  };

  describe('transformed code runs in the frame of its suspension', () => {
    for (const [name, code] of Object.entries(restoredFrames)) {
      it(name, async () => {
        assert.equal(await run(transformedCode(code)), 'in,in,in');
        assert.equal(storage.getStore(), undefined);
      });
    }

    it('and makes the root current for the next job', async () => {
      const code = `module.exports = async (end) => { await 0; storage.getStore(); if (end) throw end; };`;
      const flow = (await run(transformedCode(code))) as (end?: unknown) => Promise<void>;
      const log: unknown[] = [];
      for (const end of [undefined, new Error('end')]) {
        await new Promise<void>((resolve) => {
          const settled = () => {
            log.push(storage.getStore());
            resolve();
          };
          storage.run('flow', () => void flow(end).catch(() => {}));
          void Promise.resolve().then(settled);
        });
        await new Promise((resolve) => setImmediate(resolve));
        log.push(storage.getStore());
      }
      assert.deepEqual(log, [undefined, undefined, undefined, undefined]);
    });

    it('and its caller sees what it enters before its first await, but not what it enters later', async () => {
      const code = `module.exports = async () => { storage.enterWith('first'); await 0; storage.enterWith('second'); };`;
      const flow = (await run(transformedCode(code))) as () => Promise<void>;
      const log = await storage.run('caller', async () => {
        const promise = flow();
        const before = storage.getStore();
        await promise;
        return before;
      });
      assert.equal(log, 'first');
    });

    it('when it disposes of the resources of a block, and after the block', async () => {
      const code = `
        const log = [];
        const resource = (name) => ({ async [Symbol.asyncDispose]() { log.push(name + storage.getStore()); await 0; }, [Symbol.dispose]() { log.push(name + storage.getStore()); } });
        module.exports = (async () => {
          { await using a = resource('a'), b = null; using c = resource('c'); await 0; }
          log.push(storage.getStore());
          for (await using d of [resource('d'), resource('e')]) await 0;
          for (await using f = resource('f'), g = resource('g'); ; ) break;
          try { await using h = resource('h'); throw new Error('x'); } catch (error) { log.push(error.message + storage.getStore()); }
          return log;
        })();`;
      const expected = ['cin', 'ain', 'in', 'din', 'ein', 'gin', 'fin', 'hin', 'xin'];
      // Older JavaScript engines do not support the syntax. Transformed code runs on them as well, once the symbols
      // exist.
      for (const key of ['dispose', 'asyncDispose'] as const) {
        if (!(key in Symbol)) Object.defineProperty(Symbol, key, { value: Symbol(`Symbol.${key}`) });
      }
      assert.deepEqual(await run(transformedCode(code)), expected);
    });

    it('and suppresses errors of disposals as the language does', async () => {
      const code = `
        const failing = (name) => ({ [Symbol.dispose]() { throw name; } });
        module.exports = (async () => { try { await using a = failing('a'), b = failing('b'); throw 'body'; } catch (e) { return [e.error, e.suppressed.error, e.suppressed.suppressed]; } })();`;
      assert.deepEqual(await run(transformedCode(code)), ['a', 'b', 'body']);
    });
  });

  describe('with generators: creation, the body of a generator runs in the frame of its creation', () => {
    const createExports = async (code: string) =>
      (await run(transformedCode(code, { generators: 'creation' }))) as never;

    it('if it is synchronous, and the frame of the caller stays unchanged', async () => {
      const code = `module.exports = { *items(a, b = 1) { try { storage.enterWith('inside'); yield storage.getStore(); yield [a, b, storage.getStore()]; } finally { storage.getStore(); } } };`;
      const { items } = (await createExports(code)) as { items(...args: unknown[]): Generator };
      assert.equal(items.length, 1);
      const iterator = storage.run('creator', items, 'a') as Generator;
      storage.run('other', () => {
        assert.equal(iterator.next().value, 'inside');
        assert.equal(storage.getStore(), 'other');
        assert.deepEqual(iterator.next().value, ['a', 1, 'inside']);
        assert.equal(iterator.next().done, true);
        assert.equal(storage.getStore(), 'other');
      });
    });

    it('if it is async and has rest parameters and yield*', async () => {
      const code = `
        async function* inner() { yield storage.getStore(); }
        module.exports = { async *items(...all) { yield storage.getStore(); await 0; yield* inner(); yield [storage.getStore(), all]; } };`;
      const { items } = (await createExports(code)) as { items(...args: unknown[]): AsyncGenerator };
      assert.equal(items.length, 0);
      const iterator = storage.run('creator', items, 1, 2) as AsyncGenerator;
      const values = [];
      for (const name of ['a', 'b', 'c', 'd']) values.push(await storage.run(name, () => iterator.next()));
      assert.deepEqual(
        values.map(({ value }) => value),
        ['creator', 'creator', ['creator', [1, 2]], undefined],
      );
    });

    it("and its own 'use strict' is rejected", () => {
      const code = `function* f() { 'use strict'; yield 1; }`;
      assert.throws(
        () => transformedCode(code, { generators: 'creation' }),
        /cannot have its own 'use strict' directive/,
      );
    });
  });
}
