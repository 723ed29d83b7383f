/** The doctor in pages: programs that lose a flow, and healthy ones, in real browsers with Vite's development server. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Browser, MissingBrowser, openBrowser } from '@throughline/testing/browsers';
import { type DoctoredServer, findIn, findPagePrograms, serveWithDoctor, textOf } from './page-programs.js';

for (const name of ['chromium', 'firefox'] as const) {
  describe(`pages in ${name}`, () => {
    let browser: Browser | undefined;
    let missing: string | undefined;
    let server: DoctoredServer;
    let serverWithEmptyReads: DoctoredServer;

    before(async () => {
      try {
        browser = await openBrowser(name);
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
  });
}
