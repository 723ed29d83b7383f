/** Metro with the preset of React Native: bundles that run, their source maps, and what `withThroughline` refuses. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { FlattenMap, originalPositionFor } from '@jridgewell/trace-mapping';
import { loadConfig, mergeConfig, runBuild } from 'metro';
import { withThroughline } from './metro.js';
import type { BabelTransformer } from './metro-transformer.js';

const require = createRequire(import.meta.url);
const root = realpathSync(mkdtempSync(join(tmpdir(), 'throughline-metro-')));
after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

const FILES: Readonly<Record<string, string>> = {
  'index.js': `// @flow
import { initialized } from 'react-native';
import { steps } from './generators';
import { AsyncLocalStorage } from 'throughline';
import * as asyncHooks from 'node:async_hooks';
import { limited } from 'p-limit';
import { total } from './typed';
import { View } from './view';
import picture from './picture.svg';

const user: AsyncLocalStorage<string> = new AsyncLocalStorage();
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function visit(name: string): Promise<string> {
  const seen = [];
  await pause(1);
  seen.push(user.getStore());
  await 5;
  for await (const value of steps(user, pause)) seen.push(value, user.getStore());
  seen.push(await total(user, pause));
  return seen.map((value) => (value === name ? 'ok' : String(value))).join();
}

const fail = async (): Promise<void> => {
  await pause(1);
  throw new Error('here');
};

global.start = async () => ({
  visits: await Promise.all(['Ada', 'Grace'].map((name) => user.run(name, () => visit(name)))),
  isSame: [asyncHooks.AsyncLocalStorage === AsyncLocalStorage, limited === AsyncLocalStorage],
  view: View.name,
  picture,
  initialized,
  stack: await fail().catch(({ stack }) => stack),
});
`,
  // The first async generator of the program, and no other transformed code before it.
  'generators.js': `export async function* steps(user, pause) {
  yield user.getStore();
  await pause(1);
  yield user.getStore();
}
`,
  'generators-first.js': `import { AsyncLocalStorage } from 'throughline';
import { steps } from './generators';
const user = new AsyncLocalStorage();
const pause = () => new Promise((resolve) => setTimeout(resolve, 1));
global.start = () => user.run('Ada', () => {
  const iterator = steps(user, pause);
  const values = [];
  const next = () => iterator.next().then(({ done, value }) => (done ? values : (values.push(String(value)), next())));
  return next();
});
`,
  'typed.ts': `import type { AsyncLocalStorage } from 'throughline';
enum Kind { Total = 'total' }
export async function total<T>(user: AsyncLocalStorage<T>, pause: (ms: number) => Promise<void>): Promise<T | string> {
  await (pause(1) as Promise<unknown>);
  return user.getStore() ?? Kind.Total;
}
`,
  'view.tsx': `export function View({ load }: { load(): Promise<void> }) {
  return <p onClick={async () => { await load(); load(); }}>text</p>;
}
`,
  'broken.js': 'export async function broken() {\n  await ;\n}\n',
  'picture.svg': '<svg/>',
  // Stands for the module of React Native that needs the native side.
  'node_modules/react-native/package.json': '{ "name": "react-native", "version": "0.88.0", "main": "index.js" }',
  'node_modules/react-native/index.js': `require('./Libraries/Core/InitializeCore');
exports.initialized = global.initialized;
`,
  'node_modules/react-native/Libraries/Core/InitializeCore.js': `'use strict';
// @flow strict-local
const isNative = (fn: Function): boolean => fn === global.nativeSetTimeout;
global.nativeSetTimeout = global.setTimeout;
Object.defineProperty(global, 'initialized', { get: () => isNative(global.setTimeout) ? 'native' : 'patched' });
`,
  'node_modules/react/package.json': '{ "name": "react", "version": "19.0.0", "main": "index.js" }',
  'node_modules/react/jsx-runtime.js': 'exports.jsx = exports.jsxs = (type, props) => ({ type, props });\n',
  'node_modules/react/jsx-dev-runtime.js': 'exports.jsxDEV = (type, props) => ({ type, props });\n',
  // The version whose table entry gives it its storage.
  'node_modules/p-limit/package.json': `{ "name": "p-limit", "version": "5.0.0", "type": "module", "main": "index.js" }`,
  'node_modules/p-limit/index.js': "export { AsyncLocalStorage as limited } from './async-hooks-stub.js';\n",
  'node_modules/p-limit/async-hooks-stub.js': 'export class AsyncLocalStorage {}\n',
  // As the transformer of the project: compiles pictures, and is asynchronous.
  'transformer.cjs': `const inner = require(${JSON.stringify(require.resolve('@react-native/metro-babel-transformer'))});
exports.transform = async (file) => inner.transform(
  file.filename.endsWith('.svg') ? { ...file, filename: file.filename + '.js', src: 'export default ' + JSON.stringify(file.src) } : file,
);
exports.getCacheKey = () => 'pictures';
`,
  // The transformer of React Native reads it once.
  'babel.config.js':
    'module.exports = (api) => { api.cache.never(); return JSON.parse(process.env.THROUGHLINE_TEST_BABEL); };\n',
};
for (const [name, text] of Object.entries(FILES)) {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}
// Metro finds no file outside of the project, so links would lead nowhere.
for (const [name, parts] of Object.entries({
  throughline: ['lib'],
  '@throughline/transform': ['lib', 'dist/bundlers'],
})) {
  for (const part of ['package.json', ...parts]) {
    const from = join(dirname(require.resolve(`${name}/package.json`)), part);
    cpSync(from, join(root, 'node_modules', name, part), { recursive: true });
  }
}

interface Build {
  readonly platform?: 'ios' | 'android';
  readonly entry?: string;
  readonly isNative?: boolean;
  /** Whether imports stay until Metro converts them, and modules are loaded where they are used first. */
  readonly isInline?: boolean;
  readonly plugins?: readonly string[];
  readonly isWrapped?: boolean;
  readonly transformer?: string;
}

