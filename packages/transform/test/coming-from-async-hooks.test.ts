/** Compiles and runs the programs of docs/coming-from-async-hooks.md, and runs its commands on the files that it shows. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../dist/migrate-command/migrate.js', import.meta.url));
const COMPILER = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));

const page = readFileSync(join(REPOSITORY, 'docs/coming-from-async-hooks.md'), 'utf8');
const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
  language,
  text,
}));
/** The files of the project on which the commands run, by the path in their first line. */
const files = blocks.flatMap(({ language, text }) => {
  const name = language === 'js' ? /^\/\/ (src\/\S+)\n/.exec(text)?.[1] : undefined;
  return name === undefined ? [] : [{ name, text }];
});
const programs = blocks.filter(
  ({ language, text }) => (language === 'js' || language === 'ts') && !text.startsWith('// src/'),
);

const directory = mkdtempSync(join(tmpdir(), 'throughline-'));
after(() => rmSync(directory, { recursive: true, force: true }));
symlinkSync(join(REPOSITORY, 'node_modules'), join(directory, 'node_modules'));
writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');

function run(script: string, args: readonly string[], cwd: string) {
  return spawnSync(process.execPath, [script, ...args], { cwd, encoding: 'utf8' });
}

test('the page has the files, the programs and the command', () => {
  assert.deepEqual([files.length, programs.length], [2, 4]);
  assert.equal(blocks.filter(({ language }) => language === 'console').length, 1);
});

test('the programs compile as strict TypeScript, and print what their comments state', () => {
  for (const [index, { text }] of programs.entries()) writeFileSync(join(directory, `program${index}.mts`), text);
  const options = {
    target: 'ES2022',
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    types: ['node'],
    lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'],
    outDir: 'out',
  };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.mts'] }));
  const compiled = run(COMPILER, ['-p', '.'], directory);
  assert.deepEqual([compiled.stdout, compiled.status], ['', 0]);
  for (const [index, { text }] of programs.entries()) {
    const { stdout, stderr } = run(`out/program${index}.mjs`, [], directory);
    const expected = [...text.matchAll(/console\.log\(.*\/\/ (.+)$/gm)].map(([, printed]) => printed);
    assert.deepEqual([stdout.split('\n').filter((line) => line !== ''), stderr], [expected, '']);
  }
});

for (const { text } of blocks.filter(({ language }) => language === 'console')) {
  const [first = '', ...lines] = text.split('\n');
  test(`the output of ${first.slice(2)}`, () => {
    const project = join(directory, 'project');
    for (const file of files) {
      mkdirSync(join(project, dirname(file.name)), { recursive: true });
      writeFileSync(join(project, file.name), file.text);
    }
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
    const args = /^\$ npx --package=@throughline\/transform throughline-migrate(.*)$/.exec(first)?.[1];
    assert.ok(args !== undefined, first);
    const { stdout, stderr } = run(COMMAND, args.trim().split(' '), project);
    const withoutTime = (output: string) => output.replace(/in \d+\.\d\d s/, 'in … s');
    assert.equal(stderr, '');
    assert.equal(withoutTime(stdout), withoutTime(lines.join('\n')));
  });
}

test('the options and exit codes of the page are those of the help text', () => {
  const { stdout } = run(COMMAND, ['--help'], directory);
  for (const option of stdout.match(/--[a-z-]+/g) ?? []) assert.ok(page.includes(`\`${option}\``), option);
  assert.match(page, /^\| 2 \| The arguments are invalid, or git has uncommitted changes/m);
});

test('the sections to which the command refers exist', () => {
  const source = readFileSync(join(REPOSITORY, 'packages/transform/src/migrate-command/print-report.ts'), 'utf8');
  const anchors = [...page.matchAll(/^##+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  const sections = [...(/SECTIONS[\s\S]*?\};/.exec(source)?.[0] ?? '').matchAll(/: '([\w-]+)'/g)];
  assert.equal(sections.length, 5);
  for (const [, section = ''] of sections) assert.ok(anchors.includes(section), section);
  for (const [, section = ''] of page.matchAll(/\]\(#([\w-]+)\)/g)) assert.ok(anchors.includes(section), section);
});
