/** What a click starts. No function is passed the user: each reads it from the flow in which it runs. */
import { AsyncLocalStorage } from 'throughline';

/** The user of the current flow. */
export const user = new AsyncLocalStorage<string>();

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

const knownPrices = new Map([['book', 12]]);

/** Returns the price, or a promise of it if it must be loaded first. */
function priceOf(item: string): number | Promise<number> {
  return knownPrices.get(item) ?? pause(100).then(() => 30);
}

/**
 * Orders an item for the user of the current flow.
 * @param show shows a line of the log
 */
export async function order(item: string, show: (line: string) => void): Promise<void> {
  const log = (text: string) => show(`${user.getStore()}: ${text}`);
  log(`${item} ordered`);
  await pause(500); // the other user clicks in the meantime
  log(`${item} costs ${await priceOf(item)}`);
  await pause(500);
  log(`${item} packed`);
}
