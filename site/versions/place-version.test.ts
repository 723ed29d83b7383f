import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { placeVersion } from './place-version.js';

const folder = mkdtempSync(join(tmpdir(), 'throughline-versions-'));
after(() => rmSync(folder, { recursive: true }));
const out = join(folder, 'out');

/** Builds a site with one page. */
function build(page: string): string {
  const built = join(folder, 'built');
  mkdirSync(built);
  writeFileSync(join(built, `${page}.html`), page);
  return built;
}

test('a new version replaces the newest one, and the others stay and are listed', () => {
  placeVersion(build('first'), out, '0.9.0', true);
  placeVersion(build('first'), out, '0.9.0', false);
  placeVersion(build('second'), out, '0.10.0', false);
  placeVersion(build('third'), out, '1.0.0', true);
  assert.deepEqual(JSON.parse(readFileSync(join(out, 'versions.json'), 'utf8')), [
    { name: '1.0.0', path: '' },
    { name: '0.10.0', path: 'v/0.10.0/' },
    { name: '0.9.0', path: 'v/0.9.0/' },
  ]);
  assert.equal(existsSync(join(out, 'first.html')), false);
  assert.equal(readFileSync(join(out, 'third.html'), 'utf8'), 'third');
  assert.equal(readFileSync(join(out, 'v/0.9.0/first.html'), 'utf8'), 'first');
  assert.equal(existsSync(join(folder, 'built')), false);
});
