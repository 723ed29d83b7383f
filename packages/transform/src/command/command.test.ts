/** Runs the command in temporary directories. */
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('main.js', import.meta.url));
const testDirectory = mkdtempSync(join(tmpdir(), 'throughline-'));
after(() => rmSync(testDirectory, { recursive: true, force: true }));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(testDirectory, 'run-'));
});

function writeFiles(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
}

function readText(name: string): string {
  return readFileSync(join(directory, name), 'utf8');
}

function runCommand(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [COMMAND, ...args], { cwd: directory, encoding: 'utf8' });
}

function runSuccessfully(...args: string[]): string {
  const { status, stdout, stderr } = runCommand(...args);
  assert.deepEqual([stderr, status], ['', 0]);
  return stdout;
}

function assertRejected(pattern: RegExp, ...args: string[]): void {
  const { status, stdout, stderr } = runCommand(...args);
  assert.deepEqual([stdout, status], ['', 2]);
  assert.match(stderr, pattern);
  assert.match(stderr, /\nSee throughline-transform --help\.\n$/);
  assert.ok(!existsSync(join(directory, 'out')));
}

const ASYNC_FUNCTION = 'async function f(x) { await x; return 1; }\n';
const ES_MODULE = `export ${ASYNC_FUNCTION}`;

