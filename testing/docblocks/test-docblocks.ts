/** The tests of the public docblocks of one package. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { examplesOf, expectedLines, expectedResponses, runExample } from './example-program.js';
import { type PublicDeclaration, readPublicDeclarations } from './public-declarations.js';

/**
 * The reason for each exception. The key is the title of a declaration: its name, and its subpath unless that is `.`,
 * as in `requestScope of ./koa`.
 */
type Reasons = Readonly<Record<string, string>>;

export interface DocblockTestOptions {
  /** The folder of `package.json`, with a trailing slash. */
  readonly packageFolder: URL;
  /** The folder in which the examples run. Default: that of the package, so that its own name resolves. */
  readonly workingFolder?: URL;
  /** The subpaths that only generated code imports, with the reason. They are not checked. */
  readonly internalSubpaths?: Reasons;
  /** The functions, classes and methods that need no example, with the reason. */
  readonly withoutExample?: Reasons;
  /** The declarations whose examples run but print nothing, such as configuration files, with the reason. */
  readonly silent?: Reasons;
  /** The declarations whose examples cannot run here, with the reason. */
  readonly notRun?: Reasons;
  /** Options of Node for the examples of a declaration. */
  readonly nodeOptions?: Readonly<Record<string, readonly string[]>>;
  /** Converts an example in TypeScript, whose first line begins with `// TypeScript`, to JavaScript. */
  readonly toJavaScript?: (code: string) => string;
}

/** Registers the tests: every declaration has an example, every example runs, every documented error code exists. */
export function testDocblocks(options: DocblockTestOptions): void {
  const { packageFolder, internalSubpaths = {}, withoutExample = {}, silent = {}, notRun = {} } = options;
  const declarations = readPublicDeclarations(packageFolder, (subpath) => !(subpath in internalSubpaths));

  test('every public function, class and method has an example', () => {
    const missing = titlesWithoutExample(declarations);
    assert.deepEqual(
      missing.filter((title) => !(title in withoutExample)),
      [],
    );
    assert.deepEqual(
      Object.keys(withoutExample).filter((title) => !missing.includes(title)),
      [],
      'listed in withoutExample, but has an example or is not exported',
    );
  });

  test('every error code in a public docblock is a code of the package', () => {
    const code = readCode(new URL('dist/', packageFolder));
    const documented = new Set(declarations.flatMap(({ docblock }) => docblock.match(/\bERR_\w+/g) ?? []));
    const unknown = [...documented].filter((name) => !new RegExp(`['"]${name}['"]|^\\s*${name}:`, 'm').test(code));
    assert.deepEqual(unknown, []);
  });

  const titles = new Set(declarations.map(titleOf));
  for (const title of Object.keys({ ...silent, ...notRun, ...options.nodeOptions })) {
    assert.ok(titles.has(title), `${title} is listed, but the package does not export it`);
  }

  for (const declaration of declarations) {
    const title = titleOf(declaration);
    const examples = examplesOf(declaration.docblock);
    if (examples.length === 0) continue;
    const reason = notRun[title];
    test(`the example of ${title} prints what its comments show`, { skip: reason ?? false }, async () => {
      for (const code of examples) {
        const isSilent = expectedLines(code).length === 0 && expectedResponses(code).length === 0;
        assert.equal(isSilent, title in silent, `whether the example shows what it prints:\n${code}`);
        const { toJavaScript } = options;
        await runExample(code, {
          folder: fileURLToPath(options.workingFolder ?? packageFolder),
          nodeOptions: options.nodeOptions?.[title] ?? [],
          ...(toJavaScript !== undefined && code.startsWith('// TypeScript') && { toJavaScript }),
        });
      }
    });
  }
}

/** Returns the functions, classes, methods and values that need an example and have none. */
export function titlesWithoutExample(declarations: readonly PublicDeclaration[]): string[] {
  const withExample = declarations.filter(({ docblock }) => examplesOf(docblock).length > 0);
  // A name may be declared several times: as an overload, or as a value and its type.
  const titlesWithExample = new Set(withExample.map(titleOf));
  // The example of a method shows how to use its class.
  const ownersWithExample = new Set(withExample.map(({ owner }) => owner));
  const missing = declarations.filter(
    (declaration) =>
      declaration.kind !== 'module' &&
      declaration.kind !== 'type' &&
      !titlesWithExample.has(titleOf(declaration)) &&
      !ownersWithExample.has(declaration.name),
  );
  return [...new Set(missing.map(titleOf))];
}

function titleOf({ name, subpath }: PublicDeclaration): string {
  return subpath === '.' ? name : `${name} of ${subpath}`;
}

/** Returns the text of all JavaScript files in a folder, except for tests. */
function readCode(folder: URL): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js') && !file.endsWith('.test.js'))
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .join('\n');
}
