/** Every link of every built page leads to a page, a heading or a file of the site. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { programIn } from '@throughline/playground/program-link';
import { linksOf } from './built-links.js';
import { builtPages, builtSite } from './built-site.js';

const HOST = 'http://site.test';

const pages = new Map(
  builtPages().map((file) => [
    file === 'index.html' ? '/' : `/${file.replace(/(?:(?<=\/)index)?\.html$/, '')}`,
    linksOf(readFileSync(join(builtSite, file), 'utf8')),
  ]),
);

/** @returns why a link leads nowhere, or `undefined` if it leads somewhere or out of the site */
function problemOf(page: string, link: string): string | undefined {
  // An image that the HTML of the page contains.
  if (link.startsWith('data:image/')) return undefined;
  const { origin, pathname, hash, protocol } = new URL(link, HOST + page);
  if (origin !== HOST) return /^(?:https?|mailto):$/.test(protocol) ? undefined : 'has another protocol than HTTP';
  const path = decodeURIComponent(pathname);
  const linked = pages.get(path);
  if (linked === undefined) return existsSync(join(builtSite, path)) && !path.endsWith('/') ? undefined : 'has no page';
  // The page of the playground reads the program.
  if (path === '/playground' && programIn(hash) !== undefined) return undefined;
  if (hash === '' || linked.ids.has(decodeURIComponent(hash.slice(1)))) return undefined;
  return 'has no such heading';
}

test('every link of every page leads to a page and a heading', () => {
  const problems: string[] = [];
  let count = 0;
  for (const [page, { links }] of pages) {
    for (const link of links) {
      count++;
      const problem = problemOf(page, link);
      if (problem !== undefined) problems.push(`${page}: ${link} ${problem}`);
    }
  }
  assert.deepEqual(problems, []);
  // As many as the sidebar has on each page, at least.
  assert.ok(count > pages.size * 30, `only ${count} links in ${pages.size} pages`);
});

test('a missing page, heading and file are found, and those that exist are not', () => {
  assert.equal(problemOf('/request', '/nothing'), 'has no page');
  assert.equal(problemOf('/request', 'semantics#nothing'), 'has no such heading');
  assert.equal(problemOf('/request', '/assets/nothing.js'), 'has no page');
  assert.equal(problemOf('/request', 'javascript:alert(1)'), 'has another protocol than HTTP');
  for (const link of ['/', '#limits', '/icon.svg', 'https://example.org/nothing']) {
    assert.equal(problemOf('/request', link), undefined, link);
  }
});
