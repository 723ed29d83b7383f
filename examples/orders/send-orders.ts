/** `--exit`: many customers order at the same time, through HTTP. */

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Shop } from './shop.js';

const CUSTOMERS = 50;
/** Orders that make no progress for this long are counted as missing. */
const TIMEOUT_MS = 60_000;

/**
 * Sends orders, and waits until all steps of each have run.
 * @returns how many orders have not arrived at their end
 */
export async function sendOrders({ port, book }: Shop, count: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CUSTOMERS });
  let next = 0;
  let sent = 0;
  const order = async (customer: string) => {
    while (next < count) {
      const item = ['book', 'lamp', 'pen'][next++ % 3];
      const number = await post(agent, port, { customer, item });
      sent++;
      await book.whenComplete(number);
    }
  };
  const ordered = Promise.all(
    Array.from({ length: Math.min(CUSTOMERS, count) }, (_, index) => order(`customer ${index}`)),
  );
  await Promise.race([ordered, untilStalled(() => book.totals.lines)]);
  agent.destroy();
  return count - Math.min(sent, book.totals.complete);
}

async function post(agent: Agent, port: number, body: object): Promise<number> {
  const options = { agent, port, host: '127.0.0.1', path: '/orders', method: 'POST' };
  const sent = request(options).end(JSON.stringify(body));
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (response?.statusCode !== 202) throw new Error(`POST /orders responded with status ${response?.statusCode}.`);
  const { number } = (await json(response)) as { number: number };
  return number;
}

/** Resolves once a count has not changed for a while. */
function untilStalled(read: () => number): Promise<void> {
  return new Promise((resolve) => {
    let last = read();
    const timer = setInterval(() => {
      const current = read();
      if (current !== last) last = current;
      else {
        clearInterval(timer);
        resolve();
      }
    }, TIMEOUT_MS);
    timer.unref();
  });
}
