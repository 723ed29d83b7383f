/**
 * Opens all programs and pages of the folder `pages` in real browsers, with Vite's development server, and the flows of the
 * examples. `npm run doctor:pages` runs this file with Node's test runner. It takes minutes.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type Browser, MissingBrowser, openBrowser } from '@throughline/testing/browsers';
import { BUNDLERS, findInBuilt } from './built-pages.js';
import { describePages } from './describe-pages.js';
import { findInEdited } from './edited-pages.js';
import { findInExample } from './example-flows.js';
import { type DoctoredServer, findIn, findPagePrograms, serveWithDoctor, textOf } from './page-programs.js';

describePages('pages in firefox, which does not record the functions that await', 'firefox', [
  'healthy/awaited-entry.js',
  'healthy/order.ts',
  'late-entry/sign-in.js',
]);

for (const name of ['chromium', 'firefox'] as const) {
  describe(`pages in ${name}`, () => {
    let browser: Browser | undefined;
    let missing: string | undefined;
    let server: DoctoredServer;
    let serverWithEmptyReads: DoctoredServer;

    before(async () => {
      try {
        browser = await openBrowser(name, { recordsAwaits: true });
      } catch (error) {
        if (!(error instanceof MissingBrowser)) throw error;
        missing = error.message;
        return;
      }
      server = await serveWithDoctor(true);
      serverWithEmptyReads = await serveWithDoctor({ emptyReads: true });
    });
    after(async () => {
      await browser?.close();
      await server?.close();
      await serverWithEmptyReads?.close();
    });

    for (const program of findPagePrograms()) {
      it(`${program.name}: ${program.expected}`, async (context) => {
        if (browser === undefined) return context.skip(missing);
        const found = await findIn(browser, program.needsEmptyReads ? serverWithEmptyReads : server, program.name);
        assert.equal(textOf(found), program.expected, JSON.stringify(found, undefined, 2));
      });
    }

    it('a worker reports what it has found', async (context) => {
      if (browser === undefined) return context.skip(missing);
      const page = await browser.openPage(`${server.origin}/program.html?program=/worker/start.js`);
      const isReported = () =>
        server.printed.some((text) => /missing value: [\s\S]*worker\/queue-worker\.js:11:14 /.test(text));
      while (!isReported()) await wait(200);
      await page.close();
    });

    it('a finding ends when its module is edited while the page shows it', async (context) => {
      if (browser === undefined) return context.skip(missing);
      const [before, after] = await findInEdited(browser);
      assert.equal(textOf(before), 'lost callback, missing, main.js:6', JSON.stringify(before, undefined, 2));
      assert.deepEqual(after, []);
    });

    for (const bundler of Object.keys(BUNDLERS)) {
      for (const program of ['lost-callback/subject.js', 'late-entry/sign-in.js', 'two-storages/query.js']) {
        const expected = findPagePrograms().find((known) => known.name === program)?.expected;
        it(`${program} in a page that ${bundler} builds: ${expected}`, async (context) => {
          if (browser === undefined) return context.skip(missing);
          const found = await findInBuilt(browser, bundler, program);
          assert.equal(textOf(found), expected, JSON.stringify(found, undefined, 2));
        });
      }
    }

    for (const example of ['browser', 'tracing'] as const) {
      it(`the flows of examples/${example} have no findings`, async (context) => {
        if (browser === undefined) return context.skip(missing);
        assert.deepEqual(await findInExample(browser, example), []);
      });
    }
  });
}
