/** The standalone files have the sizes that their page states. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** A stated size may differ by this much, so that the page need not be edited for every change. */
const TOLERANCE = 0.03;

test('the standalone files have the sizes that docs/without-a-build-step.md states', (context) => {
  const document = readFileSync(new URL('../../../docs/without-a-build-step.md', import.meta.url), 'utf8');
  const rows = [...document.matchAll(/^\| `(\S+\.min\.js)` \|.* \| (\S+) kB \| (\S+) kB \|$/gm)];
  assert.equal(rows.length, 3);
  for (const [, file = '', minified, gzipped] of rows) {
    const content = readFileSync(fileURLToPath(import.meta.resolve(`throughline/standalone/${file}`)));
    const sizes = [content.length, gzipSync(content, { level: 9 }).length];
    context.diagnostic(`${file}: ${sizes[0]} bytes, ${sizes[1]} gzipped; stated: ${minified} kB, ${gzipped} kB`);
    for (const [index, stated] of [minified, gzipped].entries()) {
      const size = sizes[index] ?? 0;
      assert.ok(Math.abs(size - Number(stated) * 1000) < size * TOLERANCE, `${file} has ${size} bytes`);
    }
  }
});
