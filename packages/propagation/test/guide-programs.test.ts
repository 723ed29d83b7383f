/**
 * Runs the programs of the guides about transports. The blocks of a section whose first line names a file are its files,
 * and the first of them is its program, which prints what the comments show.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runExample } from '@throughline/testing/docblocks';

// The folder is in this package, so that its own name resolves.
const folder = mkdtempSync(fileURLToPath(new URL('guide-', import.meta.url)));
after(() => rmSync(folder, { recursive: true }));

let count = 0;
for (const page of ['propagation-http', 'propagation-threads', 'propagation-sockets']) {
  const text = readFileSync(new URL(`../../../../docs/${page}.md`, import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/^```js\n\/\/ (\S+\.mjs)\n([\s\S]*?)^```/gm)];
  const files = new Map(blocks.map(([, file = '', code = '']) => [file, code]));
  const parts = [...files.keys()].filter((file) => [...files.values()].some((code) => code.includes(`/${file}'`)));
  for (const [file, code] of files) {
    if (parts.includes(file)) {
      writeFileSync(join(folder, file), code);
      continue;
    }
    count++;
    test(`${file} of docs/${page}.md prints what its comments show`, () => runExample(code, { folder, file }));
  }
}

test('every guide has its programs', () => assert.equal(count, 13));
