import assert from 'node:assert/strict';
import { test } from 'node:test';
import postcss from 'postcss';
import { designStyles } from './design-styles.js';

async function processed(css: string, from: string): Promise<string> {
  const { css: result } = await postcss([designStyles]).process(css, { from });
  return result.replace(/\s+/g, ' ').trim();
}

test('the colors of the examples are those of the site, and all other styles are limited to the picture', async () => {
  const css = `
    :root { --ink: black; color-scheme: light dark; }
    @media (prefers-color-scheme: dark) { :root { --ink: white; } }
    html, body { margin: 0; }
    td, th:first-child, main .lead { padding: 0; }
    @media (max-width: 480px) { nav { width: 100%; } }
    @media (max-width: 760px) { body { padding: 0; } }
    @keyframes beat { from { opacity: 0.3; } }`;
  assert.equal(
    await processed(css, '/repository/examples/design/page.css'),
    ':root { --ink: black; } .dark { --ink: white; } .two-users td, .two-users th:first-child, .two-users .lead { padding: 0; } ' +
      '@media (max-width: 480px) { .two-users nav { width: 100%; } } @keyframes beat { from { opacity: 0.3; } }',
  );
});

test('the styles of other files are kept', async () => {
  const css = '@media (prefers-color-scheme: dark) { :root { --ink: white; } } body { margin: 0; }';
  assert.equal(await processed(css, '/repository/site/.vitepress/theme/style.css'), css);
});
