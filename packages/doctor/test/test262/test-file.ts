/** A file of test262, the tests of the language, and what its front matter says. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

export interface TestFile {
  /** Its path in the folder `test`, with slashes. */
  readonly name: string;
  readonly code: string;
  readonly includes: readonly string[];
  readonly flags: readonly string[];
  /** Whether the code must fail before it runs. */
  readonly isNegative: boolean;
}

/** The parts that are about functions, and about what can be written in them. */
const FOLDERS = [
  'annexB/language/eval-code',
  'annexB/language/function-code',
  'built-ins/AsyncFunction',
  'built-ins/Function/prototype/toString',
  'language/arguments-object',
  'language/asi',
  'language/computed-property-names',
  'language/destructuring',
  'language/directive-prologue',
  'language/eval-code',
  'language/expressions',
  'language/function-code',
  'language/identifier-resolution',
  'language/rest-parameters',
  'language/statements',
  'language/types/reference',
];

/** Modules need an option of Node, and the agents of several threads a host of their own. */
const UNSUPPORTED = /\$262\.agent|\$262\.IsHTMLDDA|^\s*flags:.*\b(?:module|CanBlockIsFalse|CanBlockIsTrue)\b/m;

/**
 * Returns the files of a checkout of test262 that can be run here, in an order that only depends on their names.
 * @param folder the checkout
 */
export function* testFiles(folder: string): Generator<TestFile> {
  const root = join(folder, 'test');
  const names = FOLDERS.flatMap((path) =>
    readdirSync(join(root, path), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.js') && !entry.name.includes('_FIXTURE'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, '/')),
  );
  const order = (name: string) => createHash('sha256').update(name).digest('hex');
  const sorted = names.map((name) => [order(name), name] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [, name] of sorted) {
    const code = readFileSync(join(root, name), 'utf8');
    if (!UNSUPPORTED.test(code)) yield parseTestFile(name, code);
  }
}

export function parseTestFile(name: string, code: string): TestFile {
  const frontMatter = /\/\*---\r?\n([\s\S]*?)---\*\//.exec(code)?.[1] ?? '';
  const list = (key: string): string[] => {
    const inline = new RegExp(`^${key}:\\s*\\[(.*)\\]`, 'm').exec(frontMatter)?.[1];
    const block = new RegExp(`^${key}:\\s*\\n((?:\\s*-.*\\n?)+)`, 'm').exec(frontMatter)?.[1];
    const items = inline?.split(',') ?? block?.split('\n').map((line) => line.replace(/^\s*-\s*/, '')) ?? [];
    return items.map((item) => item.trim()).filter((item) => item !== '');
  };
  return {
    name,
    code,
    includes: list('includes'),
    flags: list('flags'),
    isNegative: /^negative:/m.test(frontMatter),
  };
}
