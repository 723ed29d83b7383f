import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { PackageFinder } from './installed-package.js';
import { findOmittedStorage } from './omitted-storage.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'throughline-omitted-')));
after(() => rmSync(root, { recursive: true, force: true }));

const STORAGE = `import { AsyncLocalStorage } from 'node:async_hooks';\nexport const storage = new AsyncLocalStorage();\n`;
const STUB = 'export const storage = { run: (_, fn) => fn(), getStore() {} };\n';

interface Example {
  readonly title: string;
  readonly manifest: object;
  readonly files: Readonly<Record<string, string>>;
  /** The file that is in the page. */
  readonly loaded: string;
  readonly expected?: { readonly inPage: string | undefined; readonly onNode: string };
}

const EXAMPLES: readonly Example[] = [
  {
    title: 'a condition of exports',
    manifest: { exports: { '.': { browser: './web.js', default: './node.js' } } },
    files: { 'web.js': STUB, 'node.js': STORAGE },
    loaded: 'web.js',
    expected: { inPage: './web.js', onNode: './node.js' },
  },
  {
    title: 'nested conditions of exports without a subpath',
    manifest: { exports: { import: { browser: './web.mjs', node: './node.mjs' }, require: './node.cjs' } },
    files: { 'web.mjs': STUB, 'node.mjs': STORAGE, 'node.cjs': '' },
    loaded: 'web.mjs',
    expected: { inPage: './web.mjs', onNode: './node.mjs' },
  },
  {
    title: 'a pattern of exports',
    manifest: { exports: { './*': { browser: './web/*.js', default: './node/*.js' } } },
    files: { 'web/a.js': STUB, 'node/a.js': STORAGE, 'web/b.js': '', 'node/b.js': '' },
    loaded: 'web/a.js',
    expected: { inPage: './web/a.js', onNode: './node/a.js' },
  },
  {
    title: 'a condition of imports that names async_hooks',
    manifest: { imports: { '#hooks': { node: 'async_hooks', default: './stub.js' } } },
    files: { 'index.js': `import { AsyncResource } from '#hooks';`, 'stub.js': STUB },
    loaded: 'stub.js',
    expected: { inPage: './stub.js', onNode: 'async_hooks' },
  },
  {
    title: 'the field browser in place of the field main',
    manifest: { main: 'lib/node', browser: 'lib/web.js' },
    files: { 'lib/node.js': `const { AsyncLocalStorage } = require('async_hooks');`, 'lib/web.js': STUB },
    loaded: 'lib/web.js',
    expected: { inPage: './lib/web.js', onNode: 'lib/node' },
  },
  {
    title: 'a file in the field browser',
    manifest: { main: './index.js', browser: { './lib/storage.js': './lib/storage.web.js' } },
    files: { 'index.js': `require('./lib/storage');`, 'lib/storage.js': STORAGE, 'lib/storage.web.js': STUB },
    loaded: 'lib/storage.web.js',
    expected: { inPage: './lib/storage.web.js', onNode: './lib/storage.js' },
  },
  {
    title: 'an empty module in the field browser',
    manifest: { main: './index.js', browser: { './lib/storage.js': false } },
    files: { 'index.js': `require('./lib/storage');`, 'lib/storage.js': STORAGE },
    loaded: 'index.js',
    expected: { inPage: undefined, onNode: './lib/storage.js' },
  },
  {
    title: 'an import that the file for Node reaches through other files, itself and its imports',
    manifest: {
      exports: { '.': { browser: './web.js', default: './node.js' }, './storage': './storage.js' },
      imports: { '#b': './b.js' },
    },
    files: {
      'web.js': STUB,
      'node.js': `export * from './a';`,
      'a.js': `export * from '#b';`,
      'b.js': `export * from 'example/storage';`,
      'storage.js': `const hooks = import(/* webpackIgnore: true */ "node:async_hooks");`,
    },
    loaded: 'web.js',
    expected: { inPage: './web.js', onNode: './node.js' },
  },
  {
    title: 'a build for browsers of a package without storage',
    manifest: { exports: { '.': { browser: './web.js', default: './node.js' } } },
    files: { 'web.js': 'export {};', 'node.js': `import 'node:fs'; import { a } from 'other-package';` },
    loaded: 'web.js',
  },
  {
    title: 'a build for browsers that imports async_hooks too',
    manifest: { exports: { '.': { browser: './web.js', default: './node.js' } } },
    files: { 'web.js': `export * from './storage.js';`, 'node.js': STORAGE, 'storage.js': STORAGE },
    loaded: 'web.js',
  },
  {
    title: 'a file for Node that only mentions async_hooks',
    manifest: { exports: { '.': { browser: './web.js', default: './node.js' } } },
    files: {
      'web.js': 'export {};',
      'node.js': `// import { AsyncLocalStorage } from 'node:async_hooks';\n/* require('async_hooks') */\nexport const builtin = ['async_hooks'];`,
    },
    loaded: 'web.js',
  },
  {
    title: 'another entry point of a package that leaves its storage out',
    manifest: { exports: { '.': { browser: './web.js', default: './node.js' }, './colors': './colors.js' } },
    files: { 'web.js': STUB, 'node.js': STORAGE, 'colors.js': 'export {};' },
    loaded: 'colors.js',
  },
  {
    title: 'the file for Node, which the bundler has chosen',
    manifest: { exports: { '.': { browser: './web.js', default: './node.js' } } },
    files: { 'web.js': STUB, 'node.js': STORAGE },
    loaded: 'node.js',
  },
  {
    title: 'async_hooks itself in the field browser, which the plugins resolve',
    manifest: { main: './index.js', browser: { async_hooks: false, 'node:async_hooks': './stub.js' } },
    files: { 'index.js': STORAGE, 'stub.js': STUB },
    loaded: 'index.js',
  },
  {
    title: 'an empty module that the loaded file does not import',
    manifest: { main: './index.js', browser: { './lib/storage.js': false } },
    files: { 'index.js': `require('./lib/other');`, 'lib/other.js': '', 'lib/storage.js': STORAGE },
    loaded: 'index.js',
  },
];

for (const [index, { title, manifest, files, loaded, expected }] of EXAMPLES.entries()) {
  test(`${expected === undefined ? 'storage is not missing' : 'storage is missing'}: ${title}`, () => {
    const directory = join(root, String(index));
    const all = { ...files, 'package.json': JSON.stringify({ name: 'example', ...manifest }) };
    for (const [path, content] of Object.entries(all)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), content);
    }
    const file = join(directory, loaded);
    const owner = new PackageFinder().find(file);
    assert.ok(owner);
    assert.deepEqual(findOmittedStorage(owner, file), expected);
  });
}
