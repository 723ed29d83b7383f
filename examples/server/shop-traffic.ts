/**
 * Users of the shop, all at once, each with a session of its own: sign in, put two things into the cart with two requests
 * at once, read it, work, read it again, sign out. Each knows what it has put there; so this check trusts nothing in the
 * server.
 */
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { stepNames } from './request-work.js';

export interface ShopTrafficOptions {
  readonly port: number;
  readonly users: number;
  /** Where the work is asked for. */
  readonly work: '/work' | '/work?slow';
  readonly createId: () => number;
  readonly signal: AbortSignal;
  readonly onResponse?: () => void;
}

export interface ShopTrafficResult {
  readonly requests: number;
  /** How many reads of an id, a user or a cart the answers told of. */
  readonly reads: number;
  /** Reads of an id that was not the request's, or of a user who was not the one that sent it. */
  readonly mixedUp: number;
  /** Carts with anything that this user has not put there. */
  readonly cartsMixedUp: number;
  /** Things that a user has put into the cart and that were not there. */
  readonly lost: number;
}

export const REQUESTS_PER_USER = 8;

const items = ['book', 'pen', 'lamp'] as const;

export async function sendShopTraffic(options: ShopTrafficOptions): Promise<ShopTrafficResult> {
  const { port, users, work, createId, signal, onResponse } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: 2 * users });
  const hangUp = () => agent.destroy();
  signal.addEventListener('abort', hangUp);
  const seen = { requests: 0, reads: 0, mixedUp: 0, cartsMixedUp: 0, lost: 0 };

  async function visit(index: number): Promise<void> {
    const user = `user-${index + 1}`;
    // Neighbours buy different things.
    const wanted = [item(index), item(index + 1 + (index % 2))];
    let cookie = '';
    const send = async (method: string, path: string, expected: number, form = ''): Promise<string> => {
      signal.throwIfAborted();
      const id = createId();
      const response = await ask(agent, port, { method, path, cookie, id, form });
      const body = await text(response);
      if (response.statusCode !== expected)
        throw new Error(`${method} ${path} was answered ${response.statusCode}: ${body}`);
      const [set] = response.headers['set-cookie'] ?? [];
      if (set !== undefined) [cookie = ''] = set.split(';');
      seen.requests++;
      seen.reads++;
      if (response.headers['x-request-id'] !== `${id}`) seen.mixedUp++;
      if (path === work) checkWork(body, id);
      onResponse?.();
      return body;
    };
    const checkWork = (body: string, id: number) => {
      const answer: Record<string, unknown> = JSON.parse(body);
      const reads = stepNames.map((name) => answer[name]);
      seen.reads += reads.length + 1;
      seen.mixedUp += reads.filter((read) => read !== id).length + (answer.user === user ? 0 : 1);
    };
    const checkCart = async () => {
      const answer: { user: string; cart: string[] } = JSON.parse(await send('GET', '/cart', 200));
      const strange = [...answer.cart];
      const missing = wanted.filter((one) => {
        const at = strange.indexOf(one);
        if (at !== -1) strange.splice(at, 1);
        return at === -1;
      });
      seen.reads += 2;
      if (answer.user !== user) seen.mixedUp++;
      if (strange.length > 0) seen.cartsMixedUp++;
      seen.lost += missing.length;
    };

    await send('POST', '/sign-in', 303, `user=${user}`);
    await Promise.all(wanted.map((one) => send('POST', '/cart', 303, `item=${one}`)));
    await checkCart();
    await send('GET', work, 200);
    await checkCart();
    const ended = cookie;
    await send('POST', '/sign-out', 303);
    // What was signed out is worth nothing to whoever kept the cookie.
    cookie = ended;
    await send('GET', '/cart', 401);
  }

  try {
    await Promise.all(Array.from({ length: users }, (_, index) => visit(index)));
    return seen;
  } finally {
    signal.removeEventListener('abort', hangUp);
    agent.destroy();
  }
}

function item(index: number): string {
  return items[index % items.length] ?? items[0];
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly cookie: string;
  readonly id: number;
  readonly form: string;
}

function ask(agent: Agent, port: number, { method, path, cookie, id, form }: Asked): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = {
      'x-request-id': id,
      ...(cookie === '' ? {} : { cookie }),
      ...(form === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    };
    request({ host: '127.0.0.1', port, agent, method, path, headers }, resolve).on('error', reject).end(form);
  });
}
