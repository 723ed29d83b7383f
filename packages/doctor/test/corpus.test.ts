/**
 * The corpus: small programs that lose a flow, most of them in packages from npm, and healthy ones. The first line of each
 * states the expected finding: its kind, its severity and the line of its first place, which is in the program itself.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Finding } from '@throughline/doctor';

const run = promisify(execFile);
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
async function findingsIn(programs: readonly string[], options: object, cwd = corpus): Promise<Finding[]> {
  const args = ['--import', '@throughline/doctor/register', 'run-programs.mjs', ...programs];
  const env = { ...process.env, THROUGHLINE_DOCTOR: JSON.stringify(options) };
  const { stdout } = await run(process.execPath, args, { cwd, env, maxBuffer: 2 ** 26 });
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

/** Programs with the changes that their findings propose. */
const remedied = fileURLToPath(new URL('remedied/', import.meta.url));

/** The text of a program, or of a file that it writes, with the lines of a remedy in place of those that it changes. */
function applyRemedy(name: string, { places, remedy }: Finding): string {
  const lines = readFileSync(join(corpus, name), 'utf8').split('\n');
  const [first, ...others] = places;
  if (first === undefined || remedy.code === null) throw new Error(`${name} has no remedy`);
  const edits = [{ file: first.file, line: first.line, code: remedy.code }, ...(remedy.otherLines ?? [])];
  for (const { file, line, code } of edits) {
    if (file === join(corpus, name)) lines[line - 1] = code;
  }
  let text = lines.join('\n');
  for (const { file, line, code } of edits) {
    const place = [first, ...others].find((known) => known.file === file && known.line === line);
    if (file !== join(corpus, name)) text = text.replaceAll(place?.code ?? '', code);
  }
  return text;
}

/** Whether a remedy changes only the program and the files that it writes, and not a package from npm. */
function isOfProgram(name: string, { places: [first], remedy }: Finding): boolean {
  const text = readFileSync(join(corpus, name), 'utf8');
  const isOwn = (file: string) => file === join(corpus, name) || file.includes(`/${parse(name).name}-`);
  if (first === undefined || !text.includes(first.code ?? '\0')) return false;
  return [first, ...(remedy.otherLines ?? [])].every(({ file }) => isOwn(file));
}

function writeRemedied(programs: ReadonlyMap<string, string>): void {
  for (const name of ['flows.mjs', 'outlived.mjs', 'requests.mjs', 'run-programs.mjs', 'two-storages/files.mjs']) {
    mkdirSync(dirname(join(remedied, name)), { recursive: true });
    copyFileSync(join(corpus, name), join(remedied, name));
  }
  for (const [name, text] of programs) {
    mkdirSync(dirname(join(remedied, name)), { recursive: true });
    writeFileSync(join(remedied, name), text);
  }
}

/** The programs that run with the same options. */
async function runGroup(options: object) {
  const programs = Object.keys(folders)
    .filter((folder) => JSON.stringify(folders[folder]) === JSON.stringify(options))
    .flatMap(programsIn);
  const found = await findingsIn(programs, options);
  const changed = new Map<string, string>();
  for (const name of programs) {
    const finding = found.find(({ places }) => isIn(name, places));
    if (finding !== undefined && finding.remedy.code !== null && isOfProgram(name, finding)) {
      changed.set(name, applyRemedy(name, finding));
    }
  }
  writeRemedied(changed);
  const left = changed.size === 0 ? [] : await findingsIn([...changed.keys()], options, remedied);
  return { options, programs, found, changed, left };
}

rmSync(remedied, { recursive: true, force: true });
const groups = await Promise.all([{}, { emptyReads: true }, { outlived: LIMIT }].map(runGroup)).finally(() =>
  rmSync(remedied, { recursive: true, force: true }),
);

for (const { options, programs, found, changed, left } of groups) {
  for (const name of programs) {
    const [, expected = '', since] = /^(.*?)(?: \(Node (\d+) and newer\))?$/.exec(expectation(name)) ?? [];
    const skip = since !== undefined && major < Number(since) && 'older versions of Node show the value by chance';
    test(`${name}: ${expected}`, { skip }, () => {
      const own = found.filter(({ places }) => isIn(name, places));
      assert.deepEqual(own.map(textOf), expected === 'none' ? [] : [expected], JSON.stringify(own, undefined, 2));
    });
  }

  for (const name of changed.keys()) {
    test(`${name}: the remedy leaves no finding`, () => {
      const own = left.filter(({ places }) => places.some(({ file }) => file.includes(`/${parse(name).name}`)));
      assert.deepEqual(own, []);
    });
  }

  test(`every function that is written where it is passed on has a remedy with the options ${JSON.stringify(options)}`, () => {
    const lost = programs.filter((name) => name.startsWith('lost-callback/'));
    assert.deepEqual(
      lost.filter((name) => !changed.has(name)),
      [],
    );
  });

  test(`no finding is outside of the programs with the options ${JSON.stringify(options)}`, () => {
    const others = found.filter(({ places }) => !programs.some((name) => isIn(name, places)));
    assert.deepEqual(others, []);
  });
}
