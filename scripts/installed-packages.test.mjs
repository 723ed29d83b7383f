/** What an installation needs, and that it compiles nothing. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  allPackages,
  missingPackages,
  readLockfile,
  resolvePackage,
  SERVER_WORKSPACES,
  workspacePackages,
} from './installed-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = readLockfile(join(root, 'package-lock.json'));

/** Packages with an install script that the project may have, and the reason. */
const ALLOWED_INSTALL_SCRIPTS = {
  '@swc/core': 'The script only tests whether npm has installed the binary of the optional package @swc/core-<system>.',
  'core-js': 'The script only prints a message.',
  esbuild:
    'The script only replaces a JavaScript launcher with the binary of the optional package @esbuild/<system>, which npm has ' +
    'installed. Without the script, esbuild starts the same binary through the launcher.',
  'msgpackr-extract':
    'An optional package of msgpackr, which BullMQ uses. The script only tests whether npm has installed the binary of the ' +
    'optional package @msgpackr-extract/msgpackr-extract-<system>, and would compile it otherwise. Without it, msgpackr does ' +
    'the same in JavaScript.',
};

/** Packages that exist to compile native code, or to download a binary from another site than the registry. */
const BUILD_TOOLS = [
  'node-gyp',
  'node-gyp-build',
  '@mapbox/node-pre-gyp',
  'cmake-js',
  'nan',
  'node-addon-api',
  'node-pre-gyp',
  'prebuild-install',
  'bindings',
];

const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

test('no package of package-lock.json runs a script when it is installed, except those with a reason', () => {
  const found = Object.keys(packages).filter((path) => packages[path].hasInstallScript);
  const unexpected = found.filter((path) => !(nameOf(path) in ALLOWED_INSTALL_SCRIPTS));
  assert.deepEqual(
    unexpected,
    [],
    'Use a package with prebuilt binaries in optional packages, or install it in .runtimes as conformance/drivers does',
  );
  assert.deepEqual([...new Set(found.map(nameOf))].sort(), Object.keys(ALLOWED_INSTALL_SCRIPTS).sort());
  const { allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.deepEqual(Object.keys(allowScripts), Object.keys(ALLOWED_INSTALL_SCRIPTS));
});

test('package-lock.json has no tool that compiles native code or downloads binaries', () => {
  const found = Object.keys(packages).filter((path) => BUILD_TOOLS.includes(nameOf(path)));
  assert.deepEqual(found, []);
});

test('package-lock.json names the optional packages for all systems', () => {
  // npm leaves those of other systems out if a package was installed before it was added to the lockfile.
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => resolvePackage(packages, path, name) === undefined),
  );
  assert.deepEqual(missing, [], 'npm uninstall the package that needs them, then install it again');
});

test('the server needs few of the packages: no test browser, no web framework, and Vite as the only bundler', () => {
  const needed = workspacePackages(packages, SERVER_WORKSPACES);
  const all = new Set(allPackages(packages));
  assert.deepEqual(
    needed.filter((path) => !all.has(path)),
    [],
  );
  const names = new Set(needed.map(nameOf));
  for (const name of ['throughline', '@throughline/request', '@keyv/redis', 'keyv', 'libsql', 'vite', 'typescript']) {
    assert.ok(names.has(name), name);
  }
  for (const name of [
    '@sparticuz/chromium',
    'puppeteer-core',
    'express',
    '@nestjs/core',
    '@biomejs/biome',
    'webpack',
    '@rspack/core',
  ]) {
    assert.ok(!names.has(name), name);
  }
  assert.ok(needed.length < all.size / 6, `${needed.length} of ${all.size}`);
});

test('packages for other systems are not expected', () => {
  const paths = allPackages({
    'node_modules/a': { os: [process.platform], cpu: [process.arch] },
    'node_modules/b': { os: [`!${process.platform}`] },
    'node_modules/c': { cpu: ['none'] },
    'node_modules/d': { os: ['!none'] },
    'node_modules/e': { libc: ['none'] },
    'packages/f': {},
  });
  assert.deepEqual(paths, ['node_modules/a', 'node_modules/d']);
});

test('a package is found in the nearest node_modules, and the workspace of a link is followed', () => {
  const found = workspacePackages(
    {
      '': { dependencies: { tool: '1' }, devDependencies: { linter: '1' } },
      app: { dependencies: { library: '1', shared: '1' }, devDependencies: { tester: '1' } },
      library: { dependencies: { shared: '2' }, optionalDependencies: { absent: '1' } },
      'library/node_modules/shared': { version: '2' },
      'node_modules/app': { link: true, resolved: 'app' },
      'node_modules/library': { link: true, resolved: 'library' },
      'node_modules/linter': { dev: true },
      'node_modules/other': {},
      'node_modules/shared': { version: '1' },
      'node_modules/tester': { dev: true },
      'node_modules/tool': {},
    },
    ['app'],
  );
  assert.deepEqual(found.sort(), [
    'library/node_modules/shared',
    'node_modules/app',
    'node_modules/library',
    'node_modules/shared',
    'node_modules/tool',
  ]);
});

test('a package is missing if its version or its files are not there, or if an installation was interrupted', () => {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-test-'));
  try {
    const lock = {
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b': { version: '1.0.0' },
      'node_modules/c': { version: '1.0.0', optional: true },
      'node_modules/d': { resolved: 'd', link: true },
    };
    const paths = Object.keys(lock);
    const missing = () => missingPackages(folder, lock, paths);
    const write = (path, content) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    };
    const required = ['node_modules/a', 'node_modules/b', 'node_modules/d'];
    assert.deepEqual(missing(), required, 'nothing is installed');
    for (const path of paths) write(`${path}/package.json`, '{}');
    assert.deepEqual(missing(), required, 'npm was interrupted before it wrote its list');
    write('node_modules/.package-lock.json', '{"packages":');
    assert.deepEqual(missing(), required, 'npm was interrupted while it wrote its list');
    write('node_modules/.package-lock.json', JSON.stringify({ packages: lock }));
    assert.deepEqual(missing(), []);
    lock['node_modules/a'] = { version: '1.0.1' };
    assert.deepEqual(missing(), ['node_modules/a'], 'another version');
    rmSync(join(folder, 'node_modules/b'), { recursive: true });
    assert.deepEqual(missing(), ['node_modules/a', 'node_modules/b'], 'a deleted package');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
