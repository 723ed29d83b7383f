/** What the tests of pages do with a page in a real browser. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import type { Page } from './browser.js';

/** Read when it is first needed: it has half a megabyte, and most users of this folder need none of it. */
let axe: string | undefined;

function readAxe(): string {
  return readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
}

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

/**
 * Runs every rule of axe-core, best practices and the size of targets included.
 * @returns a line for each element with a violation
 */
export async function accessibilityViolations(page: Page): Promise<unknown> {
  axe ??= readAxe();
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
