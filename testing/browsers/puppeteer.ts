/** Chromium and Firefox as a `Browser`: puppeteer-core starts them, ends them and talks to them. */
import { type LaunchOptions, launch, type Browser as PuppeteerBrowser } from 'puppeteer-core';
import { endWithThisProcess } from '../processes/child.js';
import type { Browser, BrowserName, Page } from './browser.js';

/** How long a start, a page's load or an evaluation may take. */
const LIMIT_MS = 60_000;

/** Puppeteer's own watch forgets the second of two browsers where this process ends by accident. */
const unwatched = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };

export async function launchWithPuppeteer(name: BrowserName, options: LaunchOptions): Promise<Browser> {
  const limits = { timeout: LIMIT_MS, protocolTimeout: LIMIT_MS };
  const browser = await launch({ headless: true, ...limits, ...unwatched, ...options });
  const child = browser.process();
  const release = child === null ? () => {} : endWithThisProcess(child);
  const [, version = 'unknown'] = (await browser.version()).split('/');
  return {
    name,
    version,
    page: (url) => openPage(browser, url),
    async close() {
      await browser.close();
      release();
    },
  };
}

async function openPage(browser: PuppeteerBrowser, url: string): Promise<Page> {
  const context = await browser.createBrowserContext();
  // A tab of the same window would be in the background, where pages get no animation frames.
  const page = await context.newPage({ type: 'window' });
  await page.goto(url, { timeout: LIMIT_MS });
  return {
    evaluate: (expression) => page.evaluate(expression),
    click: (selector) => page.click(selector),
    screenshot: () => page.screenshot(),
    close: () => context.close(),
  };
}
