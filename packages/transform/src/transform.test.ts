import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { TransformError } from './parse/transform-error.js';
import { type TransformOptions, transform } from './transform.js';

const codeOf = (code: string, options: Partial<TransformOptions> = {}) =>
  transform(code, { filename: 'file.js', ...options })?.code;

describe('code that stays unchanged', () => {
  const untouched = {
    'code without async functions': 'export const f = () => new Promise((resolve) => setTimeout(resolve));',
    'plain generators': 'function* f() { yield 1; } // async',
    'the keywords in strings, comments and names': `const o = { async: 1, await: "await" }; o.async = o.await; // async f() await g()`,
    'an async function without a suspension': 'async function f() { g(); return 1; }',
    'a file that is not parsed': 'this is no async: JavaScript',
  };
  for (const [name, code] of Object.entries(untouched)) {
    it(name, () => assert.equal(transform(code, { filename: 'file.js' }), undefined));
  }

  it('synchronous functions next to async ones', () => {
    const plain = 'function plain(a) { return a /* kept */ ; }';
    assert.ok(codeOf(`${plain}\nexport async function f() { await 0; g(); }`)?.includes(plain));
  });
});

describe('the helpers', () => {
  const awaits = 'async function f() { await x; g(); }';

  it('are imported on the first line of an ES module', () => {
    assert.match(
      codeOf(`export ${awaits}`) ?? '',
      /^import\{asyncCall as _asyncCall\}from'throughline\/await';export async/,
    );
    assert.match(codeOf(awaits, { filename: 'file.mjs' }) ?? '', /^import\{/);
    assert.match(codeOf(awaits) ?? '', /^import\{/);
  });

  it('are imported in an ES module whose only sign is in a block that is not parsed', () => {
    const code = `function g() { h("a text that is long enough for a block", import.meta.url); }\n${awaits} module.exports = 1;`;
    assert.match(codeOf(code) ?? '', /^import\{/);
  });

  it('are required in a CommonJS module', () => {
    assert.match(
      codeOf(`exports.f = ${awaits}`) ?? '',
      /^const\{asyncCall:_asyncCall\}=require\('throughline\/await'\);/,
    );
    assert.match(codeOf(awaits, { filename: 'file.cjs' }) ?? '', /^const\{/);
    assert.match(codeOf(`const a = require('a'); ${awaits}`) ?? '', /^const\{/);
  });

  it('come from the global object in a classic script, which throws if they are missing', () => {
    const code = codeOf(awaits, { sourceType: 'script' }) ?? '';
    assert.match(code, /^var\{asyncCall:_throughline_asyncCall\}=/);
    assert.throws(() => new Function(code)(), /requires 'throughline\/await-script'\. Load that before this script/);
  });

  it('are imported after a hashbang and directives', () => {
    const lines = codeOf(`#!/usr/bin/env node\n'use client'\nimport 'a'\nawait 0\n`)?.split('\n');
    assert.deepEqual(lines?.slice(0, 2), [
      '#!/usr/bin/env node',
      `'use client';import{moduleEvaluation as _moduleEvaluation}from'throughline/await';const _f=_moduleEvaluation();`,
    ]);
  });

  it('have names that the file does not use', () => {
    const code = codeOf('export async function f(_f, _v, _asyncCall) { return _f + await x + _v1; }') ?? '';
    assert.match(code, /asyncCall as _asyncCall1\}.*let _v2,_f1=_asyncCall1\(\)/);
  });

  const declarations: Record<string, string> = {
    'an escaped variable': 'let \\u005ff;',
    'an escape with braces': 'let \\u{0005F}f;',
    'an escape in upper case': 'let \\u005Ff;',
    'an escaped letter': 'let _\\u0066;',
    'an escaped pattern': 'const { a: [\\u005ff = 1] } = {};',
    'an escaped function': 'function \\u005ff() {}',
    'an escaped class': 'class \\u005ff {}',
    'an escaped import': `import { a as \\u005ff } from 'a';`,
    'an escaped default import': `import \\u005ff from 'a';`,
    'an escaped namespace import': `import * as \\u005ff from 'a';`,
    'an escaped export': 'let a; export { a as \\u005ff };',
    'a JSX element': 'const a = <_f />;',
    'a member of a JSX element': 'const a = <_f.a />;',
    'a shorthand property': 'const a = { _f };',
    'a decorator before an export': '@_f export class A {}',
    'a decorator of a parameter': 'class A { m(@_f a: string) {} }',
    'a name in a nested function': 'const a = () => { function b() { return () => _f; } };',
    'a name in the text of an eval': `eval('var _f');`,
    'a name after the text of an eval': `eval('var \\\\x5ff');`,
  };
  for (const [name, declaration] of Object.entries(declarations)) {
    it(`avoid the name of ${name}`, () => {
      const code =
        codeOf(`${declaration}\nexport async function f() { await 0; g(); }`, { filename: 'file.tsx' }) ?? '';
      assert.match(code, /const _f1=_asyncCall\(\);/);
    });
  }

  const inBlocks: Record<string, string> = {
    'a variable': 'let _f;',
    'an escaped variable': 'let \\u005ff;',
    'the text of an escaped eval': `\\u0065val('var \\x5ff');`,
    'a word of the text of an eval': `eval('var ' + '_f');`,
  };
  for (const [name, statement] of Object.entries(inBlocks)) {
    it(`avoid the name of ${name} in a block that is not parsed`, () => {
      const code = `function g() { ${statement} h("a text that is long enough for a block"); }\nexport async function f() { await 0; g(); }`;
      assert.match(codeOf(code) ?? '', /const _f1=_asyncCall\(\);/);
    });
  }

  const mentions: Record<string, string> = {
    'a string': `const a = '_f _asyncCall';`,
    'a comment': '/* _f */ // _asyncCall',
    'a regular expression': 'const a = /_f/;',
    'a part of a longer name': 'let _first, b_f, $_f, _f_, \u00e9_f, _f\u00e9;',
    'an escape in a string': `const a = '\\u005ff';`,
    'a private name': 'class A { #_f; }',
  };
  for (const [name, mention] of Object.entries(mentions)) {
    it(`can have a name that only occurs in ${name}`, () => {
      const code = codeOf(`${mention}\nexport async function f() { await 0; g(); }`) ?? '';
      assert.match(code, /\{asyncCall as _asyncCall\}.*const _f=_asyncCall\(\);/s);
    });
  }
});

describe('decorators', () => {
  const decorator = '@dec(async () => { await 0; f(); })';
  const positions: Record<string, string> = {
    'of a class': `${decorator} class A {}`,
    'before the keyword export': `${decorator} export class A {}`,
    'before the keywords export default': `${decorator} export default class {}`,
    'after the keyword export': `export ${decorator} class A {}`,
    'of a field': `class A { ${decorator} x = 1; }`,
    'of a parameter': `class A { m(${decorator} p) {} }`,
    'of a parameter with a default value': `class A { m(${decorator} p = 1) {} }`,
    'of a parameter property': `class A { constructor(${decorator} private p: number) {} }`,
  };
  for (const [position, code] of Object.entries(positions)) {
    it(`are transformed ${position}, even if the rest of the file has no suspension`, () => {
      assert.match(codeOf(code, { filename: 'file.ts' }) ?? '', /await _f\.off\(0\),_f\.on\(\); f\(\)/);
    });
  }
});

describe('languages', () => {
  it('keeps TypeScript unchanged', () => {
    const code = `enum E { A }\nasync function f<T>(this: void, x: T): Promise<T> { const y: T = (await g<T>(x)) as T; return y!; }`;
    const result = codeOf(code, { filename: 'file.ts' });
    assert.match(
      result ?? '',
      /const y: T = \(\(_v=await _f\.off\(g<T>\(x\)\),_f\.on\(_v,_v=0\)\)\) as T; return _wrapReturn\(y!\)/,
    );
  });

  it('ignores types and declarations without a body', () => {
    const code = `declare async function f(): void;\nabstract class A { abstract m(): Promise<void>; }\ntype F = () => Promise<void>;\nexport const g = async (): Promise<number> => await 1;`;
    assert.match(codeOf(code, { filename: 'file.ts' }) ?? '', /=> _unwrapResult\(await _wrapOperand\(1\)\);$/);
  });

  it('finds async functions of every form', () => {
    const forms = [
      'async <T>(x: T) => f(x)',
      'async/**/x => f(x)',
      'async (x) => f(x)',
      'async function () { return f(); }',
    ];
    const methods = ['async "a"() {', 'async 1() {', 'async .5() {', 'async [a]() {', 'async #a() {', 'async a() {'];
    for (const form of forms)
      assert.match(codeOf(`export const a = ${form};`, { filename: 'file.ts' }) ?? form, /_wrapReturn/);
    for (const method of methods) {
      assert.match(codeOf(`export class A { ${method} return f(); } }`) ?? method, /_wrapReturn/);
    }
  });

  it('keeps JSX unchanged', () => {
    const code = 'export const f = async () => { const x = <a b={await c}>{await d}</a>; return x; };';
    for (const filename of ['file.jsx', 'file.js', 'file.tsx']) {
      assert.match(codeOf(code, { filename }) ?? '', /<a b=\{\(_v=await _f\.off\(c\),_f\.on\(_v,_v=0\)\)\}>/);
    }
  });
});

describe('a file that does not parse', () => {
  it('throws an error with the file, line, column and the surrounding code', () => {
    const code = 'let a;\nlet b;\nasync function f() {\n  await await;\n}\n';
    assert.throws(
      () => transform(code, { filename: '/app/file.js' }),
      (error: TransformError) => {
        assert.ok(error instanceof TransformError);
        assert.ok(error instanceof SyntaxError);
        assert.match(error.message, /^\/app\/file\.js:4:14: /);
        assert.equal(error.id, '/app/file.js');
        assert.deepEqual(error.loc, { file: '/app/file.js', line: 4, column: 13 });
        assert.match(
          error.frame,
          /^ {2}2 \| let b;\n {2}3 \| async function f\(\) \{\n> 4 \| {3}await await;\n {4}\| {14}\^\n {2}5 \| \}/,
        );
        return true;
      },
    );
  });

  it('has the position in the file, after blocks that are not parsed', () => {
    const block = `function g() {\n  /* ${'long '.repeat(20)}\n */\n}\n`;
    assert.throws(
      () => transform(`${block}async function f() { await await }\n${block}`, { filename: 'file.js' }),
      (error: TransformError) => {
        assert.match(error.message, /^file\.js:5:34: /);
        assert.match(error.frame, /\n> 5 \| async function f/);
        return true;
      },
    );
  });

  it('shows only the relevant part of a long line', () => {
    assert.throws(
      () => transform(`${'x;'.repeat(5000)}async function f() { await await }`, { filename: 'min.js' }),
      (error: TransformError) => error.frame.split('\n').every((line) => line.length < 200),
    );
  });

  it('throws for an error that the parser does not report', () => {
    const code = 'async function f() { for await (using x = 1 of y) {} }';
    assert.throws(() => transform(code, { filename: 'file.js' }), TransformError);
  });
});

describe('source maps', () => {
  const code = `import { load, save } from './store.js';
export async function update(id, { retries = 3 } = {}, change = (value) => value) {
  for (let i = 0; i < retries; i++) {
    try {
      const before = await load(id);
      return await save(id, change(before));
    } catch ({ code, message = await describe(code) }) {
      console.error(message);
    }
  }
  for await (const { entry } of entries(id)) report(entry);
}
async function limit() { return 3; }
`;

  it('map every name to its original position', () => {
    const result = transform(code, { filename: '/app/update.js' });
    assert.ok(result);
    const map = new TraceMap(result.map.toString());
    assert.deepEqual(map.sources, ['/app/update.js']);
    assert.deepEqual(map.sourcesContent, [code]);
    const lines = code.split('\n');
    const names =
      /\b(?:load|save|update|retries|change|before|code|message|describe|console|entry|entries|report|limit)\b/g;
    let found = 0;
    result.code.split('\n').forEach((text, i) => {
      for (const { 0: name, index } of text.matchAll(names)) {
        const { line, column } = originalPositionFor(map, { line: i + 1, column: index });
        const original = line === null ? undefined : lines[line - 1]?.slice(column);
        assert.ok(
          original?.startsWith(name),
          `${name} at ${i + 1}:${index} is mapped to ${line}:${column}, ${original}`,
        );
        found++;
      }
    });
    assert.equal(found, [...code.matchAll(names)].length);
  });
});

test('invalid arguments are refused', () => {
  const call = transform as (...args: unknown[]) => unknown;
  const code = 'async function f() { await 1; }';
  const invalid: [options: unknown, message: RegExp][] = [
    [undefined, /The options of transform\(\) must be an object, not undefined\./],
    [{}, /transform\(\) needs the option filename/],
    [{ filename: 1 }, /The option filename of transform\(\) must be a string, not 1\./],
    [{ fileName: 'f.js' }, /transform\(\) has no option fileName\. Did you mean filename\?/],
    [{ filename: 'f.js', sourcetype: 'module' }, /Did you mean sourceType\?/],
    [{ filename: 'f.js', sourceType: 'esm' }, /must be one of module, commonjs, script, not 'esm'\./],
    [{ filename: 'f.js', lang: 'typescript' }, /must be one of js, jsx, ts, tsx, not 'typescript'\./],
    [{ filename: 'f.js', generators: true }, /must be one of next, creation, not true\./],
  ];
  for (const [options, message] of invalid) {
    assert.throws(() => call(code, options), { name: 'TypeError', code: 'ERR_INVALID_OPTION', message });
  }
  assert.throws(() => call(Buffer.from(code), { filename: 'f.js' }), { name: 'TypeError', message: /string/ });
});