async function build({
  platform = 'ios',
  entry = 'index.js',
  isNative = true,
  isInline = false,
  plugins = [],
  isWrapped = true,
  transformer = join(root, 'transformer.cjs'),
}: Build) {
  const preset = {
    disableImportExportTransform: isInline,
    enableBabelRuntime: false,
    customTransformOptions: { unstable_preserveAsync: isNative },
  };
  const presets = [[require.resolve('@react-native/babel-preset'), preset]];
  process.env.THROUGHLINE_TEST_BABEL = JSON.stringify({ presets, plugins });
  const defaults = await loadConfig({ cwd: root });
  const config = mergeConfig(defaults, {
    projectRoot: root,
    watchFolders: [root, dirname(require.resolve('metro-runtime/package.json'))],
    cacheStores: [],
    maxWorkers: 1,
    resetCache: true,
    reporter: { update() {} },
    resolver: {
      useWatchman: false,
      assetExts: defaults.resolver.assetExts.filter((extension) => extension !== 'svg'),
      sourceExts: [...defaults.resolver.sourceExts, 'svg'],
    },
    serializer: {
      getModulesRunBeforeMainModule: () => [join(root, 'node_modules/react-native/Libraries/Core/InitializeCore.js')],
    },
    transformer: {
      asyncRequireModulePath: require.resolve('metro-runtime/src/modules/asyncRequire'),
      babelTransformerPath: transformer,
      enableBabelRuntime: false,
      getTransformOptions: async () => ({
        transform: { experimentalImportSupport: isInline, inlineRequires: isInline },
      }),
    },
  });
  const options = { entry, platform, dev: false, minify: false, sourceMap: true };
  const { code, map } = await runBuild(isWrapped ? withThroughline(config) : config, options);
  return { code, map: String(map) };
}

