/** Starts the Firefox that is installed on this machine, driven by WebDriver BiDi. */

import { findProgram } from '../processes/index.js';
import { type Browser, MissingBrowser } from './browser.js';
import { launchWithPuppeteer } from './puppeteer.js';

export async function openFirefox(recordsAwaits: boolean): Promise<Browser> {
  const path = findProgram(
    ['firefox-esr', 'firefox'],
    ['/Applications/Firefox.app/Contents/MacOS/firefox', 'C:\\Program Files\\Mozilla Firefox\\firefox.exe'],
  );
  if (path === undefined) {
    throw new MissingBrowser('Firefox is not installed. On Debian: apt-get install firefox-esr.');
  }
  return launchWithPuppeteer('firefox', {
    browser: 'firefox',
    executablePath: path,
    // Provides a function that collects garbage, for cases about memory: https://testutils.spec.whatwg.org
    extraPrefsFirefox: {
      'dom.testing.testutils.enabled': true,
      ...(recordsAwaits && { 'javascript.options.asyncstack_capture_debuggee_only': false }),
    },
  });
}
