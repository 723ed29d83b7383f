/** What the tests of pages open: the site that `npm run docs` has built, which `npm test` builds once for all of them. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, openBrowser } from '@throughline/testing/browsers';
import { startSiteServer } from '../serve/site-server.js';

/** The folder of the built site. */
export const builtSite = fileURLToPath(new URL('../site', import.meta.url));

export interface OpenSite {
  readonly origin: string;
  readonly browser: Browser;
  close(): Promise<void>;
}

/**
 * Serves the built site, and starts Chromium.
 *
 * @throws {Error} if the site has not been built
 */
export async function openSite(): Promise<OpenSite> {
  checkIsBuilt();
  const server = await startSiteServer(builtSite);
  try {
    const browser = await openBrowser('chromium');
    return {
      origin: server.origin,
      browser,
      async close() {
        await browser.close();
        await server.close();
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}

/**
 * @returns the paths of the HTML files of the built site, such as `packages/core.html`; not those of the example's
 * flows and of source files
 */
export function builtPages(): string[] {
  checkIsBuilt();
  return readdirSync(builtSite, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.html') && !/^(?:source|two-users|v)[\\/]/.test(name))
    .map((name) => name.replaceAll('\\', '/'))
    .sort();
}

function checkIsBuilt(): void {
  if (!existsSync(join(builtSite, 'index.html'))) {
    throw new Error(`${builtSite} has no site. Build it with: npm run docs`);
  }
}
