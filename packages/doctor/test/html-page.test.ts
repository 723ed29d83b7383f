/** The page with the findings, in Chromium: wide and narrow, light and dark, with the keyboard. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openBrowser } from '@throughline/testing/browsers';
import { COMMAND, TestProject } from './test-project.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const project = await TestProject.create();
await project.write({
  'pool.cjs': `
const waiting = [];
exports.query = (sql, callback) => { waiting.push(callback); };
exports.release = () => { for (const callback of waiting.splice(0)) callback(null, [{ name: 'a name' }]); };
`,
  'app.cjs': `
const { AsyncLocalStorage } = require('node:async_hooks');
const { query, release } = require('./pool.cjs');

const requestId = new AsyncLocalStorage();
const users = new AsyncLocalStorage();
function handle(id) {
  query('select name from users where id = $1 and organization = $2 order by name limit 10', (error, rows) => { console.log(rows.length, requestId.getStore()); });
  query('select 1', () => users.getStore());
}
for (const id of [1, 2, 3]) requestId.run(id, () => users.run({ id }, () => handle(id)));
requestId.run(4, release);
require('./deep.cjs');
`,
  'deep.cjs': 'const __td = 1;',
});
const { stderr } = await project.run([COMMAND, '--html', 'findings.html', 'app.cjs']);
const url = pathToFileURL(join(project.folder, 'findings.html')).href;
const browser = await openBrowser('chromium');
after(() => browser.close());

for (const [width, colorScheme] of [
  [1200, 'light'],
  [375, 'dark'],
] as const) {
  test(`the page is readable at ${width} px in ${colorScheme} colors`, async () => {
    const page = await browser.openPage(url, { viewport: { width, height: 900 }, colorScheme });
    assert.equal(await page.evaluate('document.querySelectorAll("article").length'), 2, stderr);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width, 'only excerpts scroll');
    assert.equal(await page.evaluate('document.querySelectorAll("mark").length > 4'), true);
    const hidden = await page.evaluate(`[...document.querySelectorAll('mark')].filter((mark) => {
      const [{ left, right }, outer] = [mark, mark.closest('pre')].map((element) => element.getBoundingClientRect());
      return left < outer.left || right > outer.right;
    }).length`);
    assert.equal(hidden, 0, 'each spot is visible');
    await page.evaluate(`${axe}\n; 0`);
    const violations = await page.evaluate(`axe.run(document, { rules: { 'target-size': { enabled: true } } })
      .then(({ violations }) => violations.map(({ id, nodes }) => id + nodes.map(({ failureSummary }) => failureSummary)))`);
    assert.deepEqual(violations, []);
    assert.deepEqual(page.consoleMessages(), []);
    await page.close();
  });
}

test('the keyboard reaches the findings and what scrolls', async () => {
  const page = await browser.openPage(url, { viewport: { width: 800, height: 900 }, javaScript: true });
  await page.press('Tab');
  await page.press('Enter');
  assert.equal(await page.evaluate('location.hash'), '#finding-1');
  await page.press('Tab');
  assert.match(String(await page.evaluate('document.activeElement.textContent')), /select/);
  await page.close();
});