test('the code in a directory is transformed, and everything else is copied to the same paths', () => {
  const plain = 'export const answer = 42;\n';
  writeFiles({
    'src/a.js': ES_MODULE,
    'src/deep/er/b.mjs': ES_MODULE,
    'src/c.cjs': `${ASYNC_FUNCTION}exports.f = f;\n`,
    'src/d.jsx': `${ES_MODULE}export const d = <p>{f}</p>;\n`,
    'src/e.ts': `export const e = async (x: number): Promise<number> => { await x; return x; };\n`,
    'src/f.mts': `export const e = async <T,>(x: T): Promise<T> => { await x; return x; };\n`,
    'src/g.cts': `exports.g = async <T,>(x: T): Promise<T> => { await x; return x; };\n`,
    'src/h.tsx': `export const h = async (x: number) => { await x; return <p>{x}</p>; };\n`,
    'src/plain.js': plain,
    'src/types.d.ts': 'export declare function f(x: unknown): Promise<number>; // async await\n',
    'src/page.html': '<p>await</p>',
    'src/node_modules/throughline/index.js': ES_MODULE,
  });
  chmodSync(join(directory, 'src/a.js'), 0o755);
  chmodSync(join(directory, 'src/page.html'), 0o600);
  assert.match(runSuccessfully('src', '--out', 'out'), /^12 files: 8 transformed, 4 copied, in \d+\.\d\d s\n$/);
  const code = 'a.js deep/er/b.mjs c.cjs d.jsx e.ts f.mts g.cts h.tsx'.split(' ');
  for (const name of code) {
    assert.match(readText(`out/${name}`), /throughline\/await'/, name);
    assert.match(
      readText(`out/${name}`),
      new RegExp(`\n//# sourceMappingURL=${name.split('/').at(-1)}\\.map\n$`),
      name,
    );
    const map: { file: string; sources: string[] } = JSON.parse(readText(`out/${name}.map`));
    assert.equal(map.file, name.split('/').at(-1));
    assert.equal(join(dirname(`out/${name}`), map.sources[0] ?? ''), `src/${name}`);
  }
  assert.match(readText('out/c.cjs'), /^const\{asyncCall:\w+\}=require\('throughline\/await'\);/);
  assert.match(readText('out/h.tsx'), /<p>\{x\}<\/p>/);
  for (const name of ['plain.js', 'types.d.ts', 'page.html', 'node_modules/throughline/index.js']) {
    assert.equal(readText(`out/${name}`), readText(`src/${name}`));
    assert.ok(!existsSync(join(directory, `out/${name}.map`)));
  }
  assert.equal(statSync(join(directory, 'out/a.js')).mode & 0o777, 0o755);
  assert.equal(statSync(join(directory, 'out/page.html')).mode & 0o777, 0o600);
  assert.match(runSuccessfully('src', '--out', 'out'), /^12 files/, 'a second run replaces the outputs of the first');
});

test('single files are written next to each other', () => {
  writeFiles({ 'src/a.js': ES_MODULE, 'lib/b.js': 'export {};\n' });
  assert.match(runSuccessfully('src/a.js', 'lib/b.js', '--out', 'out'), /^2 files: 1 transformed, 1 copied/);
  assert.deepEqual(readdirSync(join(directory, 'out')).sort(), ['a.js', 'a.js.map', 'b.js']);
});

test('transformed code runs, and its stack traces show the original positions', () => {
  writeFiles({
    'src/node_modules/.keep': '',
    'src/main.mjs': `import { AsyncLocalStorage } from 'throughline';
const storage = new AsyncLocalStorage();
await storage.run(7, async () => {
  await 1; console.log(storage.getStore()); await { then(go) { go(); } }; console.log(storage.getStore()); throw new Error('failed');
}).catch((error) => console.log(/main\\.mjs.*/.exec(error.stack)[0]));
`,
  });
  runSuccessfully('src', '--out', 'out');
  symlinkSync(
    fileURLToPath(new URL('../../../core', import.meta.url)),
    join(directory, 'out/node_modules/throughline'),
  );
  const args = ['--conditions=throughline-portable', '--enable-source-maps', 'out/main.mjs'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8' });
  const line = readText('src/main.mjs').split('\n')[3] ?? '';
  assert.equal(stdout, `7\n7\nmain.mjs:4:${line.indexOf('new Error') + 1})\n`);
});

test('the source map of a generated file refers to its original source', () => {
  const original = '\n\nexport async function f(x) {\n  await x;\n}\n';
  writeFiles({
    'lib/f.js': `export async function f(x) {\n  await x;\n}\n//# sourceMappingURL=f.js.map\n`,
    'lib/f.js.map': JSON.stringify({
      version: 3,
      sources: ['../src/f.ts'],
      sourcesContent: [original],
      names: [],
      mappings: 'AAEA;EACE;AACF',
    }),
    'lib/copied.js': 'export {};\n//# sourceMappingURL=copied.js.map\n',
    'lib/copied.js.map': '{}',
  });
  assert.match(runSuccessfully('lib', '--out', 'out/lib'), /^3 files: 1 transformed, 2 copied/);
  assert.equal(readText('out/lib/f.js').split('sourceMappingURL=').length, 2);
  const map = JSON.parse(readText('out/lib/f.js.map'));
  assert.deepEqual(map.sources, ['../../src/f.ts']);
  assert.deepEqual(map.sourcesContent, [original]);
  const lines = readText('out/lib/f.js').split('\n');
  const entry = new SourceMap(map).findEntry(1, (lines[1] ?? '').indexOf('await'));
  assert.ok('originalLine' in entry);
  assert.deepEqual([entry.originalLine, entry.originalColumn], [3, 2]);
  assert.equal(readText('out/lib/copied.js.map'), '{}');
});

test('--no-source-maps, --source-type and --generators are applied', () => {
  writeFiles({ 'a.js': ASYNC_FUNCTION, 'b.js': 'async function* g() { yield 1; }\n' });
  assert.match(runSuccessfully('a.js', '--out', 'maps', '--no-source-maps'), /^1 file: 1 transformed/);
  assert.deepEqual(readdirSync(join(directory, 'maps')), ['a.js']);
  assert.ok(!readText('maps/a.js').includes('sourceMappingURL'));
  const begins = { module: 'import{', commonjs: 'const{', script: 'var{' };
  for (const [type, text] of Object.entries(begins)) {
    runSuccessfully('a.js', '--out', type, '--source-type', type);
    assert.ok(readText(`${type}/a.js`).startsWith(text), readText(`${type}/a.js`));
  }
  for (const generators of ['next', 'creation'])
    runSuccessfully('b.js', '--out', generators, `--generators=${generators}`);
  assert.notEqual(readText('next/b.js'), readText('creation/b.js'));
});

test('the nearest package.json determines the source type', () => {
  writeFiles({
    'src/esm/package.json': '{ "type": "module" }',
    'src/esm/in/a.js': `${ASYNC_FUNCTION}// require('x')\n`,
    'src/cjs/package.json': '{ "type": "commonjs" }',
    'src/cjs/in/a.js': ASYNC_FUNCTION,
    'src/cjs/in/a.mjs': ASYNC_FUNCTION,
    'src/cjs/in/syntax.ts': ES_MODULE,
  });
  runSuccessfully('src', '--out', 'out');
  assert.match(readText('out/esm/in/a.js'), /^import\{/);
  assert.match(readText('out/cjs/in/a.js'), /^const\{/);
  assert.match(readText('out/cjs/in/a.mjs'), /^import\{/);
  assert.match(readText('out/cjs/in/syntax.ts'), /^import\{/);
});

test('a file that does not parse is reported with its position and code, and all others are written', () => {
  writeFiles({
    'src/a.js': ES_MODULE,
    'src/broken.js': 'async function f() {\n  await 1;\n  const = 2;\n}\n',
    'src/z.txt': 'z',
  });
  const { status, stdout, stderr } = runCommand('src', '--out', 'out');
  assert.equal(status, 1);
  assert.match(stdout, /^3 files: 1 transformed, 1 copied, 1 failed, in /);
  assert.equal(
    stderr,
    `${join('src', 'broken.js')}:3:9: Unexpected token\n\n  1 | async function f() {\n  2 |   await 1;\n> 3 |   const = 2;\n    |         ^\n  4 | }\n  5 | \n\n`,
  );
  assert.deepEqual(readdirSync(join(directory, 'out')).sort(), ['a.js', 'a.js.map', 'z.txt']);
});

test('an output that cannot be written and a package.json that is not valid are reported', () => {
  writeFiles({
    'src/a.js': ES_MODULE,
    'src/b.js': ES_MODULE,
    'src/c/d.js': ES_MODULE,
    'src/c/package.json': '{',
    'out/a.js/x': '',
  });
  const { status, stdout, stderr } = runCommand('src', '--out', 'out');
  assert.equal(status, 1);
  assert.match(stderr, /^src.a\.js: .*out.a\.js/m);
  assert.match(stderr, /^src.c.d\.js: .*package\.json is not valid JSON/m);
  assert.match(stdout, /^4 files: 1 transformed, 1 copied, 2 failed/);
});

test('symbolic links to the input lead to the copy, and other links keep their target', () => {
  writeFiles({ 'src/a.js': ES_MODULE, 'src/in/b.js': ES_MODULE, 'elsewhere/c.js': ES_MODULE });
  symlinkSync('../a.js', join(directory, 'src/in/relative.js'));
  symlinkSync(join(directory, 'src/in'), join(directory, 'src/absolute'));
  symlinkSync('../elsewhere', join(directory, 'src/outside'));
  assert.match(runSuccessfully('src', '--out', 'far/out'), /^5 files: 2 transformed, 3 copied/);
  assert.equal(readText('far/out/in/relative.js'), readText('far/out/a.js'));
  assert.equal(readlinkSync(join(directory, 'far/out/absolute')), 'in');
  assert.equal(readText('far/out/outside/c.js'), ES_MODULE);
});

test('an input is never overwritten', () => {
  writeFiles({ 'src/a.js': ES_MODULE, 'src/in/b.js': ES_MODULE, 'c.js': ES_MODULE });
  symlinkSync('src', join(directory, 'same'));
  assertRejected(/--out src is the input 'src'/, 'src', '--out', 'src');
  assertRejected(/--out same is the input 'src'/, 'src', '--out', 'same');
  assertRejected(/--out src\/out is inside the input 'src'/, 'src', '--out', 'src/out');
  assertRejected(/--out same\/new\/out is inside the input 'src'/, 'src', '--out', 'same/new/out');
  assertRejected(/--out \. contains the input 'src'/, 'src', '--out', '.');
  assertRejected(/the copy of 'c\.js' would overwrite it/, 'c.js', '--out', '.');
  assertRejected(/'src\/a\.js' and 'c\/a\.js' would both be written to 'out\/a\.js'/, ...collidingInputs());
  mkdirSync(join(directory, 'out'));
  symlinkSync('../src/a.js', join(directory, 'out/a.js'));
  symlinkSync('../src/in', join(directory, 'out/in'));
  const { status, stderr } = runCommand('src', '--out', 'out');
  assert.equal(status, 1);
  assert.match(stderr, /^src\/in\/b\.js: not written, because 'out\/in' is a symbolic link into the input/);
  assert.notEqual(readText('out/a.js'), ES_MODULE);
  for (const name of ['src/a.js', 'src/in/b.js', 'c.js']) assert.equal(readText(name), ES_MODULE);

  function collidingInputs(): string[] {
    writeFiles({ 'c/a.js': ES_MODULE });
    return ['src/a.js', 'c', '--out', 'out'];
  }
});

test('invalid arguments are rejected', () => {
  writeFiles({ 'a.js': ES_MODULE });
  assertRejected(/No input\. Name at least one FILE or DIR to transform/, '--out', 'out');
  assertRejected(/--out DIR is missing/, 'a.js');
  assertRejected(/No such file or directory: 'b\.js'/, 'a.js', 'b.js', '--out', 'out');
  assertRejected(
    /^throughline-transform: The command has no option --outt\. Did you mean --out\?/,
    'a.js',
    '--outt',
    'out',
  );
  assertRejected(
    /--source-type must be one of module, commonjs, script, but is 'esm'/,
    'a.js',
    '--out',
    'out',
    '--source-type',
    'esm',
  );
  assertRejected(
    /--generators must be one of next, creation, but is 'both'/,
    'a.js',
    '--out',
    'out',
    '--generators',
    'both',
  );
});

test('--help and --version print the help text and the version', () => {
  const help = runSuccessfully('--help');
  assert.match(help, /^Usage: throughline-transform FILE\|DIR\.\.\. --out DIR\n/);
  assert.ok(help.split('\n').every((line) => line.length <= 80));
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  assert.equal(runSuccessfully('-v'), `${manifest.version}\n`);
});

const HAS_SCRIPT = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true;

test('progress is shown on a terminal and cleared at the end', {
  skip: !HAS_SCRIPT && 'script from util-linux is not installed',
}, () => {
  writeFiles({ 'src/a.js': ES_MODULE, 'src/b.js': ES_MODULE });
  const command = `stty cols 20; "${process.execPath}" "${COMMAND}" src --out out`;
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    cwd: directory,
    encoding: 'utf8',
    input: '',
  });
  const clear = '\r\x1b[K';
  assert.ok(
    stdout.includes(`${clear}1/2 src/a.js${clear}2/2 src/b.js${clear}2 files: 2 transformed`),
    JSON.stringify(stdout),
  );
});
