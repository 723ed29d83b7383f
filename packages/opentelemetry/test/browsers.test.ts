/** The context manager in pages: with the transform, and with intercepted native `await`. */
import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type Browser, browserNames, MissingBrowser, openBrowser, type Page } from '@throughline/testing/browsers';
import { countSpansInPage } from './counted-spans.js';
import { bundlePages, modes } from './page-bundles.js';
import { type ReceivedSpan, startTracingServer, type TracingServer } from './tracing-server.js';

const SPANS_PER_FLOW = 13;
const pageNames = ['traced-page', 'registered-page', 'worker-page', 'registered-worker', 'counted-spans-page'];

/** The address of the request that a span is about. */
function urlOf({ attributes }: ReceivedSpan): string {
  return attributes.find(({ key }) => key === 'url.full')?.value.stringValue ?? '';
}

function checkRegisteredSpans(spans: readonly ReceivedSpan[], requests: Map<string, string | undefined>): void {
  for (const user of ['ada', 'bob']) {
    const click = spans.find(
      ({ name, attributes }) =>
        name === 'click' && attributes.some(({ value }) => value.stringValue?.includes(`"${user}"`)),
    );
    assert.ok(click, `${user} has a span for the click`);
    assert.equal(click.parentSpanId, undefined);
    const paths = ['first', 'xhr', 'one', 'two', 'three', 'left', 'right'].map((step) => `/${user}/${step}`);
    for (const path of paths) {
      const span = spans.find((candidate) => urlOf(candidate).endsWith(path));
      assert.equal(span?.parentSpanId, click.spanId, path);
      assert.equal(span?.traceId, click.traceId, path);
      assert.equal(requests.get(path), `00-${span?.traceId}-${span?.spanId}-01`, path);
    }
  }
  // Neither the exporter's own requests are traced, nor those after shutdown().
  assert.equal(spans.length, 16);
  assert.equal(requests.get('/after/shutdown'), undefined);
  assert.ok(requests.has('/after/shutdown'));
}

describe('in browsers', () => {
  let server: TracingServer;

  before(async () => {
    server = await startTracingServer(await bundlePages(pageNames));
  });
  after(() => server.close());

  for (const name of browserNames) {
    describe(name, () => {
      let browser: Browser | undefined;
      let missing: string | undefined;

      before(async () => {
        try {
          browser = await openBrowser(name);
        } catch (error) {
          if (!(error instanceof MissingBrowser)) throw error;
          missing = error.message;
        }
      });
      after(() => browser?.close());

      async function withPage(test: TestContext, path: string, use: (page: Page) => Promise<void>): Promise<void> {
        if (browser === undefined) return test.skip(missing);
        const page = await browser.openPage(server.origin + path);
        try {
          await use(page);
        } finally {
          await page.close();
        }
      }

      if (name === 'chromium') {
        it('wrong parents are counted: those of the manager that does not follow asynchronous functions', async (test) => {
          if (browser === undefined) return test.skip(missing);
          const url = `${server.origin}/counted-spans-page/transform?manager=stack`;
          const { wrongParents } = await countSpansInPage(browser, url, 2000);
          assert.ok(wrongParents > 500, `${wrongParents}`);
        });
      }

      it('registerWeb() traces fetch in a worker', (test) =>
        withPage(test, '/worker-page/transform', async (page) => {
          assert.equal(await page.evaluate('globalThis.result'), 'done');
          const spans = server.takeSpans();
          for (const user of ['ada', 'bob']) {
            const parent = spans.find(({ name }) => name === user);
            const child = spans.find((span) => urlOf(span).endsWith(`/${user}/fetch`));
            assert.ok(parent && child, user);
            assert.equal(child.parentSpanId, parent.spanId);
          }
          assert.equal(spans.length, 4);
        }));

      for (const mode of modes) {
        it(`spans have the parents of their own flow, and the manager does what OpenTelemetry's does, with ${mode}`, (test) =>
          withPage(test, `/traced-page/${mode}`, async (page) => {
            assert.deepEqual(await page.evaluate('globalThis.result'), { count: 20 * SPANS_PER_FLOW, wrong: [] });
            const { count, failed } = (await page.evaluate('runCases()')) as { count: number; failed: string[] };
            assert.deepEqual(failed, []);
            assert.ok(count > 25, `${count} cases`);
          }));

        it(`registerWeb() traces clicks, fetch and XMLHttpRequest of two users at once, with ${mode}`, (test) =>
          withPage(test, `/registered-page/${mode}`, async (page) => {
            server.takeSpans();
            server.takeRequests();
            await page.click('#ada');
            await page.click('#bob');
            assert.deepEqual(await page.evaluate('globalThis.result'), []);
            checkRegisteredSpans(server.takeSpans(), server.takeRequests());
          }));

        it(`no span of 200 interleaved flows has a wrong parent, with ${mode}`, async (test) => {
          if (browser === undefined) return test.skip(missing);
          const url = `${server.origin}/counted-spans-page/${mode}`;
          const counted = await countSpansInPage(browser, url, 2000);
          assert.deepEqual(counted, { spans: 2000, wrongParents: 0, flows: 200, isDone: true });
        });
      }
    });
  }
});
