/** The HTTP server of the shop: takes orders, and serves the page that shows their way. */

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { isSameOriginRequest } from '@throughline/example-server/request-origin';
import { SnapshotStream } from '@throughline/example-server/snapshot-stream';
import { sendStaticFile } from '@throughline/example-server/static-files';
import { requestScope } from '@throughline/request/http';
import type { Queue } from 'bullmq';
import { OrderBook } from './order-book.js';
import { type Item, isItem, type OrderData } from './order-data.js';
import { placeOrder } from './place-order.js';

/** The folders of the page, by their path on this server. */
const folders = {
  '/design/': new URL('../../design/', import.meta.url),
  '/': new URL('../page/', import.meta.url),
};

const MAX_NAME_LENGTH = 40;
/** The orders that one click of the page's button sends, and the limit of orders that are not complete. */
const ORDERS_PER_CLICK = 20;
const MAX_OPEN_ORDERS = 1000;

const CUSTOMERS = ['Ada', 'Bob', 'Cleo', 'Dai', 'Eve', 'Femi', 'Gus', 'Hana'];
const ITEMS: readonly Item[] = ['book', 'lamp', 'pen'];

export interface Shop {
  readonly port: number;
  readonly book: OrderBook;
  close(): Promise<void>;
}

/** @param requestedPort 0 lets the system choose a port */
export async function startShop(queue: Queue<OrderData>, requestedPort: number): Promise<Shop> {
  const book = new OrderBook();
  const live = new SnapshotStream(() => book.snapshot());

  const order = async (customer: string, item: Item): Promise<number> => {
    const about = book.add(customer, item);
    await placeOrder(queue, (line) => book.addLine(line), { about, customer, item });
    return about;
  };
  const route = async (request: IncomingMessage, response: ServerResponse) => {
    const { method, url = '' } = request;
    if (method === 'POST' && !isSameOriginRequest(request)) {
      return send(response, 403, 'This server accepts POST requests only from its own page.');
    }
    if (method === 'GET' && url === '/events') return live.add(response);
    if (method === 'GET' && (await sendStaticFile(url, response, folders))) return;
    if (method !== 'POST' || !['/orders', '/orders?many'].includes(url)) {
      return send(response, 404, 'There is no such page. Try /.');
    }
    const { totals } = book;
    if (totals.orders - totals.complete > MAX_OPEN_ORDERS) {
      return send(response, 429, 'Too many orders are on their way. Try again in a few seconds.');
    }
    if (url === '/orders?many') {
      const number = totals.orders;
      const sent = Array.from({ length: ORDERS_PER_CLICK }, (_, index) =>
        order(at(CUSTOMERS, number + index), at(ITEMS, index)),
      );
      await Promise.all(sent);
      return send(response, 202, `${sent.length} orders are on their way.`);
    }
    const { customer, item } = await readOrder(request);
    if (customer === undefined || item === undefined) {
      return send(
        response,
        400,
        `An order has a customer of 1 to ${MAX_NAME_LENGTH} characters and one of: ${ITEMS.join(', ')}.`,
      );
    }
    const number = await order(customer, item);
    response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify({ number }));
  };

  const server = createServer(requestScope(route)).listen(requestedPort, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : requestedPort,
    book,
    async close() {
      live.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function at<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

async function readOrder(request: IncomingMessage): Promise<{ customer?: string; item?: Item }> {
  const body: unknown = await json(request).catch(() => undefined);
  if (typeof body !== 'object' || body === null) return {};
  const { customer, item }: { customer?: unknown; item?: unknown } = body;
  return {
    ...(typeof customer === 'string' && /\S/.test(customer) && customer.length <= MAX_NAME_LENGTH && { customer }),
    ...(isItem(item) && { item }),
  };
}
