/** Node's classes and those of this package can replace each other, in the types of every supported version of Node. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const folder = mkdtempSync(join(tmpdir(), 'throughline-node-types-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const pathOfModule = (specifier: string) => fileURLToPath(import.meta.resolve(specifier));
const compiler = join(dirname(pathOfModule('typescript/package.json')), 'bin/tsc');
const program = fileURLToPath(new URL('../test/node-types/both-classes.ts', import.meta.url));

const versions = {
  20: 'types-node-20',
  22: 'types-node-22',
  24: 'types-node-24',
  26: '@types/node',
};

/** Writes a project whose types of Node are those of a package, also for the types that refer to `node`. */
function writeProject(version: string, packageName: string): string {
  const types = join(folder, version, 'types');
  mkdirSync(types, { recursive: true });
  symlinkSync(dirname(pathOfModule(`${packageName}/package.json`)), join(types, 'node'), 'junction');
  const project = join(folder, version, 'tsconfig.json');
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable'],
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    noEmit: true,
    typeRoots: [types],
    types: ['node'],
  };
  writeFileSync(project, JSON.stringify({ compilerOptions, files: [program] }));
  return project;
}

async function compile(project: string, ...options: string[]): Promise<string> {
  return promisify(execFile)(process.execPath, [compiler, '-p', project, '--pretty', 'false', ...options]).then(
    ({ stdout }) => stdout,
    (error: Error & { stdout: string }) => assert.fail(error.stdout || error.message),
  );
}

for (const [version, packageName] of Object.entries(versions)) {
  test(`the classes can replace each other in the types of Node ${version}`, async () => {
    const project = writeProject(version, packageName);
    assert.equal(await compile(project), '');
    const files = (await compile(project, '--listFilesOnly'))
      .split('\n')
      .filter((file) => file.includes('async_hooks.d.ts'));
    assert.equal(files.length, 1, `only one version of the types of Node must be compiled: ${files}`);
  });
}
