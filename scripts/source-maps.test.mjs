/** The source maps of the packed packages lead to sources that are packed too. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { packPackages } from './pack.mjs';

const folder = mkdtempSync(join(tmpdir(), 'throughline-'));
after(() => rmSync(folder, { recursive: true }));

for (const { name, file } of packPackages(join(folder, 'tarballs'))) {
  test(`every source map of ${name} belongs to a file, and its sources are packed`, () => {
    const unpacked = join(folder, name);
    mkdirSync(unpacked, { recursive: true });
    execFileSync('tar', ['-xzf', file, '-C', unpacked, '--strip-components=1']);
    const files = new Set(readdirSync(unpacked, { recursive: true }).map((path) => join(unpacked, path)));
    const maps = new Set();
    for (const path of files) {
      if (!/\.[cm]?js$/.test(path)) continue;
      const [, url] = /^\/\/# sourceMappingURL=(.+)$/m.exec(readFileSync(path, 'utf8')) ?? [];
      if (url === undefined) continue;
      maps.add(resolve(dirname(path), url));
    }
    assert.notEqual(maps.size, 0);
    assert.deepEqual([...files].filter((path) => path.endsWith('.map')).sort(), [...maps].sort());
    for (const path of maps) {
      const { sources, sourcesContent = [] } = JSON.parse(readFileSync(path, 'utf8'));
      for (const [index, source] of sources.entries()) {
        const isContained = typeof sourcesContent[index] === 'string';
        assert.ok(isContained || files.has(resolve(dirname(path), source)), `${path}: ${source} is not packed`);
      }
    }
  });
}
