/** What the pages of `docs` must have: one page that lists all limits, and diagrams with a text alternative. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findGuides, findPages } from '../snippets/snippets.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const linksOf = (text: string) => [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);

test('docs/limits.md links to what the limits of the README link to', () => {
  const [, limits = ''] = /^## Limits\n([\s\S]*?)^## /m.exec(read('README.md')) ?? [];
  const targets = linksOf(limits).map((target) => target.replace(/^docs\//, ''));
  const links = linksOf(read('docs/limits.md'));
  assert.ok(targets.length > 5);
  assert.deepEqual(
    targets.filter((target) => !links.includes(target)),
    [],
  );
});

test('docs/limits.md links to every section about limits', () => {
  const links = new Set(linksOf(read('docs/limits.md')));
  const missing = findPages(root)
    .filter((page) => page !== 'README.md' && page !== 'docs/limits.md')
    .flatMap((page) =>
      [...read(page).matchAll(/^#{2,} ((?:Limits|Limitations)\b.*)$/gm)].map(
        ([, heading = '']) => `${posix.relative('docs', page)}#${heading.toLowerCase().replaceAll(' ', '-')}`,
      ),
    )
    .filter((target) => !links.has(target));
  assert.deepEqual(missing, []);
});

test('every diagram has a title, a description and colors for a dark page, and a page shows it with its text', () => {
  const pages = findGuides(root).map(read).join('\n');
  for (const name of readdirSync(join(root, 'docs/diagrams'))) {
    const diagram = read(`docs/diagrams/${name}`);
    assert.match(diagram, /<title id="title">.{10,}<\/title>\s*<desc id="desc">.{40,}<\/desc>/, name);
    assert.match(diagram, /role="img" aria-labelledby="title desc"/, name);
    assert.match(diagram, /@media \(prefers-color-scheme: dark\)/, name);
    const [, alternative = ''] = new RegExp(`!\\[([^\\]]+)\\]\\((?:\\.\\./)?diagrams/${name}\\)`).exec(pages) ?? [];
    assert.ok(alternative.length > 40, `${name} needs a text alternative in a page of docs that says what it shows`);
  }
});

test('every page of docs begins with its title', () => {
  for (const page of findGuides(root)) assert.match(read(page), /^# \S.*\n/, page);
});
