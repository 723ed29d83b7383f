import { equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { replaceGeneratedSection } from './generated-section.js';

const replace = (text: string) => replaceGeneratedSection(text, 'docs/page.md', 'bench', 'new figures\n');

describe('replaceGeneratedSection()', () => {
  it('replaces the text between the markers, and nothing else', () => {
    const once = replace('before\n<!-- bench:start -->\nstale figures\n<!-- bench:end -->\nafter\n');
    equal(once, 'before\n<!-- bench:start -->\n\nnew figures\n\n<!-- bench:end -->\nafter\n');
    equal(replace(once), once);
  });

  it('throws if a marker is missing or the markers are in the wrong order', () => {
    throws(() => replace('no markers'), /docs\/page\.md must contain <!-- bench:start --> and, after it/);
    throws(() => replace('<!-- conformance:start --><!-- conformance:end -->'), /docs\/page\.md must contain/);
    throws(() => replace('<!-- bench:end --><!-- bench:start -->'), /docs\/page\.md must contain/);
  });
});
