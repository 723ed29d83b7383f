/** What a click starts, in the page. No function is passed the user: each reads it from the flow in which it runs. */
import { AsyncLocalStorage } from 'throughline';

/** The user of the current flow. */
export const user = new AsyncLocalStorage<string>();

/**
 * Orders an item for the user of the current flow.
 * @param show shows a line of the log
 */
export async function placeOrder(item: string, show: (line: string) => void): Promise<void> {
  const log = (text: string) => show(`${user.getStore()}: ${text}`);
  log(`${item} ordered`);
  const query = new URLSearchParams({ user: user.getStore() ?? 'guest', item });
  const response = await fetch(`/api/order?${query}`); // the other user clicks in the meantime
  log((await response.text()).trim());
  log(`${item} packed`);
}
