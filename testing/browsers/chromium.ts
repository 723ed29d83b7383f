/** Starts Chromium: the one that npm brings, or one that is installed on the machine. */

import { findProgram } from '../processes/find-program.js';
import { type Browser, MissingBrowser } from './browser.js';
import { npmChromium, type Program } from './npm-chromium.js';
import { launchWithPuppeteer } from './puppeteer.js';

/**
 * Puppeteer's own flags see to it that nothing is fetched and that no page is slowed down for being in the background. The
 * sandbox needs what root, most containers and some distributions do not allow, and the pages are our own.
 */
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--js-flags=--expose-gc'];

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'microsoft-edge-stable',
  'msedge',
];

export async function openChromium(installed: boolean): Promise<Browser> {
  const { path, env } = installed ? installedChromium() : await anyChromium();
  return launchWithPuppeteer('chromium', { executablePath: path, env, args: flags });
}

function installedChromium(): Program {
  const path = findProgram(names, places());
  if (path === undefined) {
    throw new MissingBrowser(
      'No Chromium, Chrome or Edge is installed. On Debian: apt-get install chromium. Elsewhere: install Chrome.',
    );
  }
  return { path, env: process.env };
}

async function anyChromium(): Promise<Program> {
  try {
    return await npmChromium();
  } catch (error) {
    try {
      return installedChromium();
    } catch (missing) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new MissingBrowser(`The Chromium from npm does not run here: ${reason}.\n${(missing as Error).message}`);
    }
  }
}

/** Where macOS and Windows keep their browsers. */
function places(): string[] {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (process.platform !== 'win32') return [];
  const folders = [process.env.ProgramFiles, process.env['ProgramFiles(x86)'], process.env.LOCALAPPDATA];
  return folders
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => [
      `${folder}\\Google\\Chrome\\Application\\chrome.exe`,
      `${folder}\\Chromium\\Application\\chrome.exe`,
      `${folder}\\Microsoft\\Edge\\Application\\msedge.exe`,
    ]);
}
