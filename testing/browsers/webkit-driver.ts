/** Starts WebKitWebDriver, the program that starts WebKitGTK's MiniBrowser and drives it. */
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort, type ManagedChild, startChild } from '../processes/index.js';

const START_TIMEOUT_MS = 30_000;
const RETRY_INTERVAL_MS = 20;
const MAX_ATTEMPTS = 5;

export interface WebKitDriver {
  readonly child: ManagedChild;
  readonly origin: string;
}

/**
 * The driver does not report which port it bound, so a free port is passed to it. Another process can bind that port
 * first; the driver then exits, and a new one is started on another port.
 *
 * @param path the path of WebKitWebDriver
 * @param display the value of `DISPLAY` for its browser
 */
export async function startWebKitDriver(path: string, display: string): Promise<WebKitDriver> {
  for (let attempt = 1; ; attempt++) {
    const port = await findFreePort();
    const child = startChild(path, ['--host=127.0.0.1', `--port=${port}`], {
      // WebKit's sandbox needs a user namespace, which neither root nor a container has.
      env: { ...process.env, DISPLAY: display, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' },
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    const origin = `http://127.0.0.1:${port}`;
    if (await isReady(child, origin)) return { child, origin };
    await child.kill();
    if (attempt === MAX_ATTEMPTS) {
      throw new Error(`WebKitWebDriver exited ${MAX_ATTEMPTS} times before it was ready.`);
    }
  }
}

/** Returns false if the driver has exited, which it does if it cannot bind its port. */
async function isReady({ process: driver }: ManagedChild, origin: string): Promise<boolean> {
  const signal = AbortSignal.timeout(START_TIMEOUT_MS);
  while (driver.exitCode === null && driver.signalCode === null && driver.pid !== undefined) {
    try {
      const response = await fetch(`${origin}/status`, { signal });
      if (response.ok) return true;
    } catch (error) {
      if (signal.aborted) throw error;
    }
    await delay(RETRY_INTERVAL_MS);
  }
  return false;
}
