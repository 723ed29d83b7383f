/** The host for `npm test`: every case in a page of Chromium, in each way in which an `await` can be followed. */
import { after, before, describe, it } from 'node:test';
import { type Browser, openBrowser, type PageServer, startPageServer } from '@throughline/testing/browsers';
import { findDifference } from '../differences.js';
import { modes } from '../implementations.js';
import { runInBrowser } from './run-in-browser.js';

describe('in Chromium', () => {
  let browser: Browser;
  let server: PageServer;

  before(async () => {
    server = await startPageServer();
    browser = await openBrowser('chromium');
  });
  after(async () => {
    await browser?.close();
    await server.close();
  });

  for (const mode of modes) {
    it(mode, async (context) => {
      for await (const { chapter, name, outcome, reason } of runInBrowser(browser, server, mode)) {
        // A page has none of Node's modules, so these are no cases for it.
        if (outcome === 'absent' && reason?.startsWith('no node:')) continue;
        await context.test(`${chapter}: ${name}`, (inner) => {
          if (outcome === 'pass') return;
          const difference = findDifference('chromium', mode, name);
          if (outcome === 'fail' && difference === undefined) throw new Error(reason);
          inner.skip(difference?.reason ?? reason);
        });
      }
    });
  }
});
