/** Starts Chromium: the one from npm, or one that is installed on this machine. */

import { findProgram } from '../processes/index.js';
import { type Browser, MissingBrowser } from './browser.js';
import { type ChromiumProgram, prepareNpmChromium } from './npm-chromium.js';
import { launchWithPuppeteer } from './puppeteer.js';

/**
 * Added to Puppeteer's own flags, which disable background downloads and the throttling of background pages. The
 * sandbox needs privileges that root, most containers and some distributions do not have. Only the project's own pages
 * are opened.
 */
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--js-flags=--expose-gc'];

const programNames = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'microsoft-edge-stable',
  'msedge',
];

export async function openChromium(usesInstalled: boolean): Promise<Browser> {
  const { path, env } = usesInstalled ? findInstalledChromium() : await findChromium();
  return launchWithPuppeteer('chromium', { executablePath: path, env, args: flags });
}

function findInstalledChromium(): ChromiumProgram {
  const path = findProgram(programNames, applicationPaths());
  if (path === undefined) {
    throw new MissingBrowser(
      'No Chromium, Chrome or Edge is installed. On Debian: apt-get install chromium. Elsewhere: install Chrome.',
    );
  }
  return { path, env: process.env };
}

async function findChromium(): Promise<ChromiumProgram> {
  try {
    return await prepareNpmChromium();
  } catch (npmError) {
    try {
      return findInstalledChromium();
    } catch (installedError) {
      const reason = npmError instanceof Error ? npmError.message : String(npmError);
      throw new MissingBrowser(
        `The Chromium from npm does not run here: ${reason}.\n${(installedError as Error).message}`,
      );
    }
  }
}

/** The paths at which macOS and Windows install these browsers. */
function applicationPaths(): string[] {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (process.platform !== 'win32') return [];
  const directories = [process.env.ProgramFiles, process.env['ProgramFiles(x86)'], process.env.LOCALAPPDATA];
  return directories
    .filter((directory) => directory !== undefined)
    .flatMap((directory) => [
      `${directory}\\Google\\Chrome\\Application\\chrome.exe`,
      `${directory}\\Chromium\\Application\\chrome.exe`,
      `${directory}\\Microsoft\\Edge\\Application\\msedge.exe`,
    ]);
}
