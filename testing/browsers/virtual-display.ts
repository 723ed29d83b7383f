/** An X display that exists in memory only, for browsers that cannot run without a screen. */
import { type ManagedChild, startChild } from '../processes/index.js';

export interface VirtualDisplay {
  /** The value of the `DISPLAY` environment variable. */
  readonly name: string;
  close(): Promise<void>;
}

/** @param xvfb the path of the Xvfb program */
export async function startVirtualDisplay(xvfb: string): Promise<VirtualDisplay> {
  // Xvfb chooses a free display and writes its number to file descriptor 3.
  const child = startChild(xvfb, ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  try {
    return { name: await displayName(child), close: () => child.kill() };
  } catch (error) {
    await child.kill();
    throw error;
  }
}

function displayName({ process: xvfb }: ManagedChild): Promise<string> {
  return new Promise((resolve, reject) => {
    xvfb.stdio[3]?.once('data', (data: Buffer) => resolve(`:${data.toString().trim()}`));
    xvfb.once('error', reject);
    xvfb.once('exit', (code) => reject(new Error(`Xvfb exited with code ${code} before it reported a display.`)));
  });
}
