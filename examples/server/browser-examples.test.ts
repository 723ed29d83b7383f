/** The pages of the browser examples as a visitor sees them: served by this server, in a real browser. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Browser, openBrowser, type Page } from '@throughline/testing/browsers';
import { type RunningServer, startServer } from './server.js';

/** The number of steps that a click starts, in each mode. */
const STEPS_PER_CLICK = 10;

interface Counts {
  readonly steps: number;
  readonly mixedUp: number;
}

type ByMode = Record<'global' | 'interception' | 'transform', Counts>;

/** Expression: the counts of each mode. */
const counts = `Object.fromEntries([...document.querySelectorAll('#modes label')].map((label) => {
  const count = (selector) => Number(label.querySelector(selector).textContent.replaceAll(',', ''));
  return [label.querySelector('input').value, { steps: count('.steps'), mixedUp: count('.mixed-up') }];
}))`;

/**
 * Expression: the paths of the iframes in which Throughline intercepts `await`. Interception replaces `constructor` of
 * `Promise.prototype`, which a native `await` reads, by an accessor.
 */
const interceptedPaths = `[...document.querySelectorAll('iframe')]
  .filter(({ contentWindow: { Object, Promise } }) => Object.getOwnPropertyDescriptor(Promise.prototype, 'constructor').get)
  .map(({ contentWindow }) => contentWindow.location.pathname)`;

/** Expression: the depth and the name of each span of the latest order, for both users. */
const latestSpans = `['user-1', 'user-2'].map((user) =>
  [...document.querySelectorAll('#' + user + ' ol:first-child li span:first-child')].map((name) =>
    name.style.getPropertyValue('--depth') + ' ' + name.textContent))`;

const expectedSpans = [
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

/** Expression: the URLs that the page could not load. */
const failedUrls = `performance.getEntriesByType('resource')
  .filter(({ responseStatus }) => responseStatus >= 400)
  .map(({ name }) => name)`;

/** Waits until the condition is true in the page, and returns the value of the expression at that moment. */
function evaluateWhen(page: Page, condition: string, expression: string): Promise<unknown> {
  return page.evaluate(`new Promise((resolve) => {
    const check = () => (${condition} ? resolve(${expression}) : setTimeout(check, 20));
    check();
  })`);
}

function textOf(page: Page, selector: string): Promise<unknown> {
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

  it('shows that a plain global mixes up two users, and that interception and the transform do not', async () => {
    const page = await browser.openPage(`${origin}/browser/`);
    const countsWhilePlaying = await evaluateWhen(
      page,
      `Object.values(${counts}).every(({ steps }) => steps >= 3 * ${STEPS_PER_CLICK})`,
      counts,
    );
    const { global, interception, transform } = countsWhilePlaying as ByMode;
    assert.ok(global.mixedUp > 0);
    assert.deepEqual([interception.mixedUp, transform.mixedUp], [0, 0]);

    for (const [mode, isMixedUp] of [
      ['transform', false],
      ['global', true],
      ['interception', false],
    ] as const) {
      await page.click(`label:has([value=${mode}])`);
      assert.equal(await page.evaluate(`document.querySelectorAll('table:not([hidden])').length`), 1);
      assert.ok(Number(await page.evaluate(`document.querySelectorAll('table:not([hidden]) td.read').length`)) > 0);
      const wrong = await page.evaluate(`document.querySelectorAll('table:not([hidden]) td.wrong').length`);
      assert.equal(Number(wrong) > 0, isMixedUp, mode);
    }

    // Stop the automatic clicks, and wait until their flows have ended.
    await page.click('#play');
    const before = (await evaluateWhen(page, `document.querySelector('td.now') === null`, counts)) as ByMode;
    await page.click('#click-1');
    await page.click('#click-2');
    const expectedSteps = before.global.steps + 2 * STEPS_PER_CLICK;
    const after = (await evaluateWhen(
      page,
      `Object.values(${counts}).every(({ steps }) => steps >= ${expectedSteps})`,
      counts,
    )) as ByMode;
    assert.ok(after.global.mixedUp > before.global.mixedUp);
    for (const mode of ['interception', 'transform'] as const) {
      assert.deepEqual(after[mode], { steps: expectedSteps, mixedUp: 0 });
    }
    assert.deepEqual(await page.evaluate(interceptedPaths), ['/browser/interception/']);
    assert.equal(await textOf(page, '#status'), '');
    assert.deepEqual(await page.evaluate(failedUrls), []);
    await page.close();
  });

  it('runs a Node library in the page, and every span of two concurrent users has the right parent', async () => {
    const page = await browser.openPage(`${origin}/tracing/`);
    for (const orders of [2, 4]) {
      await evaluateWhen(page, `document.querySelectorAll('ol.done').length === ${orders}`, 'true');
      assert.deepEqual(await page.evaluate(latestSpans), [expectedSpans, expectedSpans]);
      assert.equal(await textOf(page, '#spans'), `${orders * expectedSpans.length}`);
      assert.equal(await textOf(page, '#lost'), '0');
      await page.click('#click-1');
      await page.click('#click-2');
    }
    assert.equal(await textOf(page, '#status'), '');
    assert.deepEqual(await page.evaluate(failedUrls), []);
    await page.close();
  });

  it('does not start the Node library in a page that is built without the plugin', async () => {
    const page = await browser.openPage(`${origin}/tracing/without-the-plugin/`);
    assert.match(`${await textOf(page, '#status')}`, /does not start here: .+AsyncLocalStorage is not a constructor/);
    assert.equal(await textOf(page, '#spans'), '0');
    await page.close();
  });

  it('redirects a path without the trailing slash, and serves no file outside of the built folders', async () => {
    const redirected = await fetch(`${origin}/browser`);
    assert.equal(redirected.url, `${origin}/browser/`);
    assert.match(await redirected.text(), /<title>Two users at once/);
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
