/** The pages that the tests of this folder open, in each browser and in each way in which a page follows `await`. */
import { after, before, describe } from 'node:test';
import {
  type Browser,
  browserNames,
  MissingBrowser,
  openBrowser,
  type PageServer,
  startPageServer,
} from '@throughline/testing/browsers';
import { bundlePage, type Mode } from './page-bundles.js';

/** What a test of a browser uses. `missing` is the reason if the browser is not installed. */
export interface PageTests {
  readonly browser: Browser | undefined;
  readonly missing: string | undefined;
  /** Bundles a file of this folder, named without its extension, and returns the URL of a page that loads it. */
  addPage(name: string, mode: Mode): Promise<string>;
}

const bundles = new Map<string, Promise<string>>();

/** Bundles a module once for all browsers. */
function bundleOnce(name: string, mode: Mode): Promise<string> {
  const key = `${name}/${mode}`;
  const bundled = bundles.get(key) ?? bundlePage(name, mode);
  bundles.set(key, bundled);
  return bundled;
}

/**
 * Declares the tests of each browser.
 * @param title what the tests are about
 * @param declare declares the tests with what they use, which is only there while they run
 */
export function describeBrowsers(title: string, declare: (tests: PageTests) => void): void {
  for (const name of browserNames) {
    describe(`${title} in ${name}`, () => {
      let server: PageServer;
      let browser: Browser | undefined;
      let missing: string | undefined;

      before(async () => {
        server = await startPageServer();
        try {
          browser = await openBrowser(name);
        } catch (error) {
          if (!(error instanceof MissingBrowser)) throw error;
          missing = error.message;
        }
      });
      after(async () => {
        await browser?.close();
        await server.close();
      });

      declare({
        get browser() {
          return browser;
        },
        get missing() {
          return missing;
        },
        async addPage(name, mode) {
          const path = `/${name}/${mode}`;
          server.add(`${path}.js`, await bundleOnce(name, mode));
          server.add(
            path,
            `<!doctype html><meta charset="utf-8"><body><script type="module" src="${path}.js"></script>`,
          );
          return `${server.origin}${path}`;
        },
      });
    });
  }
}
