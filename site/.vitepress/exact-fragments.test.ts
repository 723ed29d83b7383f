import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMarkdownRenderer } from 'vitepress';
import { keepFragments } from './exact-fragments.js';
import { githubSlug } from './github-slug.js';

test('a link keeps its fragment, and gets the path of the site', async () => {
  const options = { anchor: { slugify: githubSlug }, config: keepFragments };
  const markdown = await createMarkdownRenderer('/pages', options, '/docs/');
  const hrefs = async (text: string) =>
    [...(await markdown.renderAsync(text, { path: '/pages/a.md', cleanUrls: true })).matchAll(/href="([^"]*)"/g)].map(
      ([, href]) => href,
    );
  assert.deepEqual(
    await hrefs('[a](/reference/doctor/#FlowInspector.close) [b](#Flow.id) [c](/web) [d](/web#limits)'),
    ['/docs/reference/doctor/#FlowInspector.close', '#Flow.id', '/docs/web', '/docs/web#limits'],
  );
});
