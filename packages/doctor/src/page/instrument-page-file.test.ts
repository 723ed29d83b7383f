import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InstrumentedPageFile, instrumentPageFile } from './instrument-page-file.js';

const settings = { all: false, emptyReads: false, ownFolders: [] };

function instrumented(code: string, lang: 'jsx' | 'ts' = 'jsx'): InstrumentedPageFile {
  const options = {
    filename: '/project/file.js',
    urlOf: (path: string) => path,
    lang,
    checksFunctions: true,
    settings,
  };
  const file = instrumentPageFile(code, options);
  assert.ok(file, code);
  return file;
}

test('a method is checked in a file without any other function', () => {
  const enters = /__tdEnter\(/;
  assert.match(
    instrumented('export default { save() { queue.add({ done() { users.getStore(); } }); } };').code,
    enters,
  );
  assert.match(
    instrumented('export class A { save(): void { queue.add({ done(): void { users.getStore(); } }); } }', 'ts').code,
    enters,
  );
});

test('what builds add to any file, that of the doctor included, is left as it is: it would wait for itself', () => {
  for (const filename of [
    '/app/node_modules/next/dist/compiled/buffer/index.js',
    '/app/node_modules/next/dist/build/polyfills/process.js',
    '/app/node_modules/.pnpm/core-js@3.0.0/node_modules/core-js/modules/es.array.at.js',
    '/app/node_modules/@swc/helpers/cjs/_interop_require_default.cjs',
    'C:\\app\\node_modules\\buffer\\index.js',
  ]) {
    const options = { filename, urlOf: (path: string) => path, lang: 'jsx', checksFunctions: true, settings } as const;
    assert.equal(instrumentPageFile('exports.f = () => () => 1;', options), undefined, filename);
  }
});

test('in webpack, only declarations make a file an ES module: tools add import.meta to CommonJS', () => {
  const code = 'exports.f = () => () => 1; import.meta.webpackHot?.accept();';
  const options = {
    filename: '/project/file.js',
    urlOf: (path: string) => path,
    lang: 'jsx',
    checksFunctions: true,
  } as const;
  const beginsWith = (isTypeByDeclarations: boolean, text = code) =>
    /^\w+/.exec(instrumentPageFile(text, { ...options, settings, isTypeByDeclarations })?.begins ?? '')?.[0];
  assert.equal(beginsWith(true), 'require');
  assert.equal(beginsWith(false), 'import');
  assert.equal(beginsWith(true, `export {}; ${code}`), 'import');
  assert.match(instrumentPageFile(code, { ...options, settings, isTypeByDeclarations: true })?.code ?? '', /__tdEnter/);
});

test('a file that runs before the doctor does not fail', () => {
  const { begins } = instrumented('export const f = () => () => 1;');
  assert.match(begins, /^import'@throughline\/doctor\/page';/);
  assert.equal(new Function(`${begins.slice(begins.indexOf(';'))}return 'ran';`)(), 'ran');
});

test('the places of a minified file take no more space than its code does', () => {
  const calls = Array.from({ length: 200 }, (_, index) => `q.push(()=>{f${index}(q)});`);
  const minified = `export function all(q){${calls.join('')}}`;
  assert.ok(minified.length > 4_000);
  const { begins } = instrumented(minified);
  assert.ok(begins.length < 200 * 200, `${begins.length} characters`);
  // The line of a place is shown in a file that is not minified.
  assert.match(
    instrumented('export function all(q) {\n  q.push(() => q);\n}').begins,
    /"code":" {2}q\.push\(\(\) => q\);"/,
  );
});
