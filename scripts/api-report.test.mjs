import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compareReports, createReports } from './api-report.mjs';
import { PUBLISHED_PACKAGES } from './published-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

describe('the API report', () => {
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'throughline-test-'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const name of PUBLISHED_PACKAGES) {
      for (const part of ['package.json', 'types', 'api']) {
        cpSync(join(root, 'packages', name, part), join(folder, name, part), { recursive: true });
      }
    }
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Replaces a text in a declaration file, compares the reports, and changes the file back. */
  function compareAfterChange(name, path, before, after) {
    const file = join(folder, name, 'types/dist', path);
    const text = readFileSync(file, 'utf8');
    assert.ok(text.includes(before), `${path} contains ${before}`);
    writeFileSync(file, text.replace(before, after));
    try {
      return compareReports(join(folder, name));
    } finally {
      writeFileSync(file, text);
    }
  }

  it('is the same in another folder, so that it depends on nothing but the declarations', () => {
    const reports = createReports(join(folder, 'core'));
    assert.deepEqual(reports, createReports(join(root, 'packages/core')));
    for (const [name, text] of reports) assert.ok(!text.includes(root) && !text.includes(folder), name);
  });

  for (const [change, name, path, before, after, line] of [
    [
      'the signature of an exported function',
      'core',
      'shims/async_hooks.d.ts',
      'function executionAsyncId(): number',
      'function executionAsyncId(): bigint',
      '+export function executionAsyncId(): bigint;',
    ],
    [
      'an export that is removed',
      'core',
      'index.d.ts',
      "export { AsyncResource } from './async-resource.js';",
      '',
      '-export const AsyncResource:',
    ],
    [
      'a member of a type that no entry point exports',
      'core',
      'run-scope.d.ts',
      'dispose(): void;',
      'dispose(): boolean;',
      '+    dispose(): boolean;',
    ],
    [
      'a global declaration',
      'core',
      'global.d.ts',
      'var AsyncContext: typeof implementation',
      'var AsyncContext: typeof implementation | undefined',
      '+    var AsyncContext: typeof implementation | undefined;',
    ],
    [
      'an option of an adapter',
      'request',
      'scope/options.d.ts',
      'deadline?: number',
      'deadline?: string',
      '+    deadline?: string',
    ],
  ]) {
    it(`shows ${change}`, () => {
      const patch = compareAfterChange(name, path, before, after);
      assert.ok(
        patch.split('\n').some((text) => text.startsWith(line)),
        patch || 'there is no difference',
      );
    });
  }

  it('shows an entry point that is added to package.json', () => {
    const file = join(folder, 'core/package.json');
    const text = readFileSync(file, 'utf8');
    const { exports, ...others } = JSON.parse(text);
    writeFileSync(file, JSON.stringify({ ...others, exports: { ...exports, './added': exports['./web'] } }));
    try {
      assert.match(compareReports(join(folder, 'core')), /^--- added\.api\.md/m);
    } finally {
      writeFileSync(file, text);
    }
  });
});
