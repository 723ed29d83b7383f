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

/** Expression: the depth and the text of each span of the latest checkout in the selected mode, for both users. */
const latestSpans = `['.user-1', '.user-2'].map((user) =>
  [...document.querySelectorAll('.columns:not([hidden]) ' + user + ' .name')].map((name) =>
    name.style.getPropertyValue('--depth') + ' ' + name.textContent))`;

/** Expression: whether the checkouts of both users have ended in all modes. */
const areCheckoutsDone = `document.querySelectorAll('ol.done').length === 6`;

/** Expression: for each mode, how many spans have a wrong parent, and of how many. */
const traceCounts = `Object.fromEntries([...document.querySelectorAll('#modes label')].map((label) => {
  const count = (selector) => Number(label.querySelector(selector).textContent.replaceAll(',', ''));
  return [label.querySelector('input').value, [count('.wrong-parents'), count('.spans')]];
}))`;

/** The spans of a checkout whose parents are right: the depth, the name, and what the page says to screen readers. */
const tracedSpans = [
  '0 checkout',
  '1 load cart, child of checkout',
  '1 price, child of checkout',
  '2 discount, child of price',
  '2 tax, child of price',
  '1 reserve book, child of checkout',
  '1 reserve pen, child of checkout',
  '1 pay, child of checkout',
  '2 charge card, child of pay',
  '2 charge card, child of pay',
];

/** The same with zone.js: only what starts before the first native `await` of its caller has a parent. */
const spansWithZone = [
  '0 checkout',
  '1 load cart, child of checkout',
  '0 price, without its parent checkout',
  '0 discount, without its parent price',
  '0 tax, without its parent price',
  '0 reserve book, without its parent checkout',
  '0 reserve pen, without its parent checkout',
  '0 pay, without its parent checkout',
  '1 charge card, child of pay',
  '0 charge card, without its parent pay',
];

/** The same without a manager: no span has a parent. */
const spansWithoutManager = tracedSpans.map((text) => `0 ${text.slice(2).replace('child of', 'without its parent')}`);

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

  it('shows the trace of a click: right parents with Throughline only, for two users at once', async () => {
    const page = await browser.openPage(`${origin}/tracing/`);
    for (const checkouts of [2, 4]) {
      await evaluateWhen(page, areCheckoutsDone, 'true');
      assert.deepEqual(await page.evaluate(traceCounts), {
        none: [checkouts * 9, checkouts * 10],
        zone: [checkouts * 7, checkouts * 10],
        throughline: [0, checkouts * 10],
      });
      for (const [mode, expected] of [
        ['none', spansWithoutManager],
        ['zone', spansWithZone],
        ['throughline', tracedSpans],
      ] as const) {
        await page.click(`label:has([value=${mode}])`);
        assert.deepEqual(await page.evaluate(latestSpans), [expected, expected], mode);
        assert.equal(await page.evaluate('location.hash'), `#${mode}`);
      }
      await page.click('#click-1');
      await page.click('#click-2');
    }
    assert.equal(await textOf(page, '#status'), '');
    assert.deepEqual(await page.evaluate(failedUrls), []);
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
