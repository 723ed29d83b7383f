import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rewriteTarget } from './page-links.js';

const images: string[] = [];
const context = {
  sources: new Set(['docs/semantics.md', 'docs/recipes/next.md', 'packages/core/README.md', 'CHANGELOG.md']),
  repositoryUrl: (path: string) => (path.startsWith('packages') ? `https://example.org/${path}` : undefined),
  onImage: (path: string) => images.push(path),
};

test('a link leads to the page of the file, with its heading', () => {
  assert.equal(rewriteTarget('docs/recipes/next.md', '../semantics.md#limits', context), '/semantics#limits');
  assert.equal(rewriteTarget('docs/semantics.md', '../packages/core', context), '/packages/core');
  assert.equal(rewriteTarget('docs/semantics.md', '../CHANGELOG.md', context), '/changelog');
  assert.equal(rewriteTarget('docs/semantics.md', '../README.md', context), '/');
  assert.equal(rewriteTarget('docs/semantics.md', '#limits', context), '#limits');
  assert.equal(rewriteTarget('docs/semantics.md', 'https://tc39.es', context), 'https://tc39.es');
});

test('a link to a file that is no page leads to the repository, if its address is known', () => {
  const file = '../packages/core/src/frame.ts';
  assert.equal(rewriteTarget('docs/semantics.md', file, context), 'https://example.org/packages/core/src/frame.ts');
  assert.equal(rewriteTarget('docs/semantics.md', '../bench', context), undefined);
});

test('an image is found relative to its page, and reported', () => {
  assert.equal(rewriteTarget('docs/semantics.md', 'bench/run.svg', context), './docs/bench/run.svg');
  assert.equal(rewriteTarget('docs/recipes/next.md', '../bench/run.svg', context), '../docs/bench/run.svg');
  assert.equal(rewriteTarget('examples/server/README.md', '../../docs/a.png', context), '../docs/a.png');
  assert.deepEqual(images, ['docs/bench/run.svg', 'docs/bench/run.svg', 'docs/a.png']);
});

test('a link to a heading of the README of the repository is an error', () => {
  assert.throws(() => rewriteTarget('docs/semantics.md', '../README.md#runtimes', context), /no page of the site/);
});
