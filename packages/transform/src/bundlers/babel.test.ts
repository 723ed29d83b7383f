/** The plugin for Babel, with the presets and plugins of React Native, Jest and Next. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type PluginItem, type TransformOptions, transformSync } from '@babel/core';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { transform } from '../transform.js';
import throughline from './babel.js';

const require = createRequire(import.meta.url);
const REACT_NATIVE = [
  require.resolve('@react-native/babel-preset'),
  { enableBabelRuntime: false, customTransformOptions: { unstable_preserveAsync: true } },
];
const COMMONJS = require.resolve('@babel/plugin-transform-modules-commonjs');
const TYPESCRIPT = require.resolve('@babel/plugin-transform-typescript');

/** The plugin, as Babel loads it by its name. */
const PLUGIN = require.resolve('@throughline/transform/babel');

function compile(code: string, options: TransformOptions = {}) {
  const result = transformSync(code, {
    babelrc: false,
    configFile: false,
    filename: '/app/file.js',
    // The preset of React Native removes both.
    comments: true,
    compact: false,
    plugins: [PLUGIN],
    ...options,
  });
  if (result === null) throw new Error('The file was ignored.');
  return { ...result, code: result.code ?? '' };
}

const withPlugins = (...plugins: unknown[]) => ({ plugins: [...plugins, PLUGIN] as PluginItem[] });

