/** Chromium and Firefox as a `Browser`, driven by puppeteer-core. */
import {
  type KeyInput,
  type LaunchOptions,
  launch,
  type Browser as PuppeteerBrowser,
  type Page as PuppeteerPage,
} from 'puppeteer-core';
import { killWithThisProcess } from '../processes/index.js';
import type { Browser, BrowserName, ConsoleMessage, Page, PageOptions } from './browser.js';

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
    async openPage(url, options) {
      if (options !== undefined && name !== 'chromium') throw new Error(`A page in ${name} cannot have options.`);
      return openPage(browser, url, options);
    },
    async close() {
      await browser.close();
      stopWatching();
    },
  };
}

async function openPage(browser: PuppeteerBrowser, url: string, options: PageOptions | undefined): Promise<Page> {
  const context = await browser.createBrowserContext();
  // A tab of an existing window would be in the background, where a page receives no animation frames.
  const page = await context.newPage({ type: 'window' });
  if (options !== undefined) await emulate(page, options);
  const messages: ConsoleMessage[] = [];
  page.on('console', (message) => {
    const { url } = message.location();
    messages.push({ type: message.type(), text: `${message.text()}${url === undefined ? '' : ` (${url})`}` });
  });
  page.on('pageerror', (error) => messages.push({ type: 'error', text: String(error) }));
  await page.goto(url, { timeout: TIMEOUT_MS });
  return {
    evaluate: (expression) => page.evaluate(expression),
    click: (selector) => page.click(selector),
    press: (key) => page.keyboard.press(key as KeyInput),
    screenshot: ({ wholePage = false } = {}) => page.screenshot({ fullPage: wholePage }),
    consoleMessages: () => [...messages],
    close: () => context.close(),
  };
}

/** Must be called before the page is opened, so that it is laid out for the options from the start. */
async function emulate(
  page: PuppeteerPage,
  { viewport, colorScheme, reducedMotion, javaScript }: PageOptions,
): Promise<void> {
  if (viewport !== undefined) {
    await page.setViewport({ ...viewport, deviceScaleFactor: viewport.scale ?? 1 });
  }
  await page.emulateMediaFeatures([
    ...(colorScheme === undefined ? [] : [{ name: 'prefers-color-scheme', value: colorScheme }]),
    ...(reducedMotion === undefined
      ? []
      : [{ name: 'prefers-reduced-motion', value: reducedMotion ? 'reduce' : 'no-preference' }]),
  ]);
  if (javaScript !== undefined) await page.setJavaScriptEnabled(javaScript);
}
