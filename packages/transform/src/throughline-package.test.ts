import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { findThroughlinePackage, isThroughlineFile, resolveThroughlineModule } from './throughline-package.js';

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'throughline-')));
after(() => rmSync(directory, { recursive: true, force: true }));

function writePackage(path: string, exports: object): string {
  const file = join(directory, path, 'package.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    JSON.stringify({ name: 'throughline', exports: { ...exports, './package.json': './package.json' } }),
  );
  return dirname(file);
}

describe('findThroughlinePackage', () => {
  it('finds the package from a directory', () => {
    const expected = writePackage('app/node_modules/throughline', {});
    assert.equal(findThroughlinePackage(join(directory, 'app/src')), expected);
  });

  it('falls back to the dependency of this package', () => {
    assert.ok(existsSync(join(findThroughlinePackage(join(directory, 'empty')), 'package.json')));
  });
});

describe('isThroughlineFile', () => {
  it('is true for files of the package and of any other copy', () => {
    assert.equal(isThroughlineFile(join(directory, 'a/index.js'), join(directory, 'a')), true);
    assert.equal(isThroughlineFile('/app/node_modules/throughline/dist/index.js', join(directory, 'a')), true);
  });

  it('is false for other files', () => {
    assert.equal(isThroughlineFile(join(directory, 'ab/index.js'), join(directory, 'a')), false);
    assert.equal(isThroughlineFile('/app/node_modules/throughline-user/index.js', join(directory, 'a')), false);
  });
});

describe('resolveThroughlineModule', () => {
  const path = writePackage('package', {
    './await': { types: './await.d.ts', node: './native.js', default: './await.js' },
    './async_hooks': { types: './async_hooks.d.ts', default: './shims/async_hooks.js' },
    './plain': './plain.js',
    './nested': { node: { other: './other.js' }, default: './nested.js' },
  });

  for (const [specifier, conditions, expected] of [
    ['throughline/await', [], 'await.js'],
    ['throughline/await', ['node'], 'native.js'],
    ['throughline/async_hooks', ['node'], 'shims/async_hooks.js'],
    ['throughline/plain', [], 'plain.js'],
    ['throughline/nested', ['node', 'other'], 'other.js'],
  ] as const) {
    it(`resolves ${specifier} under the conditions ${JSON.stringify(conditions)}`, () => {
      assert.equal(resolveThroughlineModule(specifier, path, conditions), join(path, expected));
    });
  }

  it('throws for a subpath that the package does not export', () => {
    assert.throws(
      () => resolveThroughlineModule('throughline/missing', path, []),
      /does not export 'throughline\/missing'/,
    );
  });

  it('resolves the modules of the installed package to files', () => {
    const installed = findThroughlinePackage(process.cwd());
    for (const specifier of ['throughline/await', 'throughline/async_hooks', 'throughline/web']) {
      for (const conditions of [[], ['node']]) {
        assert.ok(existsSync(resolveThroughlineModule(specifier, installed, conditions)));
      }
    }
  });
});
