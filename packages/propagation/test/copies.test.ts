/** Two copies of this package in one process share the values, the deadline, the keys and the counts. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import '@throughline/propagation';
import { buildSync } from 'esbuild';

const installed = fileURLToPath(new URL('copied-exports.js', import.meta.url));
const program = fileURLToPath(new URL('two-copies.js', import.meta.url));

// Next to the program, so that the copies find the packages that stay outside of the bundles.
const folder = mkdtempSync(fileURLToPath(new URL('copies-', import.meta.url)));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Bundles this package and its dependencies, as a library does. The package throughline is a peer. */
function bundle(name: string, format: 'esm' | 'cjs', edit = (code: string) => code): string {
  const outfile = join(folder, name);
  buildSync({ entryPoints: [installed], bundle: true, platform: 'node', format, outfile, external: ['throughline'] });
  writeFileSync(outfile, edit(readFileSync(outfile, 'utf8')));
  return outfile;
}

const copies = {
  installed,
  'a bundled ES module': bundle('copy.mjs', 'esm'),
  'a bundled CommonJS module': bundle('copy.cjs', 'cjs'),
};

for (const [one, onePath] of Object.entries(copies)) {
  for (const [other, otherPath] of Object.entries(copies)) {
    if (one === other) continue;
    test(`${one} is loaded before ${other}`, () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', program, onePath, otherPath], {
        encoding: 'utf8',
      });
      assert.deepEqual([stderr, stdout, status], ['', 'done\n', 0]);
    });
  }
}

test('copies of different layouts share nothing, and a warning names the remedy', () => {
  const other = bundle('layout.mjs', 'esm', (code) => {
    assert.match(code, /LAYOUT = 1\b/);
    return code.replace(/LAYOUT = 1\b/, 'LAYOUT = 2');
  });
  writeFileSync(
    join(folder, 'program.mjs'),
    `import * as one from ${JSON.stringify(installed)};
     import * as two from ${JSON.stringify(other)};
     const [a, b] = [one, two].map(({ Propagated }) => new Propagated('tenant'));
     a.run('acme', () => console.log(b.get(), JSON.stringify(two.inject({}))));`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'program.mjs')], { encoding: 'utf8' });
  assert.equal(stdout, 'undefined {}\n');
  assert.match(stderr, /^Two versions of @throughline\/propagation that cannot share values are loaded/);
});

/** A version that changes one of these must change the number in `shared-state.ts`: another copy may use them. */
test('the members that all copies share are those of layout 1', async () => {
  const { Propagated } = await import('@throughline/propagation');
  new Propagated('tenant');
  const state = Reflect.get(globalThis, Symbol.for('@throughline/propagation.layout.1'));
  assert.deepEqual(Object.keys(state).sort(), ['deadlines', 'drops', 'signer', 'values']);
  assert.deepEqual(Object.keys(state.drops).sort(), ['names', 'reasons', 'warned']);
  const value = state.values.get('tenant');
  assert.deepEqual(Object.keys(value).sort(), ['declaration', 'lastEntry', 'lastValue', 'name', 'storage']);
  assert.deepEqual(Object.keys(value.declaration).sort(), [
    'converts',
    'decode',
    'encode',
    'fingerprint',
    'hasCodec',
    'logName',
    'maxLength',
    'place',
    'redact',
    'signatureAge',
    'to',
    'trust',
    'version',
  ]);
});
