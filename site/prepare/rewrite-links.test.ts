import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rewriteLinks } from './rewrite-links.js';

const rewrite = (target: string) => (target === 'missing.ts' ? undefined : `/site/${target}`);

test('links and images are rewritten, also with code, brackets or an image in their text', () => {
  const markdown = '[a](b.md#c) ![d](e.png) [`f`](g.md) [h [i] j](k.md) [![l](m.png)](n.md)';
  assert.equal(
    rewriteLinks(markdown, rewrite),
    '[a](/site/b.md#c) ![d](/site/e.png) [`f`](/site/g.md) [h [i] j](/site/k.md) [![l](/site/m.png)](/site/n.md)',
  );
});

test('a link without a target on the site becomes its text', () => {
  assert.equal(rewriteLinks('see [`scan`](missing.ts).', rewrite), 'see `scan`.');
});

test('code keeps its brackets', () => {
  const markdown = ['`[a](b)` and', '```js', 'list[0](x);', '```', '  ~~~', '  [c](d)', '  ~~~', '[e](f)'].join('\n');
  assert.equal(rewriteLinks(markdown, rewrite), markdown.replace('(f)', '(/site/f)'));
});
