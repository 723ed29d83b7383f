import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import type { PageFile } from './page-file.js';
import { absoluteUrl, addPageFile } from './page-files.js';

const file = {
  url: '/src/main.ts',
  origin: 'main.ts',
  firstSite: 0,
  sites: [],
  functions: [],
  settings: { all: false, emptyReads: false, ownFolders: [] },
};

test('a file is added where the class Error is frozen', (context) => {
  const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') as PropertyDescriptor;
  Object.defineProperty(Error, 'stackTraceLimit', { ...limit, writable: false });
  context.after(() => {
    Object.defineProperty(Error, 'stackTraceLimit', limit);
  });
  assert.doesNotThrow(() => addPageFile(file));
});

test('the URLs of sources are those of the server of their scripts, which need not be that of the page', (context) => {
  Object.assign(globalThis, {
    location: { href: 'http://localhost:8000/account', origin: 'http://localhost:8000' },
    __tdFile(file: PageFile) {
      addPageFile(file);
    },
  });
  context.after(() => {
    Reflect.deleteProperty(globalThis, 'location');
    Reflect.deleteProperty(globalThis, '__tdFile');
  });
  assert.equal(absoluteUrl('/src/main.ts'), 'http://localhost:8000/src/main.ts');
  vm.runInThisContext(`__tdFile(${JSON.stringify(file)})`, { filename: 'http://localhost:5173/src/main.ts' });
  assert.equal(absoluteUrl('/src/main.ts'), 'http://localhost:5173/src/main.ts');
  assert.equal(absoluteUrl('webpack://app/./main.ts'), 'webpack://app/main.ts');
});
