import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { InstalledPackage } from './installed-package.js';
import { tryCure } from './library-cure.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'throughline-cure-')));
after(() => rmSync(root, { recursive: true, force: true }));

let count = 0;

/** Writes a package, and returns what becomes of one of its files. */
function cure(
  name: string,
  version: string,
  path: string,
  code: string,
  others: Readonly<Record<string, string>> = {},
) {
  const directory = join(root, String(count++), 'node_modules', name);
  const manifest = { name, version };
  const files = { ...others, [path]: code, 'package.json': JSON.stringify(manifest) };
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), content);
  }
  const owner: InstalledPackage = { directory, manifest };
  return tryCure(owner, join(directory, path), () => code);
}

const AGENTS = ['@openai/agents-core', '0.20.0', 'dist/shims/shims-browser.js'] as const;
const LANGGRAPH = ['@langchain/langgraph', '1.7.3', 'dist/web.js'] as const;
const WORKFLOW = ['@llamaindex/workflow-core', '1.3.3', 'async-context/index.browser.js'] as const;

const SINGLETONS = {
  '../core/package.json': '{ "name": "@langchain/core", "exports": { "./singletons": "./singletons.js" } }',
  '../core/provider.js': 'exports.provider = { initializeGlobalInstance() {} };',
  '../core/singletons.js': `exports.AsyncLocalStorageProviderSingleton = require('./provider').provider;`,
};

describe('a class', () => {
  const imported = `import{AsyncLocalStorage as _throughlineStorage}from'node:async_hooks';`;

  it('extends ours, and later lines keep their numbers', () => {
    const code = 'export class AsyncLocalStorage {\n  run(_, fn) {\n    return fn();\n  }\n}\nexport const a = 1;\n';
    assert.deepEqual(cure(...AGENTS, code), {
      code: 'export class AsyncLocalStorage extends _throughlineStorage{\n\n\n\n}\nexport const a = 1;\n',
      begins: imported,
    });
  });

  it('extends ours if it is an expression, or is exported later', () => {
    const code = 'const a = 1, AsyncLocalStorage = class Stub {};\nexport { AsyncLocalStorage };\n';
    assert.deepEqual(cure(...AGENTS, code), {
      code: 'const a = 1, AsyncLocalStorage = class extends _throughlineStorage{};\nexport { AsyncLocalStorage };\n',
      begins: imported,
    });
  });

  it('extends ours in CommonJS', () => {
    const code = '"use strict";\nclass AsyncLocalStorage {}\nexports.AsyncLocalStorage = AsyncLocalStorage;\n';
    assert.deepEqual(cure(...AGENTS, code), {
      code: '"use strict";\nclass AsyncLocalStorage extends _throughlineStorage{}\nexports.AsyncLocalStorage = AsyncLocalStorage;\n',
      begins: `const{AsyncLocalStorage:_throughlineStorage}=require('node:async_hooks');`,
    });
  });

  it('is missing', () => {
    for (const code of ['export class Storage {}', 'export { AsyncLocalStorage } from "./other.js";', '']) {
      assert.deepEqual(cure(...AGENTS, code), { reason: 'the file has no class AsyncLocalStorage' });
    }
  });
});

describe('a function of the library', () => {
  it('is called with a storage', () => {
    assert.deepEqual(cure(...LANGGRAPH, 'export const a = 1;', SINGLETONS), {
      code: 'export const a = 1;',
      begins:
        `import{AsyncLocalStorage as _throughlineStorage}from'node:async_hooks';` +
        `import{AsyncLocalStorageProviderSingleton as _throughlineLibrary}from'@langchain/core/singletons';` +
        '_throughlineLibrary.initializeGlobalInstance(new _throughlineStorage());',
    });
  });

  it('is missing, or its module is', () => {
    const reason = `'@langchain/core/singletons' has no function AsyncLocalStorageProviderSingleton.initializeGlobalInstance`;
    const renamed = { ...SINGLETONS, '../core/provider.js': 'exports.provider = { setGlobalInstance() {} };' };
    const removed = { ...SINGLETONS, '../core/singletons.js': `exports.provider = require('./provider').provider;` };
    for (const others of [renamed, removed, {}]) {
      assert.deepEqual(cure(...LANGGRAPH, 'export const a = 1;', others), { reason });
    }
  });
});

describe('another module', () => {
  const other = 'async-context/index.js';

  it('is exported in place of the file', () => {
    const others = { [other]: `export { AsyncLocalStorage } from 'node:async_hooks';` };
    assert.deepEqual(cure(...WORKFLOW, 'export class AsyncContext {}', others), {
      code: '',
      begins: `export*from'./index.js';`,
    });
    assert.deepEqual(cure('p-limit', '5.0.0', 'async-hooks-stub.js', 'export class AsyncResource {}'), {
      code: '',
      begins: `export*from'node:async_hooks';`,
    });
  });

  it('is missing, or has no storage', () => {
    for (const others of [{}, { [other]: 'export class AsyncContext {}' }] as const) {
      assert.deepEqual(cure(...WORKFLOW, 'export class AsyncContext {}', others), {
        reason: './index.js does not import async_hooks',
      });
    }
  });
});

it('leaves all other files, versions and packages as they are', () => {
  const code = 'export class AsyncLocalStorage {}';
  assert.equal(cure('@openai/agents-core', '0.20.0', 'dist/index.js', code), undefined);
  assert.equal(cure('@openai/agents-core', '1.0.0', 'dist/shims/shims-browser.js', code), undefined);
  assert.equal(cure('another-package', '0.20.0', 'dist/shims/shims-browser.js', code), undefined);
});
