/**
 * The doctor in pages: one program of each kind in Chromium, with Vite's development server. `npm run doctor:pages` runs
 * all of them in all browsers.
 */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { describePages } from './describe-pages.js';

type FlowEvents = readonly {
  readonly type: 'open' | 'read';
  readonly flow: number | undefined;
  readonly storage: string;
  readonly id: number | undefined;
  readonly expected: number | undefined;
  readonly hasPosition: boolean;
}[];

const PROGRAMS = ['lost-callback/batched-saves.ts', 'unseen-await/public-script.html', 'healthy/order.ts'];

describePages('pages in Chromium', 'chromium', PROGRAMS, (add) => {
  add('prints a finding once on the console of the page and on the terminal of the server', async (browser, server) => {
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

  add(
    'observeFlows() reports a read in the flow that its function belongs to, and what this flow holds',
    async (browser, server) => {
      const page = await browser.openPage(`${server.origin}/program.html?program=/lost-callback/batched-saves.ts`);
      try {
        await page.evaluate('globalThis.findings().then(() => undefined)');
        const events = (await page.evaluate('globalThis.flowEvents')) as FlowEvents;
        const opened = events.filter(({ type }) => type === 'open');
        assert.deepEqual(
          opened.map(({ storage, id, expected, hasPosition }) => [storage, id, expected, hasPosition]),
          [
            ['clicks', 0, 0, true],
            ['clicks', 1, 1, true],
          ],
        );
        const reads = events.filter(({ type }) => type === 'read');
        // The timer of the first click calls the function of the second one.
        assert.deepEqual(
          reads.map(({ flow, id, expected, hasPosition }) => [
            opened.findIndex((one) => one.flow === flow),
            id,
            expected,
            hasPosition,
          ]),
          [
            [0, 0, 0, true],
            [1, 0, 1, true],
          ],
        );
      } finally {
        await page.close();
      }
    },
  );
});
