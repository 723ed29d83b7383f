import assert from 'node:assert/strict';
import { test } from 'node:test';
import { navigationProblems } from './check-navigation.js';

const groups = [
  {
    text: 'Guides',
    pages: [
      { text: 'Install', source: 'docs/install.md', pages: [{ text: 'Bun', source: 'docs/bun.md' }] },
      { text: 'Reference', path: '/reference/' },
    ],
  },
];

test('a complete navigation has no problem', () => {
  const header = [{ text: 'Reference', path: '/reference/' }];
  assert.deepEqual(
    navigationProblems(groups, header, ['docs/install.md', 'docs/bun.md'], () => true),
    [],
  );
});

test('names each page that is not listed, missing, listed twice, or only in the header', () => {
  const twice = [...groups, { text: 'More', pages: [{ text: 'Bun', source: 'docs/bun.md' }] }];
  const header = [{ text: 'Why', source: 'docs/why.md' }];
  assert.deepEqual(
    navigationProblems(twice, header, ['docs/install.md', 'docs/why.md'], (source) => source !== 'docs/install.md'),
    [
      'docs/why.md is in no list. Add it to site/navigation.ts.',
      'docs/install.md does not exist, but site/navigation.ts lists it. Write the page, or remove it there.',
      'docs/bun.md is listed twice in site/navigation.ts. Remove one.',
      'docs/why.md is in the header, but not in the sidebar. Add it to a group in site/navigation.ts.',
    ],
  );
});
