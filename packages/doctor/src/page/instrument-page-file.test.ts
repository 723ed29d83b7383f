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
