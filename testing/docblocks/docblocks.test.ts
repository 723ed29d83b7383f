import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { examplesOf, expectedLines, expectedResponses, runExample } from './example-program.js';
import { readPublicDeclarations } from './public-declarations.js';
import { titlesWithoutExample } from './test-docblocks.js';
import { readmeExamples, relativeLinks, subpathsWithoutRow } from './test-readme.js';

const folder = mkdtempSync(join(tmpdir(), 'docblocks-'));
after(() => rmSync(folder, { recursive: true }));

const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
const documented = (indent: string) =>
  `${indent}/**\n${indent} * Does it.\n${indent} * @example\n${indent} * f();\n${indent} */`;

mkdirSync(join(folder, 'dist'));
write(
  'package.json',
  JSON.stringify({
    exports: {
      '.': { types: './dist/index.d.ts' },
      './tools': { types: './dist/tools.d.ts' },
      './inner': { types: './dist/inner.d.ts' },
      './package.json': './package.json',
    },
  }),
);
write('dist/index.d.ts', `/** The file. */\nexport { open, type Door as Gate } from './door.js';\n`);
write(
  'dist/door.d.ts',
  [
    documented(''),
    'export declare function open(door: Door): Hidden;',
    '/** A door. */',
    'export interface Door<T = unknown> {',
    '    /** Its color. */',
    '    readonly color: string;',
    documented('    '),
    '    close<K extends T>(options: {',
    '        lock: boolean;',
    '    }): void;',
    '    /** Knocks. */',
    '    knock(): void;',
    '}',
    '/** Not exported by an entry. */',
    'export declare function hidden(): void;',
  ].join('\n'),
);
write(
  'dist/tools.d.ts',
  [
    "import { open } from './door.js';",
    'export { open };',
    'export declare class Hammer {',
    '    constructor();',
    documented('    '),
    '    static hit(): void;',
    '}',
    'export declare const nail: Maker;',
    'interface Maker {',
    '    /** Makes. */',
    '    make(): void;',
    '}',
    'export default function saw(): void;',
  ].join('\n'),
);
write('dist/inner.d.ts', 'export declare function inner(): void;');

describe('readPublicDeclarations()', () => {
  const declarations = readPublicDeclarations(pathToFileURL(`${folder}/`), (subpath) => subpath !== './inner');

  it('returns what the entries export, under the first subpath, with the methods', () => {
    deepEqual(
      declarations.map(({ name, kind, subpath }) => `${subpath} ${kind} ${name}`),
      [
        '. module module',
        '. function open',
        '. type Door',
        '. method Door.close',
        '. method Door.knock',
        './tools module module',
        './tools class Hammer',
        './tools method Hammer.hit',
        './tools value nail',
        './tools type Maker',
        './tools method Maker.make',
        './tools function saw',
      ],
    );
    equal(declarations[0]?.docblock, ' The file. ');
  });

  it('finds the functions, methods and values without an example; the example of a method counts for its class', () => {
    deepEqual(titlesWithoutExample(declarations), [
      'Door.knock',
      'nail of ./tools',
      'Maker.make of ./tools',
      'saw of ./tools',
    ]);
  });
});

describe('examplesOf()', () => {
  it('returns each example, up to the next tag', () => {
    deepEqual(examplesOf('Does it.\n@example\nf();\n@example\ng();\n@see x\n'), ['f();', 'g();']);
  });
});

describe('readmeExamples()', () => {
  const readme = [
    '```js',
    '// a.mjs',
    'a();',
    '```',
    'Run it with `node --one',
    '--two a.mjs`. `node b.mjs` is another command.',
    '```js',
    '// b.mjs',
    '```',
    '```sh',
    'node --three c.mjs',
    '```',
    '```js',
    '// c.mjs',
    '```',
  ].join('\n');

  it('returns each program with its file name and the options of its command', () => {
    deepEqual(readmeExamples(readme), [
      { file: 'a.mjs', code: '// a.mjs\na();\n', nodeOptions: ['--one', '--two'] },
      { file: 'b.mjs', code: '// b.mjs\n', nodeOptions: [] },
      { file: 'c.mjs', code: '// c.mjs\n', nodeOptions: ['--three'] },
    ]);
  });

  it('rejects a program without a file name', () => {
    throws(() => readmeExamples(readme.replace('// b.mjs', 'b();')), /must name its file[\s\S]*b\(\);/);
  });
});

describe('the checks of a README', () => {
  it('finds the links that lead to another file', () => {
    deepEqual(relativeLinks('[a](https://example.org) [b](#limits) ![c](docs/c.png) [d](../d.md)'), [
      'docs/c.png',
      '../d.md',
    ]);
  });

  it('finds the subpaths that no row of a table begins with', () => {
    const rows = '| Import | Contents |\n| `p` | it |\n| `p/a`, `p/b` | see `p/c` |\n';
    deepEqual(subpathsWithoutRow(rows, 'p', ['.', './a', './b', './c', './package.json']), ['./c']);
  });
});

describe('runExample()', () => {
  const run = (code: string, file?: string) => runExample(code, { folder, ...(file !== undefined && { file }) });

  it('saves a program as the given file while it runs', async () => {
    await run(
      "import { basename } from 'node:path';\nconsole.log(basename(process.argv[1])); // saved.mjs",
      'saved.mjs',
    );
    equal(existsSync(join(folder, 'saved.mjs')), false);
  });

  it('accepts an example that prints what its comments show', async () => {
    await run('console.log(1); // 1\nconst log = console.log;\nlog({ a: [2] }); // { a: [...] }');
  });

  it('rejects an example that prints something else, more or less, or that fails', async () => {
    await rejects(run('console.log(1); // 2'), /prints something else/);
    await rejects(run('console.log(1);\nconsole.log(2); // 2'), /prints something else/);
    await rejects(run('if (false) console.log(1); // 1'), /prints something else/);
    await rejects(run('console.log(1); // 1\nthrow new Error("no");'), /The example fails/);
  });

  it('sends a request to the server of an example, and compares the response', async () => {
    const server = (body: string) =>
      `import { createServer } from 'node:http';\n` +
      `createServer((request, response) => response.end('${body}')).listen(8080);\n` +
      '// curl localhost:8080 prints: Hello ...';
    await run(server('Hello Ada'));
    await rejects(run(server('Bye')), /responds something else/);
    await rejects(run('// curl localhost:8080 prints: Hello'), /The example has ended/);
  });

  it('reads the expected text from comments', () => {
    deepEqual(expectedLines('log.info(1); // one\nf(2); // two\nconsole.log(3); // three\nconsole.error(4); // four'), [
      'one',
      'three',
    ]);
    deepEqual(
      expectedResponses("// curl localhost:8080 prints: Hello\n// curl 'localhost:8080/a?b=c&d' prints: a ... b"),
      [
        { path: '', body: 'Hello' },
        { path: '/a?b=c&d', body: 'a ... b' },
      ],
    );
    deepEqual(expectedResponses('listen(8080);'), []);
  });
});
