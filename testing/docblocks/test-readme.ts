/**
 * The tests of the README of one package. npm shows it outside of the repository, so it must be complete without the
 * other files there.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { expectedLines, expectedResponses, runExample } from './example-program.js';

export interface ReadmeTestOptions {
  /** The folder of `package.json` and `README.md`, with a trailing slash. */
  readonly packageFolder: URL;
  /** A folder for the programs, with a trailing slash. It is in the package, so that the package's own name resolves. */
  readonly workingFolder: URL;
  /** By file name, the reason why a program runs but prints nothing. */
  readonly silent?: Readonly<Record<string, string>>;
}

interface ReadmeExample {
  readonly file: string;
  readonly code: string;
  /** The options of Node in the command of the README that runs the file. */
  readonly nodeOptions: readonly string[];
}

/**
 * Returns the programs of a README. Each begins with a comment that names its file. If the text contains the command
 * `node --option FILE`, in a line or on one of its own, the program runs with these options.
 * @throws {Error} if a program does not name its file
 */
export function readmeExamples(text: string): ReadmeExample[] {
  return [...text.matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code = '']) => {
    const file = /^\/\/ (\S+\.m?js)\n/.exec(code)?.[1];
    if (file === undefined)
      throw new Error(`The first line of the program must name its file, as in // a.mjs:\n${code}`);
    const commands = [...text.matchAll(/`node ([^`]+)`|^node (.+)$/gm)];
    const args = commands.map(([, inText = '', onLine = inText]) => onLine.split(/\s+/));
    const nodeOptions = args.find((words) => words.at(-1) === file)?.slice(0, -1) ?? [];
    return { file, code, nodeOptions };
  });
}

/** Returns the links of a text that lead neither to an absolute address nor to a heading of the same text. */
export function relativeLinks(text: string): string[] {
  return [...text.matchAll(/\]\(([^)]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^(https:|#)/.test(target));
}

/** Returns the subpaths of a package that no row of a table in its README begins with. */
export function subpathsWithoutRow(text: string, name: string, subpaths: readonly string[]): string[] {
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  const titles = rows.flatMap((row) =>
    [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, title]) => title),
  );
  return subpaths.filter((subpath) => subpath !== './package.json' && !titles.includes(name + subpath.slice(1)));
}

/** Registers the tests: the README is complete without other files, and every program in it prints what it shows. */
export function testReadme({ packageFolder, workingFolder, silent = {} }: ReadmeTestOptions): void {
  const text = readFileSync(new URL('README.md', packageFolder), 'utf8');
  const manifest: { name: string; exports: object } = JSON.parse(
    readFileSync(new URL('package.json', packageFolder), 'utf8'),
  );
  const examples = readmeExamples(text);

  test('README.md says how to install the package, what it exports, where it runs and what its limits are', () => {
    assert.match(text, new RegExp(`^# ${manifest.name}\n`));
    for (const heading of ['Install', 'Exports', 'Runtimes', 'Limits', 'License']) {
      assert.ok(text.includes(`\n## ${heading}\n`), `the heading ${heading} is missing`);
    }
    assert.match(text, new RegExp(`\`\`\`sh\n(.*\n)*npm install .*${manifest.name}\n`));
    assert.notEqual(examples.length, 0, 'no program was found');
  });

  test('README.md has a row for each subpath of the package', () => {
    assert.deepEqual(subpathsWithoutRow(text, manifest.name, Object.keys(manifest.exports)), []);
  });

  test('README.md has no link to another file, because npm shows it without the repository', () => {
    assert.deepEqual(relativeLinks(text), []);
  });

  assert.deepEqual(
    Object.keys(silent).filter((file) => examples.every((example) => example.file !== file)),
    [],
    'listed in silent, but not in README.md',
  );
  mkdirSync(workingFolder, { recursive: true });
  after(() => rmSync(workingFolder, { recursive: true }));
  for (const { file, code, nodeOptions } of examples) {
    test(`${file} of README.md prints what its comments show`, async () => {
      const isSilent = expectedLines(code).length === 0 && expectedResponses(code).length === 0;
      assert.equal(isSilent, file in silent, `whether the program shows what it prints:\n${code}`);
      await runExample(code, { folder: fileURLToPath(workingFolder), nodeOptions, file });
    });
  }
}
