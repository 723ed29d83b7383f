/** Opens spans in the page of counted-spans-page.ts. */
import { setTimeout } from 'node:timers/promises';
import type { Browser } from '@throughline/testing/browsers';
import type { CountedSpans } from './counted-spans-page.js';

/**
 * Opens a page, has it open spans, and waits until they have ended. The page is asked for its state again and again,
 * because a browser's driver lets one request take a minute.
 * @param url the address of the page
 * @throws {Error} if the page opens no span for a minute
 */
export async function countSpansInPage(browser: Browser, url: string, count: number): Promise<CountedSpans> {
  const page = await browser.openPage(url);
  try {
    await page.evaluate(`void countSpans(${count})`);
    let [latest, since] = [0, Date.now()];
    for (;;) {
      const counted = (await page.evaluate('counted')) as CountedSpans;
      if (counted.isDone) return counted;
      if (counted.spans > latest) [latest, since] = [counted.spans, Date.now()];
      if (Date.now() - since > 60_000) throw new Error(`${url} opened no span for a minute, after ${latest} spans.`);
      await setTimeout(Math.min(count / 100, 500));
    }
  } finally {
    await page.close();
  }
}
