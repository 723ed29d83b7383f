/**
 * The corpus: small programs that lose a flow, most of them in packages from npm, and healthy ones. The first line of each
 * states the expected finding: its kind, its severity and the line of its first place, which is in the program itself.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Finding } from '@throughline/doctor';

const corpus = fileURLToPath(new URL('../corpus/', import.meta.url));
const folders = ['lost-callback', 'late-entry', 'two-storages', 'healthy'];
const programs = folders.flatMap((folder) =>
  readdirSync(join(corpus, folder))
    .filter((name) => /\.[cm]js$/.test(name) && name !== 'files.mjs')
    .map((name) => `${folder}/${name}`),
);

// One process, because the parser takes longer to load than all programs take to run.
const { status, stdout, stderr } = spawnSync(
  process.execPath,
  ['--import', '@throughline/doctor/register', 'run-programs.mjs', ...programs],
  { cwd: corpus, encoding: 'utf8' },
);
assert.equal(status, 0, stderr);
const found: Finding[] = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');

/** Whether a finding is in a program, or in the files that the program has written. */
function isIn(name: string, places: Finding['places']): boolean {
  const { name: title } = parse(name);
  return places.some(({ file }) => file === join(corpus, name) || file.includes(`/${title}-`));
}

const [major = 0] = process.versions.node.split('.').map(Number);

/** What the first line of a program states, or `none`. */
function expectation(name: string): string {
  const [, text] = /^\/\/ expects: (.+)/.exec(readFileSync(join(corpus, name), 'utf8')) ?? [];
  if (text === undefined) throw new Error(`The first line of ${name} must state what is expected.`);
  return text;
}

for (const name of programs) {
  const expected = expectation(name);
  const [, text = '', since] = /^(.*?)(?: \(Node (\d+) and newer\))?$/.exec(expected) ?? [];
  const skip = since !== undefined && major < Number(since) && 'older versions of Node show the value by chance';
  test(`${name}: ${expected}`, { skip }, () => {
    const own = found.filter(({ places }) => isIn(name, places));
    const texts = own.map(({ kind, severity, places }) => `${kind}, ${severity}, line ${places[0]?.line}`);
    assert.deepEqual(texts, text === 'none' ? [] : [text], JSON.stringify(own, undefined, 2));
  });
}

test('no finding is outside of the programs', () => {
  const others = found.filter(({ places }) => !programs.some((name) => isIn(name, places)));
  assert.deepEqual(others, []);
});
