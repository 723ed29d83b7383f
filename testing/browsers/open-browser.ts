/** Starts one of the browsers by its name. */
import type { Browser, BrowserName } from './browser.js';
import { openChromium } from './chromium.js';
import { openFirefox } from './firefox.js';
import { openWebKit } from './webkit.js';

export interface OpenOptions {
  /**
   * Chromium only: the one that is installed on the machine. Without it, the one that comes from npm, or an installed one
   * where that does not run.
   */
  readonly installed?: boolean;
}

/** Rejects with a `MissingBrowser`, which tells how to install it, where the machine does not have this browser. */
export function openBrowser(name: BrowserName, { installed = false }: OpenOptions = {}): Promise<Browser> {
  switch (name) {
    case 'chromium':
      return openChromium(installed);
    case 'firefox':
      return openFirefox();
    case 'webkit':
      return openWebKit();
  }
}
