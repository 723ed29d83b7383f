/** Chromium and Firefox as a `Browser`, driven by puppeteer-core. */
import { type LaunchOptions, launch, type Browser as PuppeteerBrowser } from 'puppeteer-core';
import { killWithThisProcess } from '../processes/index.js';
import type { Browser, BrowserName, Page } from './browser.js';

/** The time limit of a start, of a page load and of an evaluation. */
const TIMEOUT_MS = 60_000;

/**
 * Puppeteer's own signal handlers leave the second of two browsers running if this process is terminated by a signal.
 */
const withoutSignalHandlers = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };

export async function launchWithPuppeteer(name: BrowserName, options: LaunchOptions): Promise<Browser> {
  const timeouts = { timeout: TIMEOUT_MS, protocolTimeout: TIMEOUT_MS };
  const browser = await launch({ headless: true, ...timeouts, ...withoutSignalHandlers, ...options });
  const child = browser.process();
  const stopWatching = child === null ? () => {} : killWithThisProcess(child);
  // "Chrome/147.0.7727.0" or "firefox/140.5.0"
  const [, version = 'unknown'] = (await browser.version()).split('/');
  return {
    name,
    version,
    openPage: (url) => openPage(browser, url),
    async close() {
      await browser.close();
      stopWatching();
    },
  };
}

async function openPage(browser: PuppeteerBrowser, url: string): Promise<Page> {
  const context = await browser.createBrowserContext();
  // A tab of an existing window would be in the background, where a page receives no animation frames.
  const page = await context.newPage({ type: 'window' });
  await page.goto(url, { timeout: TIMEOUT_MS });
  return {
    evaluate: (expression) => page.evaluate(expression),
    click: (selector) => page.click(selector),
    screenshot: () => page.screenshot(),
    close: () => context.close(),
  };
}
