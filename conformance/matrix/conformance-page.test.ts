/**
 * The text of `docs/conformance.md` is that of its generator, apart from the results. `npm run conformance` takes long
 * and needs every runtime and browser, so the page could otherwise keep a sentence that the generator no longer has.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { formatConformancePage } from './conformance-page.js';

/** A line that depends on results: of a table, the title of a chapter, or the versions. */
const RESULT = /^(?:\||## |Versions: )/;
const FOOTNOTE = /^\[\^\d+\]: /;

const page = readFileSync(new URL('../../../docs/conformance.md', import.meta.url), 'utf8');
// Without results, the generator writes nothing but its texts.
const generated = formatConformancePage(new Map());

function fixedLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !RESULT.test(line) && !FOOTNOTE.test(line));
}

/** Returns the footnotes without their numbers. */
function footnotes(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => FOOTNOTE.test(line))
    .map((line) => line.replace(FOOTNOTE, ''));
}

test('docs/conformance.md has the texts of its generator', () => {
  const lines = fixedLines(generated);
  assert.ok(lines.length > 20, 'the generator has its texts without results');
  assert.deepEqual(fixedLines(page), lines, 'Change the text in conformance-page.ts, and copy it to the page.');
});

test('every footnote of docs/conformance.md is a reason in differences.ts', () => {
  // A new difference appears on the page when npm run conformance generates it.
  const reasons = new Set(footnotes(generated));
  const documented = footnotes(page);
  assert.notEqual(documented.length, 0);
  assert.deepEqual(
    documented.filter((reason) => !reasons.has(reason)),
    [],
    'Change the text in differences.ts, and copy it to the page.',
  );
});
