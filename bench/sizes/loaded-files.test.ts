/** What a server loads when it imports a package: few files, and no module of Node that only requests need. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

/** Prints the sizes of the CommonJS modules that an import has loaded, and the names of Node's own modules. */
const PROGRAM = `
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
const before = new Set(process.moduleLoadList);
await import(process.argv[1]);
const sizes = Object.keys(createRequire(import.meta.url).cache).map((file) => statSync(file).size);
console.log(JSON.stringify({ sizes, builtins: process.moduleLoadList.filter((name) => !before.has(name)) }));
`;

/** A file takes about half a millisecond to load. `npm run bench -- --only import,import-express` measures the imports. */
const LIMITS = [
  { specifier: 'throughline', fileCount: 2, bytes: 30_000 },
  { specifier: '@throughline/request/express', fileCount: 11, bytes: 95_000 },
];

for (const { specifier, fileCount, bytes } of LIMITS) {
  test(`an import of ${specifier} loads at most ${fileCount} files with ${bytes} bytes`, (context) => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', PROGRAM, specifier],
      { cwd: import.meta.dirname, encoding: 'utf8' },
    );
    assert.equal(status, 0, stderr);
    // PROGRAM prints this object.
    const { sizes, builtins } = JSON.parse(stdout) as { sizes: number[]; builtins: string[] };
    const total = sizes.reduce((sum, size) => sum + size, 0);
    context.diagnostic(`${sizes.length} files, ${total} bytes, ${builtins.length} modules of Node`);
    assert.ok(sizes.length > 0 && sizes.length <= fileCount, `${sizes.length} files`);
    assert.ok(total <= bytes, `${total} bytes`);
    // They take 3 to 5 ms to load.
    assert.deepEqual(
      builtins.filter((name) => /crypto|stream|http/.test(name)),
      [],
    );
  });
}
