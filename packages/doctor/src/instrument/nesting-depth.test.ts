// biome-ignore-all lint/suspicious/noTemplateCurlyInString: The strings are code.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { isNestedDeeperThan } from './nesting-depth.js';

const SHAPES: Record<string, (count: number) => string> = {
  arrays: (count) => `${'['.repeat(count)}${']'.repeat(count)}`,
  'template literals': (count) => `${'`${'.repeat(count)}1${'}`'.repeat(count)}`,
  'arrow functions': (count) => `${'a=>'.repeat(count)}1`,
  'conditional expressions': (count) => `${'a?b:'.repeat(count)}1`,
  'unary operators': (count) => `${'!'.repeat(count)}1`,
  'typeof and await': (count) => `${'typeof await '.repeat(count / 2)}1`,
  signs: (count) => `${'- -'.repeat(count / 2 + 1)}1`,
  'else if': (count) => `if (a);${'else if (a) b();'.repeat(count)}`,
};

for (const [title, write] of Object.entries(SHAPES)) {
  test(`${title} in each other are counted`, () => {
    assert.equal(isNestedDeeperThan(write(1000), 900), true);
    assert.equal(isNestedDeeperThan(write(400), 900), false);
  });
}

test('what is written one after the other is not', () => {
  const code = `const a = (x) => { return x ? [!x, \`\${x}\`] : /[(]\\/(/.test(x) || '(' + "{"; }; // ((((\n/* [[[[ */`;
  assert.equal(isNestedDeeperThan(code.repeat(1000), 20), false);
  assert.equal(isNestedDeeperThan('f(a ? b : c, !d);'.repeat(5000), 20), false);
});

test('files of packages are not deep', () => {
  const require = createRequire(import.meta.url);
  for (const name of ['express/lib/response.js', 'axe-core/axe.min.js', 'rxjs', 'oxc-parser']) {
    assert.equal(isNestedDeeperThan(readFileSync(require.resolve(name), 'utf8'), 200), false, name);
  }
});
