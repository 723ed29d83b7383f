/** A shared worker: sends back what it reads through the port of each page. */
import { receive, send } from '@throughline/propagation/post-message';
import { readUser } from './page-values.js';

(self as unknown as EventTarget).addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (port !== undefined) receive(port, async (message) => send(port, await readUser(message)), { trust: true });
});
