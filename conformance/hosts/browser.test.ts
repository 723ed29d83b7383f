/** Runs every case as a test, in a page of Chromium, in each way in which `await` can be followed. */
import { after, before, describe, it } from 'node:test';
import { type Browser, openBrowser, type PageServer, startPageServer } from '@throughline/testing/browsers';
import { findDifference } from '../differences.js';
import { portableModes } from '../implementations.js';
import { runInBrowser } from './run-in-browser.js';

describe('cases in Chromium', () => {
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

  for (const mode of portableModes) {
    it(`pass in mode "${mode}"`, async (context) => {
      for await (const { chapter, name, outcome, reason } of runInBrowser(browser, server, mode)) {
        // A page has none of Node's modules, so the cases about these are not reported as skipped.
        if (outcome === 'absent' && reason?.startsWith('no node:')) continue;
        await context.test(`${chapter}: ${name}`, (test) => {
          if (outcome === 'pass') return;
          const difference = findDifference('chromium', mode, name);
          if (outcome === 'fail' && difference === undefined) throw new Error(reason);
          test.skip(difference?.reason ?? reason);
        });
      }
    });
  }
});
