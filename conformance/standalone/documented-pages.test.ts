/** Opens every page that docs/without-a-build-step.md shows, and compares what it prints with its comments. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { expectedLines, runExample } from '@throughline/testing/docblocks';
import { type PackageHost, packageFolder, startPackageHost } from './package-host.js';

interface Section {
  readonly title: string;
  /** The code blocks, by language. */
  readonly blocks: Readonly<Record<string, readonly string[]>>;
}

const document = readFileSync(new URL('../../../docs/without-a-build-step.md', import.meta.url), 'utf8');
const sections = document.split(/^## /m).map((text): Section => {
  const blocks: Record<string, string[]> = {};
  for (const [, language = '', code = ''] of text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)) {
    blocks[language] = [...(blocks[language] ?? []), code];
  }
  return { title: text.slice(0, text.indexOf('\n')), blocks };
});

/** A project that has the packages installed, in which the commands of the document run. */
const project = mkdtempSync(join(tmpdir(), 'throughline-'));
const require = createRequire(import.meta.url);
let host: PackageHost;

before(async () => {
  mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
  symlinkSync(dirname(require.resolve('@types/node/package.json')), join(project, 'node_modules/@types/node'));
  symlinkSync(packageFolder, join(project, 'node_modules/throughline'));
  host = await startPackageHost();
});
after(async () => {
  await host?.close();
  rmSync(project, { recursive: true });
});

for (const { title, blocks } of sections) {
  const { html = [], js = [], sh = [] } = blocks;
  if (html.length === 0) continue;
  test(`the page in the section “${title}” prints what its comments show`, async () => {
    const files = js.map((code) => ({ path: /^\/\/ (\S+)\n/.exec(code)?.[1] ?? '', code }));
    for (const { path, code } of files) {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), code);
      host.add(`/${path}`, code);
    }
    const output = sh.map((command) => run(command)).join('');
    for (const { path } of files) {
      const transformed = path.replace('src/', 'public/');
      if (transformed !== path) host.add(`/${transformed}`, readFileSync(join(project, transformed), 'utf8'));
    }
    for (const page of html) {
      const expected = expectedLines([...js, page].join('\n'));
      assert.notEqual(expected.length, 0, `The page shows no output:\n${page}`);
      const actual = await host.printedLines(page.replace('sha384-...', output.trim()), expected.length);
      assert.deepEqual(actual, expected);
    }
  });
}

test('the program that resolves a file prints its path', async () => {
  const { js: [program = ''] = [] } = sections.find(({ title }) => title === 'From a bundler or Node')?.blocks ?? {};
  await runExample(program, { folder: fileURLToPath(new URL('.', import.meta.url)) });
});

test('the declaration of the global variable is correct', () => {
  const { ts: [program = ''] = [] } = sections.find(({ title }) => title === 'From a bundler or Node')?.blocks ?? {};
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  const options = ['--strict', '--noEmit', '--module', 'esnext', '--moduleResolution', 'bundler'];
  const libraries = ['--lib', 'es2023,esnext.disposable,dom', '--types', 'node'];
  const errorsOf = (code: string) => {
    writeFileSync(join(project, 'page.ts'), `${code}export {};\n`);
    const args = [tsc, ...options, ...libraries, 'page.ts'];
    return spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' }).stdout;
  };
  assert.equal(errorsOf(program), '');
  assert.match(errorsOf(program.replace('string | undefined', 'number')), /TS2322/);
});

/** Runs a command of the document, with the command of the transform from this workspace. */
function run(command: string): string {
  const main = fileURLToPath(new URL('command/main.js', import.meta.resolve('@throughline/transform')));
  const line = command.replace('npx throughline-transform', `"${process.execPath}" "${main}"`);
  return execFileSync(line, { cwd: project, encoding: 'utf8', shell: true, stdio: ['ignore', 'pipe', 'ignore'] });
}
