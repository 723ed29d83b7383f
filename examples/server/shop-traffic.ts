/**
 * Users of the shop, all at the same time, each with a separate session. A user signs in, adds two items to the cart in
 * two concurrent requests, reads the cart, works, reads the cart again, and signs out. Each user knows which items it
 * added, so the check does not rely on the server.
 */
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { stepNames } from './request-work.js';

export interface ShopTrafficOptions {
  readonly port: number;
  readonly users: number;
  readonly workPath: '/work' | '/work?slow';
  readonly createId: () => number;
  readonly signal: AbortSignal;
  readonly onResponse?: () => void;
}

export interface ShopTrafficResult {
  readonly requests: number;
  /** The number of reads of an id, a user or a cart that the responses reported. */
  readonly reads: number;
  /** The number of reads that returned the id or the user of another request. */
  readonly mixedUp: number;
  /** The number of carts that held an item that their user did not add. */
  readonly cartsMixedUp: number;
  /** The number of items that a user had added and that were missing from the cart. */
  readonly lost: number;
}

export const REQUESTS_PER_USER = 8;

const products = ['book', 'pen', 'lamp'] as const;

export async function sendShopTraffic(options: ShopTrafficOptions): Promise<ShopTrafficResult> {
  const { port, users, workPath, createId, signal, onResponse } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: 2 * users });
  const closeSockets = () => agent.destroy();
  signal.addEventListener('abort', closeSockets);
  const result = { requests: 0, reads: 0, mixedUp: 0, cartsMixedUp: 0, lost: 0 };

  async function visit(index: number): Promise<void> {
    const user = `user-${index + 1}`;
    // Users with adjacent numbers add different items.
    const addedItems = [productAt(index), productAt(index + 1 + (index % 2))];
    let cookie = '';
    const send = async (method: string, path: string, expectedStatus: number, form = ''): Promise<string> => {
      signal.throwIfAborted();
      const id = createId();
      const response = await sendRequest(agent, port, { method, path, cookie, id, form });
      const body = await text(response);
      if (response.statusCode !== expectedStatus) {
        throw new Error(
          `Expected ${method} ${path} to respond with status ${expectedStatus}, but got ${response.statusCode}: ${body}`,
        );
      }
      const [setCookie] = response.headers['set-cookie'] ?? [];
      if (setCookie !== undefined) [cookie = ''] = setCookie.split(';');
      result.requests++;
      result.reads++;
      if (response.headers['x-request-id'] !== `${id}`) result.mixedUp++;
      if (path === workPath) checkWork(body, id);
      onResponse?.();
      return body;
    };
    const checkWork = (body: string, id: number) => {
      const work: Record<string, unknown> = JSON.parse(body);
      const reads = stepNames.map((name) => work[name]);
      result.reads += reads.length + 1;
      result.mixedUp += reads.filter((read) => read !== id).length + (work.user === user ? 0 : 1);
    };
    const checkCart = async () => {
      const read: { user: string; cart: string[] } = JSON.parse(await send('GET', '/cart', 200));
      const unexpectedItems = [...read.cart];
      const missingItems = addedItems.filter((item) => {
        const index = unexpectedItems.indexOf(item);
        if (index !== -1) unexpectedItems.splice(index, 1);
        return index === -1;
      });
      result.reads += 2;
      if (read.user !== user) result.mixedUp++;
      if (unexpectedItems.length > 0) result.cartsMixedUp++;
      result.lost += missingItems.length;
    };

    await send('POST', '/sign-in', 303, `user=${user}`);
    await Promise.all(addedItems.map((item) => send('POST', '/cart', 303, `item=${item}`)));
    await checkCart();
    await send('GET', workPath, 200);
    await checkCart();
    const signedInCookie = cookie;
    await send('POST', '/sign-out', 303);
    // Once the user has signed out, the old cookie must be worthless to anyone who kept it.
    cookie = signedInCookie;
    await send('GET', '/cart', 401);
  }

  try {
    await Promise.all(Array.from({ length: users }, (_, index) => visit(index)));
    return result;
  } finally {
    signal.removeEventListener('abort', closeSockets);
    agent.destroy();
  }
}

function productAt(index: number): string {
  return products[index % products.length] ?? products[0];
}

interface ShopRequest {
  readonly method: string;
  readonly path: string;
  readonly cookie: string;
  readonly id: number;
  readonly form: string;
}

function sendRequest(
  agent: Agent,
  port: number,
  { method, path, cookie, id, form }: ShopRequest,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = {
      'x-request-id': id,
      ...(cookie === '' ? {} : { cookie }),
      ...(form === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    };
    request({ host: '127.0.0.1', port, agent, method, path, headers }, resolve).on('error', reject).end(form);
  });
}
