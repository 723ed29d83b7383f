/** Starts a browser by name. */
import type { Browser, BrowserName } from './browser.js';
import { openChromium } from './chromium.js';
import { openFirefox } from './firefox.js';
import { openWebKit } from './webkit.js';

export interface OpenOptions {
  /**
   * Chromium only: whether to start the Chromium that is installed on this machine. By default, the Chromium from npm
   * is started, or an installed one if the one from npm does not run here.
   */
  readonly usesInstalled?: boolean;
  /**
   * Firefox only: whether stack traces contain the functions that await, as they do while its developer tools are open. It
   * makes pages slower. Default: `false`.
   */
  readonly recordsAwaits?: boolean;
}

/**
 * Starts a browser without a visible window.
 *
 * @throws {MissingBrowser} if this machine does not have the browser; the message says how to install it
 */
export function openBrowser(
  name: BrowserName,
  { usesInstalled = false, recordsAwaits = false }: OpenOptions = {},
): Promise<Browser> {
  switch (name) {
    case 'chromium':
      return openChromium(usesInstalled);
    case 'firefox':
      return openFirefox(recordsAwaits);
    case 'webkit':
      return openWebKit();
  }
}
