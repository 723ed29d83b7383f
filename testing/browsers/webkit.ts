/**
 * WebKitGTK's MiniBrowser as a `Browser`. A driver has a single session and a session a single window, so each page has
 * its own driver and its own browser process. All of them share one display in memory.
 */
import { findProgram } from '../processes/index.js';
import { type Browser, MissingBrowser, type Page } from './browser.js';
import { startVirtualDisplay } from './virtual-display.js';
import { startSession, type WebDriverSession } from './web-driver.js';
import { startWebKitDriver } from './webkit-driver.js';

const SESSION_TIMEOUT_MS = 20_000;
const MAX_ATTEMPTS = 3;

/** A session, and the driver and browser processes behind it. */
interface Window {
  readonly session: WebDriverSession;
  kill(): Promise<void>;
}

export async function openWebKit(): Promise<Browser> {
  const driverPath = findProgram(['WebKitWebDriver']);
  const xvfbPath = findProgram(['Xvfb']);
  if (driverPath === undefined || xvfbPath === undefined) {
    const missing = [
      ...(driverPath === undefined ? ['webkit2gtk-driver'] : []),
      ...(xvfbPath === undefined ? ['xvfb'] : []),
    ];
    throw new MissingBrowser(`WebKitGTK cannot run. On Debian: apt-get install ${missing.join(' ')}.`);
  }
  const display = await startVirtualDisplay(xvfbPath);
  const windows = new Set<Window>();
  const open = async (): Promise<Window> => {
    const window = await openWindow(driverPath, display.name);
    windows.add(window);
    return window;
  };
  const close = async (): Promise<void> => {
    await Promise.all([...windows].map((window) => window.kill()));
    windows.clear();
    await display.close();
  };
  try {
    // Only a session reports the browser's version, so one is opened immediately. The first page uses it.
    let firstWindow: Window | undefined = await open();
    return {
      name: 'webkit',
      version: firstWindow.session.version,
      async openPage(url, options): Promise<Page> {
        if (options !== undefined) throw new Error('A page in webkit cannot have options.');
        const window = firstWindow ?? (await open());
        firstWindow = undefined;
        await window.session.navigate(url);
        return {
          ...window.session,
          press: () => Promise.reject(new Error('Keys cannot be pressed in webkit.')),
          consoleMessages() {
            throw new Error('The console of a page cannot be read in webkit.');
          },
          async close() {
            windows.delete(window);
            await window.kill();
          },
        };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** While other WebKit processes start, a driver sometimes never responds. It is then replaced with a new one. */
async function openWindow(driverPath: string, display: string): Promise<Window> {
  for (let attempt = 1; ; attempt++) {
    const { child, origin } = await startWebKitDriver(driverPath, display);
    try {
      return { session: await startSession(origin, {}, SESSION_TIMEOUT_MS), kill: () => child.kill() };
    } catch (error) {
      await child.kill();
      if (attempt === MAX_ATTEMPTS) throw error;
    }
  }
}
