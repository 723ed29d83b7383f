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
/** In seconds. Programs wait until a value was held for so long. */
const LIMIT = 0.02;
const folders: Record<string, object> = {
  'lost-callback': {},
  'late-entry': {},
  'two-storages': {},
  'empty-read': { emptyReads: true },
  'shared-work': {},
  healthy: {},
  'outlived-frame': { outlived: LIMIT },
  'long-flows': { outlived: LIMIT },
};

function programsIn(folder: string): string[] {
  return readdirSync(join(corpus, folder))
    .filter((name) => /\.[cm]js$/.test(name) && name !== 'files.mjs')
    .map((name) => `${folder}/${name}`);
}

/** One process for all programs, because the parser takes longer to load than they take to run. */
function findingsIn(programs: readonly string[], options: object): Finding[] {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', '@throughline/doctor/register', 'run-programs.mjs', ...programs],
    { cwd: corpus, encoding: 'utf8', env: { ...process.env, THROUGHLINE_DOCTOR: JSON.stringify(options) } },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}

/** Whether a finding is in a program, or in the files that the program has written. */
function isIn(name: string, places: Finding['places']): boolean {
  const { name: title } = parse(name);
  return places.some(({ file }) => file === join(corpus, name) || file.includes(`/${title}-`));
}

/** A finding as the first line of a program states it. */
function textOf({ kind, severity, places }: Finding): string {
  // This process has made the promise that imports the program.
  const own = places.filter(({ file }) => file === places[0]?.file);
  const origin = kind === 'empty read' ? `, from line ${own.at(-1)?.line}` : '';
  return `${kind}, ${severity}, line ${places[0]?.line}${origin}`;
}

const [major = 0] = process.versions.node.split('.').map(Number);

/** What the first line of a program states, or `none`. */
function expectation(name: string): string {
  const [, text] = /^\/\/ expects: (.+)/.exec(readFileSync(join(corpus, name), 'utf8')) ?? [];
  if (text === undefined) throw new Error(`The first line of ${name} must state what is expected.`);
  return text;
}

for (const options of [{}, { emptyReads: true }, { outlived: LIMIT }]) {
  const programs = Object.keys(folders)
    .filter((folder) => JSON.stringify(folders[folder]) === JSON.stringify(options))
    .flatMap(programsIn);
  const found = findingsIn(programs, options);

  for (const name of programs) {
    const [, expected = '', since] = /^(.*?)(?: \(Node (\d+) and newer\))?$/.exec(expectation(name)) ?? [];
    const skip = since !== undefined && major < Number(since) && 'older versions of Node show the value by chance';
    test(`${name}: ${expected}`, { skip }, () => {
      const own = found.filter(({ places }) => isIn(name, places));
      assert.deepEqual(own.map(textOf), expected === 'none' ? [] : [expected], JSON.stringify(own, undefined, 2));
    });
  }

  test(`no finding is outside of the programs with the options ${JSON.stringify(options)}`, () => {
    const others = found.filter(({ places }) => !programs.some((name) => isIn(name, places)));
    assert.deepEqual(others, []);
  });
}
