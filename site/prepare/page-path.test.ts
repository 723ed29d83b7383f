import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageFile, pagePath } from './page-path.js';

test('the path of a page follows from its file', () => {
  const paths = {
    'README.md': '/',
    'CHANGELOG.md': '/changelog',
    'docs/request.md': '/request',
    'docs/recipes/next.md': '/recipes/next',
    'packages/core/README.md': '/packages/core',
    'packages/core/CHANGELOG.md': '/packages/core/changelog',
    'site/content/index.md': '/',
    'site/content/playground.md': '/playground',
  };
  assert.deepEqual(Object.fromEntries(Object.keys(paths).map((source) => [source, pagePath(source)])), paths);
});

test('the file of a page follows from its path', () => {
  assert.deepEqual(['/', '/request', '/reference/', '/packages/core'].map(pageFile), [
    'index.md',
    'request.md',
    'reference/index.md',
    'packages/core.md',
  ]);
});
