/**
 * The declarations of the packages have no errors of their own in a project without `skipLibCheck`, which is TypeScript's
 * default. They are declarations of CommonJS, where an import from a package that has only ES modules needs the attribute
 * `resolution-mode`.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const compiler = join(dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))), 'bin/tsc');

const compilerOptions = {
  module: 'Node16',
  target: 'ES2022',
  lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'],
  types: ['node'],
  strict: true,
  noEmit: true,
  skipLibCheck: false,
};

/** The entry points of a package that have declarations, as a user imports them. */
function entryPointsOf(folder: string): string[] {
  const { name, exports }: { name: string; exports: Record<string, unknown> } = JSON.parse(
    readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'),
  );
  return Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === 'object' ? [join(name, subpath)] : [],
  );
}

for (const folder of ['core', 'doctor', 'opentelemetry', 'propagation', 'request', 'transform']) {
  test(`the declarations of packages/${folder} compile without skipLibCheck, in both kinds of modules`, () => {
    const entryPoints = entryPointsOf(folder);
    assert.notEqual(entryPoints.length, 0);
    // The compiler finds packages from here as it would from the folder of a user.
    const project = mkdtempSync(fileURLToPath(new URL('../declarations-', import.meta.url)));
    try {
      const code = entryPoints.map((name, index) => `export type * as entry${index} from '${name}';\n`).join('');
      // This error shows that errors are found.
      writeFileSync(join(project, 'module.mts'), `${code}export const wrong: string = 5;\n`);
      writeFileSync(join(project, 'common.cts'), code);
      const files = ['module.mts', 'common.cts'];
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
      const { stdout } = spawnSync(process.execPath, [compiler, '-p', project, '--pretty', 'false'], {
        cwd: root,
        encoding: 'utf8',
      });
      // Other packages have errors of their own.
      const lines = stdout.split('\n').filter((line) => /^(?:packages|conformance)\//.test(line));
      const [wrong, ...others] = lines.sort();
      assert.match(wrong ?? stdout, /module\.mts\(\d+,14\): error TS2322/);
      assert.deepEqual(others, []);
    } finally {
      rmSync(project, { recursive: true });
    }
  });
}
