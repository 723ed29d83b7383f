import { deepEqual, equal, rejects } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { examplesOf, expectedLines, expectedResponse, runExample } from './example-program.js';
import { readPublicDeclarations } from './public-declarations.js';
import { titlesWithoutExample } from './test-docblocks.js';

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

describe('runExample()', () => {
  const run = (code: string) => runExample(code, { folder });

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
    equal(expectedResponse('listen(8080);\n// curl localhost:8080 prints: Hello'), 'Hello');
    equal(expectedResponse('listen(8080);'), undefined);
  });
});
