/** The context manager in pages: with the transform, and with intercepted native `await`. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { describeBrowsers, MODES, type Mode } from './pages.js';

const SPANS_PER_FLOW = 13;

describeBrowsers('spans', (tests) => {
  for (const mode of Object.keys(MODES) as Mode[]) {
    it(`have the parents of their own flow, with ${mode}`, async (test) => {
      if (tests.browser === undefined) return test.skip(tests.missing);
      const page = await tests.browser.openPage(await tests.addPage('traced-page.js', mode));
      try {
        assert.deepEqual(await page.evaluate('globalThis.result'), { count: 20 * SPANS_PER_FLOW, wrong: [] });
      } finally {
        await page.close();
      }
    });
  }
});
