/** Migrates code that others wrote: files of the installed packages that import node:async_hooks. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isAsyncHooks } from './async-hooks.js';
import { migrateProgram } from './migrate-program.js';
import { findModuleSites } from './module-sites.js';
import { SourceFile } from './source-file.js';

const PACKAGES = fileURLToPath(new URL('../../../../node_modules/', import.meta.url));

/** Longer files are bundles, whose syntax trees take seconds. */
const MAX_LENGTH = 2_000_000;

function* codeFiles(directory: string): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* codeFiles(path);
    else if (entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name)) yield path;
  }
}

function* importingFiles(): Generator<{ path: string; code: string }> {
  for (const path of codeFiles(realpathSync(PACKAGES))) {
    const bytes = readFileSync(path);
    if (bytes.length > MAX_LENGTH || !bytes.includes('async_hooks')) continue;
    const code = bytes.toString('utf8');
    if (/(?:from|require\(|import\()\s*['"](?:node:)?async_hooks['"]/.test(code)) yield { path, code };
  }
}

/** The code without the names of the modules and without the statements that import from them. */
function withoutSites({ path, code }: { path: string; code: string }): string {
  const file = new SourceFile(path, code);
  const sites = findModuleSites(file, (specifier) => isAsyncHooks(specifier) || specifier === 'throughline');
  const ranges = sites.map(({ statement, taken, source }) => {
    return taken.kind !== 'other' && statement !== undefined ? statement : source;
  });
  let rest = '';
  let end = 0;
  for (const range of ranges) {
    rest += code.slice(end, range.start).trimEnd();
    end = range.end;
  }
  return (rest + code.slice(end)).replaceAll(/\s+/g, ' ');
}

test('a migrated file of an installed package parses, and differs only in what it imports from where', (context) => {
  let found = 0;
  let migrated = 0;
  let left = 0;
  for (const { path, code } of importingFiles()) {
    found++;
    const result = migrateProgram([{ path, code, isInput: true }], { runsOnNode24: true });
    assert.deepEqual(result.errors, [], path);
    left += result.leftovers.length;
    const output = result.outputs.get(path);
    if (output === undefined) {
      assert.ok(result.leftovers.length > 0, `${path} is neither changed nor reported`);
      continue;
    }
    migrated++;
    assert.equal(withoutSites({ path, code: output }), withoutSites({ path, code }), path);
    assert.equal(migrateProgram([{ path, code: output, isInput: true }], { runsOnNode24: true }).outputs.size, 0, path);
  }
  assert.ok(migrated >= 10, `only ${migrated} of ${found} files were migrated`);
  context.diagnostic(`${found} files import the module; ${migrated} changed; ${left} places left`);
});