/** Runs a bundle with promises of its own. */
async function run(code: string): Promise<unknown> {
  const context = createContext({ setTimeout, clearTimeout, console });
  runInContext(code, context, { filename: 'main.jsbundle' });
  // An object of the other realm is never deeply equal.
  return JSON.parse(JSON.stringify(await (context.start as () => Promise<unknown>)()));
}

describe('Metro', () => {
  const expected = {
    visits: ['ok,ok,ok,ok,ok,ok', 'ok,ok,ok,ok,ok,ok'],
    isSame: [true, true],
    view: 'View',
    picture: '<svg/>',
    initialized: 'patched',
  };
  const builds: readonly (Build & { readonly title: string })[] = [
    { title: 'iOS, lowered async functions', isNative: false },
    { title: 'Android, native async functions, inline requires', platform: 'android', isInline: true },
  ];

  for (const { title, ...options } of builds) {
    it(`bundles an app whose flows keep their values: ${title}`, async () => {
      const { code, map } = await build(options);
      const { stack, ...result } = (await run(code)) as { readonly stack: string };
      assert.deepEqual(result, expected);
      const [, line, column] = /main\.jsbundle:(\d+):(\d+)/.exec(stack) ?? [];
      const position = originalPositionFor(new FlattenMap(JSON.parse(map)), {
        line: Number(line),
        column: Number(column) - 1,
      });
      const lines = (FILES['index.js'] ?? '').split('\n');
      assert.equal(position.source, join(root, 'index.js'));
      assert.equal(lines[(position.line ?? 0) - 1], "  throw new Error('here');");
      assert.equal(position.column, 8);
    });
  }

  it('transforms a file once if the plugin for Babel is listed too', async () => {
    const options: Build = { isInline: true, entry: 'generators-first.js' };
    const both = await build({ ...options, plugins: [require.resolve('@throughline/transform/babel')] });
    const alone = await build(options);
    assert.equal(both.code, alone.code);
    // Metro's inline requires would look for the helpers in each call.
    assert.match(alone.code, /const _f = _generatorCall\(\);/);
    assert.deepEqual(await run(alone.code), ['Ada', 'Ada']);
  });

  it('loads the helpers before the first async generator, with the plugin for Babel alone', async () => {
    const plugins = [require.resolve('@throughline/transform/babel')];
    const { code } = await build({ isWrapped: false, isInline: true, entry: 'generators-first.js', plugins });
    assert.match(code, /const _f = require\(.*\)\.generatorCall\(\);/);
    assert.deepEqual(await run(code), ['Ada', 'Ada']);
  });

  it('reports an error of the syntax with its position', async () => {
    await assert.rejects(build({ entry: 'broken.js' }), /broken\.js: Unexpected token \(2:8\)/);
  });
});

