/**
 * Real browsers, and a server for their pages, for whoever tests or measures in one.
 *
 *     const server = await startServer();
 *     const browser = await openBrowser('firefox');
 *     try {
 *       server.add('/', '<!doctype html><title>A page</title>');
 *       const page = await browser.page(server.origin);
 *       console.log(await page.evaluate('document.title'));
 *     } finally {
 *       await browser.close();
 *       await server.close();
 *     }
 */
export { type Browser, type BrowserName, browserNames, MissingBrowser, type Page } from './browser.js';
export { openBrowser } from './open-browser.js';
export { type Channel, type Content, type PageServer, startServer } from './server.js';
