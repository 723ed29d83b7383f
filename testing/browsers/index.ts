/**
 * Real browsers, and a server for their pages.
 *
 *     const server = await startPageServer();
 *     const browser = await openBrowser('firefox');
 *     try {
 *       server.add('/', '<!doctype html><title>A page</title>');
 *       const page = await browser.openPage(server.origin);
 *       console.log(await page.evaluate('document.title'));
 *     } finally {
 *       await browser.close();
 *       await server.close();
 *     }
 *
 * Chromium and Firefox are driven by puppeteer-core, WebKitGTK by its WebDriver. Chromium needs no installation on
 * Linux x64, because an npm package provides it.
 */
export {
  type Browser,
  type BrowserName,
  browserNames,
  type ConsoleMessage,
  MissingBrowser,
  type Page,
  type PageOptions,
} from './browser.js';
export { openBrowser } from './open-browser.js';
export type { PageChannel } from './page-channel.js';
export { accessibilityViolations, layoutShifts, waitUntil } from './page-checks.js';
export { type PageServer, startPageServer } from './page-server.js';
export { type PrintingPage, readPrintedLines } from './printed-lines.js';
