/** Two copies of this package in one process: both see the same scope, session and log fields. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build, type Format } from 'esbuild';
import '@throughline/request';

const program = fileURLToPath(new URL('copies/two-copies.js', import.meta.url));
const holdingProgram = fileURLToPath(new URL('copies/two-layouts.js', import.meta.url));
const allExports = fileURLToPath(new URL('copies/all-exports.js', import.meta.url));

// Next to the program, so that the copies find the packages that stay outside of the bundles.
const folder = mkdtempSync(join(dirname(program), 'bundles-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Bundles this package, the package throughline and all other dependencies into one file, as a library does. */
async function bundle(name: string, format: Format, define: Readonly<Record<string, string>> = {}): Promise<string> {
  const outfile = join(folder, name);
  mkdirSync(dirname(outfile), { recursive: true });
  await build({
    entryPoints: [allExports],
    bundle: true,
    platform: 'node',
    format,
    outfile,
    logLevel: 'error',
    // Some dependencies are CommonJS modules.
    ...(format === 'esm' && {
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    }),
  });
  let code = readFileSync(outfile, 'utf8');
  for (const [from, to] of Object.entries(define)) {
    assert.ok(code.includes(from));
    code = code.replaceAll(from, to);
  }
  writeFileSync(outfile, code);
  return outfile;
}

const copies = {
  installed: allExports,
  'a bundled ES module': await bundle('module/copy.mjs', 'esm'),
  'a bundled CommonJS module': await bundle('commonjs/copy.cjs', 'cjs'),
};

/** A copy of a version with another layout. */
const otherLayout = await bundle('other/copy.cjs', 'cjs', { 'LAYOUT = 1': 'LAYOUT = 2' });

function runProgram(
  role: string,
  ...paths: readonly string[]
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [program, role, ...paths], { encoding: 'utf8' });
}

for (const [application, applicationPath] of Object.entries(copies)) {
  for (const [library, libraryPath] of Object.entries(copies)) {
    if (application === library) continue;
    for (const role of ['application', 'library']) {
      test(`the application has ${application}, a library has ${library}, and the ${role} is loaded first`, () => {
        const paths = role === 'application' ? [applicationPath, libraryPath] : [libraryPath, applicationPath];
        const { status, stdout, stderr } = runProgram(role, ...paths);
        assert.deepEqual([stderr, stdout, status], ['', 'done\n', 0]);
      });
    }
  }
}

test('copies of different layouts share nothing, and a warning names the remedy', () => {
  writeFileSync(
    join(folder, 'program.mjs'),
    `import * as one from ${JSON.stringify(allExports)};
     import two from ${JSON.stringify(otherLayout)};
     one.withRequestScope({ id: 'one' }, () => console.log(two.tryGetRequestScope()));
     two.withRequestScope({ id: 'two' }, () => console.log(one.tryGetRequestScope()));`,
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'program.mjs')], { encoding: 'utf8' });
  assert.deepEqual([stdout, status], ['undefined\nundefined\n', 0]);
  assert.match(stderr, /^Two versions of @throughline\/request that cannot share request scopes are loaded/);
});

test('copies of different layouts each hold their own scope at every step', () => {
  const { status, stdout } = spawnSync(process.execPath, [holdingProgram, allExports, otherLayout], {
    encoding: 'utf8',
  });
  assert.deepEqual([stdout, status], ['done\n', 0]);
});

/**
 * A version that changes one of these must change the number in `layout.ts`: an older or newer copy in the same process
 * uses them. One that adds a field of the scope need not: it reads `undefined` from the scopes of an older copy.
 */
test('the members that all copies share are those of layout 1', () => {
  // `hasAdapter` is set once an adapter of any copy has opened a scope.
  const {
    Scope,
    scopeStorage,
    hasAdapter: _hasAdapter,
    ...others
  } = Reflect.get(globalThis, Symbol.for('@throughline/request.layout.1'));
  assert.deepEqual(others, {});
  assert.deepEqual(Object.getOwnPropertyNames(Scope).sort(), [
    'carriedBy',
    'exchangeOf',
    'length',
    'name',
    'prototype',
    'sessionOf',
    'setSession',
  ]);
  assert.equal(Scope.length, 6);
  assert.deepEqual(Object.getOwnPropertyNames(Scope.prototype).sort(), [
    'constructor',
    'method',
    'path',
    'signal',
    'spanId',
    'traceId',
  ]);
  assert.deepEqual(Object.keys(new Scope('id', 'GET', '/')), ['id', 'startTime']);
  assert.equal(scopeStorage.name, 'request scope');
});
