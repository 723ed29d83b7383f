/** Runs the examples of the public docblocks and of the README, and compares what they print with their comments. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const packageFolder = new URL('../', import.meta.url);

/** Returns the code of each `@example` in the docblocks of a file. */
function docblockExamples(file: string): string[] {
  const docblocks = readFileSync(new URL(file, packageFolder), 'utf8').match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  return docblocks.flatMap((docblock) => {
    const text = docblock.replace(/^\/\*\*|\*\/$/g, '').replace(/^[ \t]*\* ?/gm, '');
    return [...text.matchAll(/^@example\n([\s\S]*?)(?=^@|(?![\s\S]))/gm)].map(([, code = '']) => code);
  });
}

/** Returns the JavaScript blocks of a Markdown file. */
function markdownExamples(file: string): string[] {
  const text = readFileSync(new URL(file, packageFolder), 'utf8');
  return [...text.matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code = '']) => code);
}

/** Returns what an example must print: the comment at the end of each line with `console.log`, without quotes. */
function expectedOutput(code: string): string {
  return [...code.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].map(([, comment]) => `${comment}\n`).join('');
}

const examples = [
  ...['src/async-local-storage.ts', 'src/async-context.ts', 'src/global.ts'].map(
    (file) => [file, docblockExamples(file)] as const,
  ),
  ['README.md', markdownExamples('README.md')] as const,
];

for (const [file, codes] of examples) {
  test(`the examples of ${file} print what their comments show`, () => {
    assert.notEqual(codes.length, 0, 'no example was found');
    for (const code of codes) {
      const expected = expectedOutput(code);
      assert.notEqual(expected, '', `the example shows no output:\n${code}`);
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
        cwd: packageFolder,
        encoding: 'utf8',
      });
      assert.equal(stdout, expected, `${code}\n${stderr}`);
    }
  });
}
