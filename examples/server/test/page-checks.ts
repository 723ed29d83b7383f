/** What the tests of the pages, and the script that takes their pictures, do with a page in a real browser. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import type { Page } from '@throughline/testing/browsers';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Waits until the page has loaded and an expression is true, on this page or on the one that a form or a link leads to.
 * @param seconds the time in which it must become true
 * @throws {Error} if it does not
 */
export async function waitUntil(page: Page, expression: string, seconds = 20): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    try {
      if ((await page.evaluate(`document.readyState === 'complete' && Boolean(${expression})`)) === true) return;
    } catch (error) {
      // The browser was navigating away from the page, or its elements do not exist yet.
      if (!/context|null|undefined/i.test(`${error}`)) throw error;
    }
    await setTimeout(20);
  }
  const text = await page.evaluate('location.href + document.body.innerText.slice(0, 500)');
  throw new Error(`Waited ${seconds} s for ${expression} on ${text}`);
}

/** Signs in at the shop. */
export async function signIn(page: Page, user: string): Promise<void> {
  await page.evaluate(`void (document.querySelector('#user').value = ${JSON.stringify(user)})`);
  await page.click('.sign-in button');
  await waitUntil(page, `document.querySelector('#cart')`);
}

/** Adds items to an empty cart. */
export async function addItems(page: Page, items: readonly string[]): Promise<void> {
  const count = `[...document.querySelectorAll('#cart li')].reduce((sum, line) => sum + parseInt(line.textContent), 0)`;
  for (const [index, item] of items.entries()) {
    await page.click(`button[value=${item}]`);
    await waitUntil(page, `${count} === ${index + 1}`);
  }
}

/**
 * Runs every rule of axe-core, best practices and the size of targets included.
 * @returns a line for each element with a violation
 */
export async function accessibilityViolations(page: Page): Promise<unknown> {
  await page.evaluate(`${axe}\n; 0`);
  return page.evaluate(`axe
    .run(document, { iframes: false, resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => id + ' ' + target + ' ' + failureSummary)))`);
}

/** Expression: the elements that have moved by themselves since the page was opened. */
export const layoutShifts = `new Promise((resolve) => {
  const describe = ({ node, previousRect: from, currentRect: to }) =>
    (node?.id || node?.className || node?.nodeName) + ' ' + [from.x, from.y, '→', to.x, to.y].join(' ');
  const observer = new PerformanceObserver((list) => finish(list.getEntries()));
  const finish = (entries) => (observer.disconnect(), resolve(entries
    .filter(({ hadRecentInput }) => !hadRecentInput)
    .flatMap(({ sources }) => sources.map(describe))));
  observer.observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => finish(observer.takeRecords()), 200);
})`;
