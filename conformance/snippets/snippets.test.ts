/** Every snippet of the documentation and of the docblocks compiles as strict TypeScript. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compileSnippets, type Resolution, type SnippetError } from './compile-snippets.js';
import {
  blocksOf,
  findPages,
  readExamples,
  readSnippets,
  type Snippet,
  snippetLanguages,
  snippetsOf,
} from './snippets.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const pages = findPages(root);
const snippets = pages.flatMap((page) => readSnippets(root, page));
const compiled = snippets.filter(({ notCompiled }) => notCompiled === undefined);

for (const resolution of ['bundler', 'node16'] satisfies Resolution[]) {
  test(`the snippets compile with the module resolution ${resolution}`, async (context) => {
    const errors = await compileSnippets(compiled, resolution);
    assert.equal(errors.map(({ text }) => text).join('\n'), '');
    context.diagnostic(`${compiled.length} snippets in ${new Set(compiled.map(({ page }) => page)).size} pages`);
  });
}

for (const name of ['core', 'opentelemetry', 'propagation', 'request', 'transform']) {
  test(`the examples in the docblocks of packages/${name} compile`, async () => {
    const examples = readExamples(root, name);
    assert.notEqual(examples.length, 0);
    const errors = await compileSnippets(examples, 'node16');
    assert.equal(errors.map(({ text }) => text).join('\n'), '');
  });
}

test('a snippet that is not compiled states the reason', (context) => {
  for (const { page, line, notCompiled } of snippets) {
    if (notCompiled !== undefined) context.diagnostic(`${page}:${line} is not compiled: ${notCompiled}`);
  }
  assert.ok(compiled.length > snippets.length * 0.9, 'nearly all snippets must be compiled');
});

test('every block of JavaScript or TypeScript is called js, ts, jsx or tsx, so that it is found', () => {
  for (const page of pages) {
    const text = readFileSync(join(root, page), 'utf8');
    const fences = text.match(/^ *```(?:[cm]?[jt]s|[jt]sx|javascript|typescript)\b.*$/gim);
    const languages = fences?.map((fence) => fence.trim().slice(3)) ?? [];
    const isSnippet = (language: string) => snippetLanguages.some((one) => one === language);
    const found = blocksOf(page, text).filter(({ language }) => isSnippet(language));
    assert.equal(languages.length, found.length, page);
    assert.deepEqual(
      languages.filter((language) => !isSnippet(language)),
      [],
      page,
    );
  }
});

test('snippetsOf() finds the blocks of JavaScript and TypeScript, their lines and their marks', () => {
  const page =
    '# Title\n\n```js\na;\n```\n\n<!-- not compiled: a sketch -->\n```ts\nb;\nc;\n```\n\n- item\n\n  ```js\n  d;\n  ```\n\n```sh\ne\n```\n';
  assert.deepEqual(snippetsOf('page.md', page), [
    { page: 'page.md', line: 3, section: 1, language: 'js', code: 'a;\n' },
    { page: 'page.md', line: 8, section: 1, language: 'ts', code: 'b;\nc;\n', notCompiled: 'a sketch' },
    { page: 'page.md', line: 15, section: 1, language: 'js', code: 'd;\n' },
  ]);
});

test('blocksOf() finds every block with its marks, its section and the text before it', () => {
  const page =
    '# Title\n\n```js\na;\n```\n\n`node a.mjs` prints:\n\n```\n# b\n```\n\n## Two\n\n<!-- runs on: bun, deno -->\n<!-- needs: redis -->\n```html\n<b>\n```\n';
  const [first, second, third] = blocksOf('page.md', page);
  assert.deepEqual([first?.section, first?.textBefore], [1, '# Title\n\n']);
  assert.deepEqual([second?.language, second?.textBefore], ['', '\n\n`node a.mjs` prints:\n\n']);
  assert.deepEqual(
    [third?.section, third?.language, third?.runsOn, third?.needs, third?.line],
    [2, 'html', 'bun, deno', 'redis', 17],
  );
});

test('a comment with an unknown name before a block is an error', () => {
  const page = '<!-- run on: bun -->\n```js\na;\n```\n';
  assert.throws(() => blocksOf('page.md', page), /page\.md:2: .*unknown name "run on".*runs on/);
});

test('compileSnippets() reports errors at their positions in the page', async () => {
  const snippet = (language: Snippet['language'], line: number, code: string): Snippet => ({
    page: 'page.md',
    line,
    language,
    code,
  });
  const storage = "import { AsyncLocalStorage } from 'throughline';\n";
  const module = "import { getRequestScope } from '@throughline/request';\n";
  const errors = await compileSnippets(
    [
      snippet('js', 10, `${storage}const name: string = new AsyncLocalStorage<number>().getStore();\n`),
      snippet('js', 20, 'function double(value) {\n  return value * 2;\n}\nlet callback = (value) => value;\n'),
      snippet('ts', 30, 'function double(value) {\n  return value * 2;\n}\n'),
      snippet(
        'ts',
        40,
        `${module}declare module '@throughline/request' {\n  interface RequestScope {\n    tenant?: string;\n  }\n}\ngetRequestScope().tenant = 5;\n`,
      ),
      snippet('ts', 50, `${module}getRequestScope().tenant;\n`),
      snippet('ts', 60, "import { missing } from 'throughline';\nmissing();\n"),
      snippet('js', 70, "// user.mjs\nexport const user = 'ada';\n"),
      snippet('ts', 80, "// main.ts\nimport { user } from './user.mjs';\nuser.missing;\n"),
      snippet(
        'tsx',
        100,
        '// button.tsx\nexport const Button = (props: { name: string }) => <b>{props.missing}</b>;\n',
      ),
      snippet('js', 90, '// user.mjs\nexport const user = 5;\nuser.missing;\n'),
    ],
    'node16',
  );
  const shorten = ({ text }: SnippetError) => /^.*?TS\d+/.exec(text)?.[0];
  assert.deepEqual(errors.map(shorten), [
    'page.md:12: TS2322',
    'page.md:24: TS7006',
    'page.md:31: TS7006',
    'page.md:47: TS2322',
    'page.md:52: TS2339',
    'page.md:61: TS2305',
    'page.md:83: TS2339',
    'page.md:102: TS2339',
    'page.md:93: TS2339',
  ]);
});
