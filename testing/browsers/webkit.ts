/**
 * Starts WebKitGTK's MiniBrowser through its WebDriver, on a screen that exists in memory only. The driver has one session,
 * so each page is a browser of its own; the screen is shared by all.
 */
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, startChild } from '../processes/child.js';
import { findProgram } from '../processes/find-program.js';
import { type Browser, MissingBrowser, type Page } from './browser.js';
import { type Session, startSession } from './web-driver.js';

const START_LIMIT_MS = 30_000;
const SESSION_LIMIT_MS = 20_000;

/** A session, and the processes that it runs in. */
interface Window {
  readonly session: Session;
  end(): Promise<void>;
}

export async function openWebKit(): Promise<Browser> {
  const driver = findProgram(['WebKitWebDriver']);
  const xvfb = findProgram(['Xvfb']);
  if (driver === undefined || xvfb === undefined) {
    const missing = [...(driver === undefined ? ['webkit2gtk-driver'] : []), ...(xvfb === undefined ? ['xvfb'] : [])];
    throw new MissingBrowser(`WebKitGTK is not ready to run. On Debian: apt-get install ${missing.join(' ')}.`);
  }
  const screen = await startScreen(xvfb);
  const windows = new Set<Window>();
  const open = async (): Promise<Window> => {
    const window = await openWindow(driver, screen.display);
    windows.add(window);
    return window;
  };
  const close = async (): Promise<void> => {
    await Promise.all([...windows].map((window) => window.end()));
    windows.clear();
    await screen.child.end();
  };
  try {
    // The version is known once there is a session, which the first page then takes.
    let ready: Window | undefined = await open();
    return {
      name: 'webkit',
      version: ready.session.version,
      async page(url): Promise<Page> {
        const window = ready ?? (await open());
        ready = undefined;
        await window.session.go(url);
        return {
          ...window.session,
          async close() {
            windows.delete(window);
            await window.end();
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

async function startScreen(xvfb: string): Promise<{ child: Child; display: string }> {
  // It takes a display that is free, and tells which on its third channel.
  const child = startChild(xvfb, ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  try {
    const display = await new Promise<string>((resolve, reject) => {
      child.process.stdio[3]?.once('data', (data: Buffer) => resolve(`:${data.toString().trim()}`));
      child.process.once('error', reject);
      child.process.once('exit', (code) => reject(new Error(`Xvfb ended with ${code} before it had a display`)));
    });
    return { child, display };
  } catch (error) {
    await child.end();
    throw error;
  }
}

/** Where others start WebKit at the same time, a driver now and then never answers: then another one is asked. */
async function openWindow(driver: string, display: string): Promise<Window> {
  for (let attempt = 1; ; attempt++) {
    const { child, origin } = await startDriver(driver, display);
    try {
      return { session: await startSession(origin, {}, SESSION_LIMIT_MS), end: () => child.end() };
    } catch (error) {
      await child.end();
      if (attempt === 3) throw error;
    }
  }
}

/** The driver does not tell which port it took, so one that is free is given to it; who else takes it meanwhile is in luck. */
async function startDriver(driver: string, display: string): Promise<{ child: Child; origin: string }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const child = startChild(driver, ['--host=127.0.0.1', `--port=${port}`], {
      // WebKit's sandbox needs a user namespace, which neither root nor a container has.
      env: { ...process.env, DISPLAY: display, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' },
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    const origin = `http://127.0.0.1:${port}`;
    if (await isReady(child, origin)) return { child, origin };
    await child.end();
    if (attempt === 5) throw new Error('WebKitWebDriver ended five times before it was ready');
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Only a server that listens on a path has a string for its address.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** False where the driver has ended, which it does where it cannot have its port. */
async function isReady({ process: child }: Child, origin: string): Promise<boolean> {
  const signal = AbortSignal.timeout(START_LIMIT_MS);
  while (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    try {
      const response = await fetch(`${origin}/status`, { signal });
      if (response.ok) return true;
    } catch (error) {
      if (signal.aborted) throw error;
    }
    await delay(20);
  }
  return false;
}
