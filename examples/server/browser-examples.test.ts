/** The pages of the browser examples as their visitors meet them: served by this server, in a real browser. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Browser, openBrowser, type Page } from '@throughline/testing/browsers';
import { type RunningServer, startServer } from './server.js';

/** How many reads a click leads to, in each mode. */
const STEPS = 10;

interface Counts {
  readonly steps: number;
  readonly mixedUp: number;
}

type ByMode = Record<'global' | 'interception' | 'transform', Counts>;

const counts = `Object.fromEntries([...document.querySelectorAll('#modes label')].map((label) => {
  const count = (selector) => Number(label.querySelector(selector).textContent.replaceAll(',', ''));
  return [label.querySelector('input').value, { steps: count('.steps'), mixedUp: count('.mixed-up') }];
}))`;

/** Which modes have an accessor where an await looks, put there by interception. */
const intercepted = `[...document.querySelectorAll('iframe')]
  .filter(({ contentWindow: { Object, Promise } }) => Object.getOwnPropertyDescriptor(Promise.prototype, 'constructor').get)
  .map(({ contentWindow }) => contentWindow.location.pathname)`;

/** What each row of an order says, with its depth, in the columns of both users. */
const spans = `['user-1', 'user-2'].map((user) =>
  [...document.querySelectorAll('#' + user + ' ol:first-child li span:first-child')].map((name) =>
    name.style.getPropertyValue('--depth') + ' ' + name.textContent))`;

const spansOfAnOrder = [
  '0 checkout',
  '1 load cart',
  '1 price',
  '2 discount',
  '2 tax',
  '1 reserve book',
  '1 reserve pen',
  '1 pay',
  '2 charge card',
  '2 charge card',
];

const failures = `performance.getEntriesByType('resource')
  .filter(({ responseStatus }) => responseStatus >= 400)
  .map(({ name }) => name)`;

/** The value of the expression, as soon as the condition holds. */
function when(page: Page, condition: string, expression: string): Promise<unknown> {
  return page.evaluate(`new Promise((resolve) => {
    const look = () => (${condition} ? resolve(${expression}) : setTimeout(look, 20));
    look();
  })`);
}

function text(page: Page, selector: string): Promise<unknown> {
  return page.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`);
}

describe('the pages of the browser examples', { timeout: 120_000 }, () => {
  let server: RunningServer;
  let browser: Browser;
  let origin: string;

  before(async () => {
    server = await startServer(0);
    origin = `http://127.0.0.1:${server.port}`;
    browser = await openBrowser('chromium');
  });
  after(async () => {
    await browser?.close();
    await server.close();
  });

  it('two users at once: the plain global mixes them up, interception and the transform do not', async () => {
    const page = await browser.page(`${origin}/browser/`);
    const playing = await when(page, `Object.values(${counts}).every(({ steps }) => steps >= 3 * ${STEPS})`, counts);
    const { global, interception, transform } = playing as ByMode;
    assert.ok(global.mixedUp > 0);
    assert.deepEqual([interception.mixedUp, transform.mixedUp], [0, 0]);

    for (const [mode, hasWrong] of [
      ['transform', false],
      ['global', true],
      ['interception', false],
    ] as const) {
      await page.click(`label:has([value=${mode}])`);
      assert.equal(await page.evaluate(`document.querySelectorAll('table:not([hidden])').length`), 1);
      assert.ok(Number(await page.evaluate(`document.querySelectorAll('table:not([hidden]) td.read').length`)) > 0);
      const wrong = await page.evaluate(`document.querySelectorAll('table:not([hidden]) td.wrong').length`);
      assert.equal(Number(wrong) > 0, hasWrong, mode);
    }

    // From now on only these two clicks.
    await page.click('#play');
    const before = (await when(page, `document.querySelector('td.now') === null`, counts)) as ByMode;
    await page.click('#click-1');
    await page.click('#click-2');
    const wanted = before.global.steps + 2 * STEPS;
    const after = (await when(
      page,
      `Object.values(${counts}).every(({ steps }) => steps >= ${wanted})`,
      counts,
    )) as ByMode;
    assert.ok(after.global.mixedUp > before.global.mixedUp);
    for (const mode of ['interception', 'transform'] as const) {
      assert.deepEqual(after[mode], { steps: wanted, mixedUp: 0 });
    }
    assert.deepEqual(await page.evaluate(intercepted), ['/browser/interception/']);
    assert.equal(await text(page, '#status'), '');
    assert.deepEqual(await page.evaluate(failures), []);
    await page.close();
  });

  it('a library for Node: each span hangs where it belongs, for two users at once', async () => {
    const page = await browser.page(`${origin}/tracing/`);
    for (const orders of [2, 4]) {
      await when(page, `document.querySelectorAll('ol.done').length === ${orders}`, 'true');
      assert.deepEqual(await page.evaluate(spans), [spansOfAnOrder, spansOfAnOrder]);
      assert.equal(await text(page, '#spans'), `${orders * spansOfAnOrder.length}`);
      assert.equal(await text(page, '#lost'), '0');
      await page.click('#click-1');
      await page.click('#click-2');
    }
    assert.equal(await text(page, '#status'), '');
    assert.deepEqual(await page.evaluate(failures), []);
    await page.close();
  });

  it('a library for Node: without the plugin it does not start', async () => {
    const page = await browser.page(`${origin}/tracing/without-the-plugin/`);
    assert.match(`${await text(page, '#status')}`, /does not start here: .+AsyncLocalStorage is not a constructor/);
    assert.equal(await text(page, '#spans'), '0');
    await page.close();
  });

  it('leads from the address without the slash to the page, and nowhere out of the folder', async () => {
    const moved = await fetch(`${origin}/browser`);
    assert.equal(moved.url, `${origin}/browser/`);
    assert.match(await moved.text(), /<title>Two users at once/);
    for (const path of [
      '/browser/nothing.js',
      '/browser/assets',
      '/browser/%2e%2e/build.js',
      '/browser/..%2fbuild.js',
    ]) {
      assert.equal((await fetch(origin + path)).status, 404, path);
    }
  });
});
