/**
 * The doctor in pages: one program of each kind in Chromium, with Vite's development server. `npm run doctor:pages` runs
 * all of them in all browsers.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type Browser, MissingBrowser, openBrowser } from '@throughline/testing/browsers';
import { type DoctoredServer, findIn, findPagePrograms, serveWithDoctor, textOf } from './page-programs.js';

const PROGRAMS = ['lost-callback/batched-saves.ts', 'unseen-await/public-script.html', 'healthy/order.ts'];

describe('pages in Chromium', () => {
  let browser: Browser | undefined;
  let missing: string | undefined;
  let server: DoctoredServer;

  before(async () => {
    try {
      browser = await openBrowser('chromium');
    } catch (error) {
      if (!(error instanceof MissingBrowser)) throw error;
      missing = error.message;
      return;
    }
    server = await serveWithDoctor(true);
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  for (const { name, expected } of findPagePrograms().filter((program) => PROGRAMS.includes(program.name))) {
    it(`${name}: ${expected}`, async (context) => {
      if (browser === undefined) return context.skip(missing);
      const found = await findIn(browser, server, name);
      assert.equal(textOf(found), expected, JSON.stringify(found, undefined, 2));
    });
  }

  it('prints a finding once on the console of the page and on the terminal of the server', async (context) => {
    if (browser === undefined) return context.skip(missing);
    const page = await browser.openPage(`${server.origin}/program.html?program=/lost-callback/batched-saves.ts`);
    try {
      while (server.printed.length === 0) await wait(100);
      await wait(2500);
      const warnings = page.consoleMessages().filter(({ type }) => type === 'warn' || type === 'warning');
      assert.equal(warnings.length, 1);
      assert.match(warnings[0]?.text ?? '', /^another's value: .*\n {2}http:\/\/[^ ]+\/batched-saves\.ts:30:16 /);
      assert.equal(server.printed.length, 1);
      assert.match(
        server.printed[0] ?? '',
        /another's value: .*\n {2}\S*pages\/lost-callback\/batched-saves\.ts:30:16 /,
      );
    } finally {
      await page.close();
    }
  });
});
