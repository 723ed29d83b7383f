/** The recipes of frameworks show files of starters, which `npm run projects` builds and opens. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

for (const name of ['next', 'nuxt', 'sveltekit']) {
  test(`docs/recipes/${name}.md shows the files of its starter`, () => {
    const page = readFileSync(join(root, `docs/recipes/${name}.md`), 'utf8');
    const blocks = [...page.matchAll(/```(?:tsx?|svelte|vue)\n(?:\/\/|<!--) (\S+)(?: -->)?\n([\s\S]*?)```\n/g)];
    assert.ok(blocks.length >= 5, `${blocks.length} blocks`);
    for (const [, path = '', code] of blocks) {
      const file = join(root, 'examples/starters', name, path);
      assert.ok(existsSync(file), `${file} is missing`);
      // A page explains in its text what the file says in its first comment.
      assert.equal(
        code,
        readFileSync(file, 'utf8').replace(/^\/\*\*.*\*\/\n/, ''),
        `${path} of the page and of the starter`,
      );
    }
  });
}
