/** The start page: its picture shows both users, and its three lines print what it says. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, it, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { layoutShifts, type Page, waitUntil } from '@throughline/testing/browsers';
import { type OpenSite, openSite } from './built-site.js';

/** Expression: how many steps each mode has counted, and how many of them read the other user. */
const counts = `Object.fromEntries([...document.querySelectorAll('#modes label')].map((label) => {
  const count = (selector) => Number(label.querySelector(selector).textContent.replaceAll(',', ''));
  return [label.querySelector('input').value, [count('.mixed-up'), count('.steps')]];
}))`;

type Counts = Record<'global' | 'interception' | 'transform', readonly [mixedUp: number, steps: number]>;

const STEPS_PER_CLICK = 10;

describe('the start page', { timeout: 120_000 }, () => {
  let site: OpenSite;
  before(async () => {
    site = await openSite();
  });
  after(() => site?.close());

  const stepsReach = (page: Page, steps: number) =>
    waitUntil(page, `Object.values(${counts}).every(([, steps]) => steps >= ${steps})`);

  it('plays both users: a plain global mixes them up, and Throughline does not', async () => {
    const page = await site.browser.openPage(`${site.origin}/`, { viewport: { width: 1280, height: 900 } });
    await stepsReach(page, 3 * STEPS_PER_CLICK);
    const { global, interception, transform } = (await page.evaluate(counts)) as Counts;
    assert.ok(global[0] > 0);
    assert.deepEqual([interception[0], transform[0]], [0, 0]);
    for (const user of ['user-1', 'user-2']) {
      const boxes = `document.querySelectorAll('.two-users table:not([hidden]) .${user} td:is(.read, .wrong)').length`;
      assert.ok(Number(await page.evaluate(boxes)) > 0, user);
    }
    await page.click('label:has([value=transform])');
    assert.equal(await page.evaluate(`document.querySelectorAll('.two-users table:not([hidden]) td.wrong').length`), 0);
    assert.deepEqual(await page.evaluate(layoutShifts), []);

    assert.equal(await page.evaluate(`document.querySelectorAll('iframe').length`), 3);
    await page.click('.opening a.first');
    await waitUntil(page, `document.querySelector('.two-users') === null`);
    assert.equal(await page.evaluate(`document.querySelectorAll('iframe').length`), 0, 'its flows have ended');
    assert.deepEqual(page.consoleMessages(), []);
    await page.close();
  });

  it('shows one click of each user, and no more, to a reader who does not want motion', async () => {
    const page = await site.browser.openPage(`${site.origin}/`, { reducedMotion: true });
    await stepsReach(page, 2 * STEPS_PER_CLICK);
    await setTimeout(1000);
    const { global, transform } = (await page.evaluate(counts)) as Counts;
    assert.deepEqual([global[1], transform], [2 * STEPS_PER_CLICK, [0, 2 * STEPS_PER_CLICK]]);
    assert.equal(await page.evaluate(`document.querySelector('#play').textContent`), 'Play');
    await page.close();
  });
});

test('the three lines of the start page print what it says', () => {
  const page = readFileSync(fileURLToPath(new URL('../../content/index.md', import.meta.url)), 'utf8');
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? [];
  assert.equal(code.trimEnd().split('\n').length, 3);
  const options = { encoding: 'utf8', cwd: fileURLToPath(new URL('../..', import.meta.url)) } as const;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], options);
  assert.deepEqual([stdout, stderr], ['Ada\n', '']);
  assert.match(page, /prints `Ada`/);
});