describe('the plugin for Babel', () => {
  it('gives what the transform gives, and loads the helpers with a statement of its own', () => {
    const code = `
import { load } from './load';
export async function total(id) {
  try {
    for await (const item of load(id)) await item;
  } catch {
    await id;
  }
  return (await load(id)).length;
}
export const each = async (ids) => Promise.all(ids.map(async (id) => await total(id)));
export async function* pages() { yield* load(1); yield await 2; }
class Store { static async open() { await using file = await load(2); return file; } }
await total(1);
`;
    const expected = compile(transform(code, { filename: 'file.js' })?.code ?? '', { plugins: [] }).code;
    assert.match(expected, /^import \{ .* \} from 'throughline\/await';\n/);
    assert.equal(compile(code).code, `import "throughline/await";\n${expected}`);
  });

  it('gives the option generators to the transform', () => {
    const code = 'export function* numbers() { yield 1; }\n';
    const plugins: PluginItem[] = [[PLUGIN, { generators: 'creation' }]];
    const expected = transform(code, { filename: 'file.js', generators: 'creation' })?.code ?? '';
    assert.equal(
      compile(code, { plugins }).code,
      `import "throughline/await";\n${compile(expected, { plugins: [] }).code}`,
    );
    assert.equal(compile(code).code, compile(code, { plugins: [] }).code);
  });

  it('leaves a file without async functions as it is', () => {
    const code = '/* async, await */ export const one = () => 1;\n';
    assert.equal(compile(code).code, compile(code, { plugins: [] }).code);
  });

  it('leaves async functions alone that a preset has lowered', () => {
    const presets: PluginItem[] = [[require.resolve('@babel/preset-env'), { targets: 'ie 11' }]];
    const { code } = compile('export async function f() { await 1; g(); }', { presets });
    assert.doesNotMatch(code, /throughline/);
  });

  it('requires the helpers once another plugin has converted the module, also in a file without imports', () => {
    const { code } = compile('async function f() { await 1; g(); }', withPlugins(COMMONJS));
    assert.match(code, /^"use strict";\n\nconst \{\n\s+asyncCall: _asyncCall\n\} = require\('throughline\/await'\);\n/);
    assert.match(compile('await 1; g();').code, /^import "throughline\/await";/);
    assert.match(compile('async () => { await 1; g(); }', { filename: '/app/file.mjs' }).code, /^import /);
  });

  it('adds an import to a module that only import.meta, or an await in the name of a method, shows to be one', () => {
    for (const code of [
      'start(async () => { await 1; g(import.meta.url); });',
      'class A { [await name()]() {} async f() { await 1; g(); } }',
      'start({ [await name()]() {}, async f() { await 1; g(); } });',
    ]) {
      assert.match(compile(code).code, /^import "throughline\/await";\nimport \{/, code);
    }
    const inMethod = 'start({ async f() { await 1; g(); } });';
    assert.doesNotMatch(compile(inMethod).code, /import/);
  });

  it('accepts all syntax that Babel and the transform know', () => {
    const f = 'async function f() { await 1; g(); }';
    const typescript = (code: string, filename = '/app/a.ts') => [
      code,
      { filename, parserOpts: { plugins: ['typescript', 'decorators-legacy'] } },
    ];
    const withParser = (code: string, plugins: unknown[], options = {}) => [
      code,
      { parserOpts: { plugins, ...options } },
    ];
    const decorators = ['decorators', { version: '2023-11' }];
    for (const [code, options] of [
      withParser(`import defer * as a from './a.js'; ${f}`, ['deferredImportEvaluation']),
      withParser(`import source a from './a.wasm'; ${f}`, ['sourcePhaseImports']),
      withParser(`import a from './a.json' with { type: 'json' }; ${f}`, ['importAttributes']),
      withParser(`export class A { @d accessor b = 1; } ${f}`, [decorators, 'decoratorAutoAccessors']),
      withParser(`export { missing }; ${f}`, [], { allowUndeclaredExports: true }),
      withParser('export async function f() { await 1; super.g(); }', [], { allowSuperOutsideMethod: true }),
      typescript(`enum A { B } namespace C { export ${f} }`),
      typescript(`import a = require('a'); ${f} export = f;`, '/app/a.cts'),
      typescript(`@d export class A { constructor(@p private a: number) {} } ${f}`),
    ] as [string, TransformOptions][]) {
      assert.match(compile(code, options).code, /_f\.off\(1\)/, code);
    }
  });

  it('works after all plugins and presets, wherever it is listed', () => {
    const code = 'import a from "a"; export async function f(p: string): Promise<void> { await a(p); a(); }';
    const orders: TransformOptions[] = [
      { presets: [REACT_NATIVE], plugins: [PLUGIN] },
      { presets: [REACT_NATIVE, { plugins: [PLUGIN] } as PluginItem], plugins: [] },
      { presets: [{ plugins: [PLUGIN] } as PluginItem, REACT_NATIVE], plugins: [] },
    ] as TransformOptions[];
    const [first, ...others] = orders.map((options) => compile(code, { filename: '/app/file.ts', ...options }).code);
    assert.match(first ?? '', /require\('throughline\/await'\)/);
    for (const other of others) assert.equal(other, first);
  });

  it('transforms a file once if it is listed twice', () => {
    const code = 'export async function f() { await 1; g(); }';
    assert.throws(() => compile(code, { plugins: [PLUGIN, PLUGIN] }), /Duplicate plugin\/preset detected/);
    const twice = compile(code, { plugins: [PLUGIN, [PLUGIN, {}, 'again']] });
    assert.equal(twice.code, compile(code).code);
  });

  it('transforms files with types of Flow and TypeScript, and with JSX', () => {
    const flow = `// @flow strict
import type { User } from './user';
export async function f<T: { ... }>(user: ?User, ...rest: Array<T>): Promise<T> {
  const first = (await rest[0]: any);
  return g(first);
}`;
    const flowed = compile(flow, { presets: [REACT_NATIVE] as PluginItem[] }).code;
    assert.match(flowed, /await _f\.off\(rest\[0\]\)/);
    const typescript =
      'export const f = async <T,>(a: T): Promise<T> => { const b = await a!; return b as T; };\nenum E { A }';
    const typed = compile(typescript, { filename: '/app/file.ts', ...withPlugins([TYPESCRIPT, {}]) }).code;
    assert.match(typed, /await _f\.off\(a\)/);
    assert.doesNotMatch(typed, /: T|as T/);
    const jsx = 'export const A = ({ id }) => <p onClick={async () => { await id; g(); }}>{id}</p>;';
    assert.match(
      compile(jsx, { presets: [REACT_NATIVE] as PluginItem[] }).code,
      /\.jsx\)\("p"[\s\S]*await _f\.off\(id\)/,
    );
  });

  it('keeps types and JSX that another tool compiles later', () => {
    const code = 'export const A = async (a: number) => { const b = <p>{await (a as any)}</p>; g(); return b; };';
    const result = compile(code, { filename: '/app/a.tsx', parserOpts: { plugins: ['typescript', 'jsx'] } }).code;
    assert.match(result, /async \(a: number\)[\s\S]*<p>\{.*_f\.off\(a as any\)/);
    const assertion = 'export const f = async (a: number) => { const b = <any>(await a); g(); return b; };';
    assert.match(
      compile(assertion, { filename: '/app/a.ts', parserOpts: { plugins: ['typescript'] } }).code,
      /<any> \(/,
    );
  });

  it("leaves what React's fast refresh writes as it is without the plugin", () => {
    const code = `import { useLoad } from './load';
export function View() {
  const value = useLoad(async () => { await 1; g(); });
  return <p>{value}</p>;
}
`;
    const refresh = [require.resolve('react-refresh/babel'), { skipEnvCheck: true }];
    const options = { presets: [REACT_NATIVE] as PluginItem[] };
    const signatures = (compiled: string) => compiled.match(/_s\(View, .*|_c = View|\$RefreshReg\$.*|_s = .*/g);
    const alone = signatures(compile(code, { ...options, plugins: [refresh] as PluginItem[] }).code);
    assert.equal(alone?.length, 4);
    assert.deepEqual(signatures(compile(code, { ...options, ...withPlugins(refresh) }).code), alone);
  });

  it('lets other plugins read functions as they were written, as that of worklets does', () => {
    const seen: string[] = [];
    const reader = () => ({
      visitor: { Program: { exit: (path: { toString(): string }) => seen.push(path.toString()) } },
    });
    const code = "export const f = async a => {\n  'worklet';\n\n  await a;\n  g(a);\n};";
    const result = compile(code, { plugins: [PLUGIN, reader as PluginItem] });
    assert.deepEqual(seen, [code]);
    assert.match(result.code, /'worklet';\n\n\s+const _f = /);
  });

  it('works after functions of other plugins that move statements at the end, as that of Jest does', () => {
    const mocks = new WeakSet<object>();
    interface Path {
      readonly node: object;
      traverse(visitor: object): void;
      remove(): void;
    }
    const hoist = () => ({
      visitor: { ExpressionStatement: (path: Path) => void mocks.add(path.node) },
      post({ path }: { readonly path: Path & { readonly node: { body: object[] } } }) {
        const moved: object[] = [];
        path.traverse({
          ExpressionStatement(statement: Path) {
            if (!mocks.has(statement.node)) return;
            moved.push(statement.node);
            statement.remove();
          },
        });
        path.node.body.unshift(...moved);
      },
    });
    const code = "import { a } from './a';\njest.mock('./a');\ntest(async () => { const b = await a(); g(b); });";
    const presets = [{ plugins: [hoist as PluginItem] } as PluginItem];
    for (const options of [
      { presets },
      { plugins: [PLUGIN, hoist] },
      { presets, plugins: [[PLUGIN, {}, 'again'], PLUGIN] },
    ]) {
      const result = compile(code, options as TransformOptions).code;
      assert.match(result, /jest\.mock\('\.\/a'\);\n[\s\S]*import \{ a \}/);
      assert.match(result, /_f\.off\(a\(\)\)/);
    }
  });

  it('keeps comments, directives and the first line of a script', () => {
    const code = `#!/usr/bin/env node
'use client';
/** Loads. */
export async function load() {
  'worklet';
  // first
  await /* #__PURE__ */ g();
  h();
}
`;
    const result = compile(code).code;
    assert.match(result, /^#!\/usr\/bin\/env node\n'use client';\n\nimport "throughline\/await";/);
    for (const text of ['/** Loads. */', "'worklet';", '// first', '/* #__PURE__ */'])
      assert.ok(result.includes(text), text);
  });

  it('adds to the classes of promises of libraries, and edits the helper of TypeScript', () => {
    const file = require.resolve('bluebird/js/browser/bluebird.core.js');
    const bluebird = compile(readFileSync(file, 'utf8'), { filename: file }).code;
    assert.match(bluebird, /require\(['"]throughline\/async_hooks['"]\)\.AsyncResource/);
    assert.doesNotMatch(bluebird, /require\(['"]async_hooks/);
    const helper = `var __awaiter = (this && this.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};`;
    assert.match(compile(helper).code, /resolve\(_wrapReturn\(value\)\)/);
  });

  it('does not change the files of Throughline', () => {
    const filename = require.resolve('throughline/package.json').replace(/package\.json$/, 'lib/portable/index.js');
    const code = 'export async function f() { await 1; g(); }';
    assert.equal(compile(code, { filename }).code, compile(code, { plugins: [] }).code);
  });

  it('does not change scripts of Expo, nor code for a server, unless the option server is set', () => {
    const code = 'export async function f() { await 1; g(); }';
    const caller = { name: 'a-bundler', isServer: true };
    assert.doesNotMatch(compile(code, { caller }).code, /throughline/);
    assert.match(compile(code, { caller, plugins: [[PLUGIN, { server: true }]] }).code, /throughline/);
    assert.match(compile(code, { caller: { ...caller, isServer: false } as typeof caller }).code, /throughline/);
    const script = { name: 'metro', metroSourceType: 'script' };
    assert.doesNotMatch(compile(code, { caller: script }).code, /throughline/);
  });
});

describe('positions of the plugin for Babel', () => {
  const code = `// @flow
import { load } from './load';

export async function f(id: string): Promise<void> {
  await load(id);
  for await (const item of load(id)) {
    if (item === id) throw new Error('here');
  }
}
`;

  it('are those of the source in the source map', () => {
    const { code: compiled, map } = compile(code, { presets: [REACT_NATIVE] as PluginItem[], sourceMaps: true });
    const lookup = new TraceMap(map as never);
    for (const text of ["new Error('here')", 'load)(id)', 'throw', 'item ===']) {
      const before = compiled.slice(0, compiled.indexOf(text)).split('\n');
      const { source, line, column } = originalPositionFor(lookup, {
        line: before.length,
        column: before.at(-1)?.length ?? 0,
      });
      const expected = code.slice(0, code.indexOf(text.replace(')(', '('))).split('\n');
      assert.deepEqual([source, line, column], ['file.js', expected.length, expected.at(-1)?.length], text);
    }
    assert.deepEqual(map?.sourcesContent, [code]);
  });

  it('are traced through the source map that the file had before', () => {
    const inputSourceMap = {
      version: 3,
      sources: ['original.txt'],
      names: [],
      mappings: code
        .split('\n')
        .map((_, index) => (index === 0 ? 'AAUA' : 'AACA'))
        .join(';'),
      file: 'file.js',
    };
    const options = { presets: [REACT_NATIVE] as PluginItem[], sourceMaps: true, inputSourceMap };
    const { code: compiled, map } = compile(code, options);
    const line = compiled.slice(0, compiled.indexOf("new Error('here')")).split('\n').length;
    const position = originalPositionFor(new TraceMap(map as never), { line, column: 60 });
    assert.deepEqual([position.source, position.line], ['original.txt', 10 + 7]);
  });

  it('lead a stack trace to the source', () => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'throughline-babel-')));
    after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
    const program = `${code.replace("import { load } from './load';", 'const load = (id: string) => [id];')}
f('a').catch(({ stack }) => console.log(stack));`;
    const options = {
      presets: [REACT_NATIVE] as PluginItem[],
      sourceMaps: 'inline' as const,
      filename: join(root, 'f.js'),
    };
    const scope = join(root, 'node_modules/throughline');
    mkdirSync(scope, { recursive: true });
    writeFileSync(
      join(scope, 'await.js'),
      `module.exports = require(${JSON.stringify(require.resolve('throughline/await'))});`,
    );
    writeFileSync(join(root, 'f.cjs'), compile(program, options).code);
    const stack = execFileSync(process.execPath, ['--enable-source-maps', join(root, 'f.cjs')], { encoding: 'utf8' });
    assert.match(stack, /^Error: here\n\s+at .*[\\/]f\.js:7:28\)?\n/);
  });
});

describe('errors of the plugin for Babel', () => {
  it('name the nearest option', () => {
    const invalid: readonly [object, RegExp][] = [
      [
        { generator: 'next' },
        /babel has no option generator\. Did you mean generators\? The options are generators, server\.$/,
      ],
      [{ server: 'yes' }, /The option server of the plugin .* must be true or false, not 'yes'\.$/],
      [{ generators: 'created' }, /must be one of next, creation, not 'created'\.$/],
      [{ install: false }, /has no option install\. Did you mean/],
    ];
    for (const [options, message] of invalid) {
      assert.throws(() => throughline({}, options), { name: 'TypeError', code: 'ERR_INVALID_OPTION', message });
      assert.throws(() => compile('1', { plugins: [[PLUGIN, options]] }), /ERR_INVALID_OPTION|no option|must be/);
    }
  });

  it('leave errors of the syntax to Babel', () => {
    assert.throws(() => compile('async function f() {\n  await ;\n}'), /file\.js: Unexpected token \(2:8\)/);
  });

  it('name the position of types of Flow that no plugin has removed', () => {
    const options = { parserOpts: { plugins: ['flow' as const] } };
    assert.throws(
      () => compile('const a = 1;\nasync function f(b: string) { await b; a(); }', options),
      ({ message, loc }: Error & { loc: object }) => {
        assert.match(message, /file\.js:2:19: .* still has types of Flow .*@babel\/preset-flow/);
        assert.deepEqual(loc, { file: '/app/file.js', line: 2, column: 18 });
        return true;
      },
    );
  });

  it('name the position in the source of syntax that only Babel knows', () => {
    const options = { parserOpts: { plugins: ['v8intrinsic' as const] } };
    assert.throws(() => compile('\n\nasync function f() { await 1; %Debug(f); }', options), /file\.js:3:31: /);
  });

  it('refuse a module format that has no place for an import', () => {
    const amd = require.resolve('@babel/plugin-transform-modules-amd');
    assert.throws(() => compile('export async function f() { await 1; g(); }', withPlugins(amd)), /converted to amd\./);
    assert.doesNotMatch(compile('export const a = 1;', withPlugins(amd)).code, /throughline/);
  });
});
