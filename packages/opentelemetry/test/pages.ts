/** The pages that the tests of this folder open, in each browser and in each way in which a page follows `await`. */
import { after, before, describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  type Browser,
  type BrowserName,
  browserNames,
  MissingBrowser,
  openBrowser,
  type PageServer,
  startPageServer,
} from '@throughline/testing/browsers';
import throughline from '@throughline/transform/esbuild';
import { build } from 'esbuild';

/** With the transform, and with intercepted native `await`. */
export const MODES = { transform: [throughline()], interception: [] } as const;

export type Mode = keyof typeof MODES;

/** What a test of a browser uses. `missing` is the reason if the browser is not installed. */
export interface PageTests {
  readonly name: BrowserName;
  readonly browser: Browser | undefined;
  readonly missing: string | undefined;
  /** Bundles a module of this folder, and returns the URL of a page that loads it. */
  addPage(module: string, mode: Mode): Promise<string>;
}

async function bundleModule(module: string, mode: Mode): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(module, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    plugins: [...MODES[mode]],
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

const bundles = new Map<string, Promise<string>>();

/** Bundles a module once for all browsers. */
function bundleOnce(module: string, mode: Mode): Promise<string> {
  const key = `${mode}-${module}`;
  const bundled = bundles.get(key) ?? bundleModule(module, mode);
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
        name,
        get browser() {
          return browser;
        },
        get missing() {
          return missing;
        },
        async addPage(module, mode) {
          const path = `/${mode}-${module}`;
          server.add(path, await bundleOnce(module, mode));
          const page = path.replace('.js', '');
          server.add(page, `<!doctype html><meta charset="utf-8"><body><script type="module" src="${path}"></script>`);
          return `${server.origin}${page}`;
        },
      });
    });
  }
}
