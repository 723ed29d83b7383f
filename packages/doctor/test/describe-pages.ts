/** Tests of pages in one browser, which are skipped if it is not installed. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Browser, type BrowserName, MissingBrowser, openBrowser } from '@throughline/testing/browsers';
import { type DoctoredServer, findIn, findPagePrograms, serveWithDoctor, textOf } from './page-programs.js';

type PageTest = (browser: Browser, server: DoctoredServer) => Promise<void>;

/**
 * Tests that the programs of the folder `pages` with these names have the findings that they state, and what `addTests`
 * adds.
 */
export function describePages(
  title: string,
  browserName: BrowserName,
  programs: readonly string[],
  addTests: (add: (title: string, run: PageTest) => void) => void = () => {},
): void {
  describe(title, () => {
    let browser: Browser | undefined;
    let missing: string | undefined;
    let server: DoctoredServer;

    before(async () => {
      try {
        browser = await openBrowser(browserName);
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

    const add = (name: string, run: PageTest): void => {
      it(name, async (context) => {
        if (browser === undefined) context.skip(missing);
        else await run(browser, server);
      });
    };
    for (const { name, expected } of findPagePrograms().filter((program) => programs.includes(program.name))) {
      add(`${name}: ${expected}`, async (opened, started) => {
        const found = await findIn(opened, started, name);
        assert.equal(textOf(found), expected, JSON.stringify(found, undefined, 2));
      });
    }
    addTests(add);
  });
}
