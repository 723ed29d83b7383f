import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { writeAtomically } from './write-atomically.js';

const directory = mkdtempSync(join(tmpdir(), 'throughline-'));
after(() => rmSync(directory, { recursive: true, force: true }));

test('the text of a file is replaced by a new file with the same mode', () => {
  const file = join(directory, 'a.js');
  writeFileSync(file, 'old');
  chmodSync(file, 0o750);
  const { ino } = statSync(file);
  writeAtomically(file, 'new');
  assert.equal(readFileSync(file, 'utf8'), 'new');
  assert.equal(statSync(file).mode & 0o777, 0o750);
  assert.notEqual(statSync(file).ino, ino, 'a process that has opened the old file still reads the old text');
  assert.deepEqual(readdirSync(directory), ['a.js']);
});

test('a failure leaves nothing behind', () => {
  assert.throws(() => writeAtomically(join(directory, 'missing.js'), 'new'), { code: 'ENOENT' });
  assert.deepEqual(readdirSync(directory), ['a.js']);
});
