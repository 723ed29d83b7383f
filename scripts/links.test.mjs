/** Every link in the Markdown files leads to a file of the repository and, with a fragment, to a heading in it. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const IGNORED = new Set(['node_modules', 'dist', 'lib', 'tarballs', '.git', '.runtimes', '.changeset']);
/** The pages of the site, which are written from the other files, and whose links a test of the site checks. */
const SITE_PAGES = join(root, 'site/pages');

/** @returns {string[]} the paths of the Markdown files in a folder */
function markdownFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (IGNORED.has(entry.name) || join(folder, entry.name) === SITE_PAGES) return [];
    if (entry.isDirectory()) return markdownFiles(join(folder, entry.name));
    return entry.name.endsWith('.md') ? [join(folder, entry.name)] : [];
  });
}

/** The text without code, in which brackets are not links and `#` begins no heading. */
const withoutCode = (text) => text.replace(/^( *)```[\s\S]*?^\1```/gm, '');

/** @returns {Set<string>} the fragments of the headings, as GitHub makes them */
function fragmentsOf(text) {
  const counts = new Map();
  const headings = [...withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)];
  return new Set(
    headings.map(([, heading]) => {
      const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
      const slug = plain.replace(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-');
      const count = counts.get(slug) ?? 0;
      counts.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    }),
  );
}

/** @returns {string[]} the links that lead nowhere */
function brokenLinks(file, text) {
  const targets = [
    ...withoutCode(text)
      .replace(/`[^`\n]*`/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map(([, target]) => target);
  return targets.filter((target) => {
    if (/^(https?|mailto):/.test(target)) return false;
    const [path, fragment] = target.split('#');
    const linked = path === '' ? file : join(dirname(file), decodeURIComponent(path));
    if (linked !== file && !existsSync(linked)) return true;
    if (fragment === undefined || !linked.endsWith('.md')) return false;
    return !fragmentsOf(linked === file ? text : readFileSync(linked, 'utf8')).has(fragment);
  });
}

for (const file of markdownFiles(root)) {
  test(`every link of ${relative(root, file)} leads somewhere`, () => {
    assert.deepEqual(brokenLinks(file, readFileSync(file, 'utf8')), []);
  });
}

test('a link to a missing file, to a missing heading, or to a heading in code is found', () => {
  const text = [
    '# Rule 1: Promises, and `await`',
    '## Again',
    '## Again',
    '```',
    '# code',
    '```',
    '[a](#rule-1-promises-and-await) [b](#again-1) ![c](missing.png) [d](#code) [e](README.md#no-such-heading)',
    '[f](README.md) [g](docs/semantics.md#rule-1-promises) [h](https://example.org/x) `[i](missing.md)`',
  ].join('\n');
  assert.deepEqual(brokenLinks(join(root, 'page.md'), text), ['missing.png', '#code', 'README.md#no-such-heading']);
});