describe('withThroughline', () => {
  const transformer = require.resolve('@react-native/metro-babel-transformer');
  const config = {
    projectRoot: root,
    transformer: { babelTransformerPath: transformer },
    resolver: { sourceExts: ['js'] },
  };
  const load = ({ transformer }: { transformer: { babelTransformerPath: string } }): BabelTransformer =>
    require(transformer.babelTransformerPath);

  it('keeps the rest of the configuration, which may be a promise or a function', async () => {
    const extended = withThroughline(config);
    assert.deepEqual(extended.resolver.sourceExts, ['js']);
    assert.deepEqual(config.transformer, { babelTransformerPath: transformer });
    const path = extended.transformer.babelTransformerPath;
    assert.equal((await withThroughline(Promise.resolve(config))).transformer.babelTransformerPath, path);
    assert.equal((await withThroughline(async () => config)()).transformer.babelTransformerPath, path);
  });

  it('gives Metro a cache key for each version, option and transformer', () => {
    const other = { ...config, transformer: { babelTransformerPath: join(root, 'transformer.cjs') } };
    const keys = [
      withThroughline(config),
      withThroughline(config, { generators: 'creation' }),
      withThroughline(config, { install: false }),
      withThroughline(config, { libraries: { 'p-limit': false } }),
      withThroughline(other),
    ].map((extended) => load(extended).getCacheKey?.({}) ?? '');
    assert.equal(new Set(keys).size, 5);
    assert.equal(load(withThroughline(config)).getCacheKey?.({}), keys[0]);
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    assert.match(keys[0] ?? '', new RegExp(`"${version}"`));
    assert.match(keys[4] ?? '', /"pictures"/);
    for (const key of keys) assert.ok(!key.includes(root) && !key.includes(dirname(transformer)), key);
  });

  it('leaves scripts, which cannot load modules, and code for a server alone', async () => {
    const code = 'async function f() { await 1; g(); }';
    process.env.THROUGHLINE_TEST_BABEL = '{}';
    const isTransformed = async (options: object, extended = withThroughline(config)) => {
      const file = { filename: 'file.js', src: code, options: { projectRoot: root, ...options }, plugins: [] };
      const { ast } = await load(extended).transform(file);
      return ast?.program.body.length !== 1;
    };
    assert.equal(await isTransformed({}), true);
    assert.equal(await isTransformed({ type: 'script' }), false);
    const server = { customTransformOptions: { environment: 'node' } };
    assert.equal(await isTransformed(server), false);
    assert.equal(await isTransformed(server, withThroughline(config, { server: true })), true);
  });

  it('asks the resolver of the configuration, and replaces async_hooks in apps only', () => {
    const requests: unknown[] = [];
    const resolveRequest = (context: { originModulePath: string }, name: string) => {
      requests.push([name, context.originModulePath]);
      return { type: 'empty' };
    };
    const { resolver } = withThroughline({ ...config, resolver: { resolveRequest } });
    const context = { originModulePath: '/app/a.js' };
    resolver.resolveRequest(context, 'react');
    resolver.resolveRequest(context, 'async_hooks');
    resolver.resolveRequest(
      { ...context, customResolverOptions: { environment: 'node' } } as typeof context,
      'async_hooks',
    );
    assert.deepEqual(requests, [
      ['react', '/app/a.js'],
      ['throughline/async_hooks', join(root, 'package.json')],
      ['async_hooks', '/app/a.js'],
    ]);
  });

  it('works in a project that it cannot write to', () => {
    const folder = mkdtempSync(join(root, 'unwritable-'));
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(folder, 'node_modules/.cache'), 'a file');
    const extended = withThroughline({ ...config, projectRoot: folder });
    const path = extended.transformer.babelTransformerPath;
    assert.ok(path.startsWith(realpathSync(tmpdir())) || path.startsWith(tmpdir()));
    assert.ok(load(extended).transform);
    rmSync(dirname(path), { recursive: true });
  });

  it('refuses invalid options, a second call, and a transformer that is not installed', () => {
    const invalid: readonly [object, RegExp][] = [
      [{ instal: false }, /withThroughline\(\) .* has no option instal\. Did you mean install\?/],
      [{ doctor: true }, /has no option doctor\. .*The options are generators, install, libraries, server\.$/],
      [{ server: 'yes' }, /must be true or false, not 'yes'\.$/],
      [{ libraries: { 'p-limits': false } }, /knows no package p-limits\. Did you mean p-limit\?$/],
      [null as never, /must be an object, not null\.$/],
    ];
    for (const [options, message] of invalid) {
      assert.throws(() => withThroughline(config, options), { name: 'TypeError', code: 'ERR_INVALID_OPTION', message });
    }
    for (const missing of [null, undefined, 'metro.config.js']) {
      const message = /requires the configuration of Metro, .*, not .*\. Pass a complete configuration/;
      assert.throws(() => withThroughline(missing as never), { name: 'TypeError', message });
    }
    assert.throws(() => withThroughline(withThroughline(config)), /has been called for this configuration already/);
    assert.throws(
      () => withThroughline({ ...config, transformer: { babelTransformerPath: 'missing-transformer' } }),
      /'missing-transformer' cannot be resolved from .*getDefaultConfig\(__dirname\)/,
    );
  });
});
