/** What the shop refuses, and that it says so. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, describe, it } from 'node:test';
import { sessions } from '@throughline/request/sessions';
import { type RunningServer, startServer } from './server.js';
import { MAX_CART_ITEMS, MAX_FORM_LENGTH } from './shop-handlers.js';
import { createShopMiddleware } from './shop-middleware.js';

/** Tells how often a session was read from it. */
class CountingMap extends Map<string, unknown> {
  reads = 0;
  #onRead: () => void = () => {};

  override get(key: string): unknown {
    this.reads++;
    this.#onRead();
    return super.get(key);
  }

  /** Waits until so many sessions have been read. */
  async readTo(count: number): Promise<void> {
    while (this.reads < count) {
      await new Promise<void>((resolve) => {
        this.#onRead = resolve;
      });
    }
  }
}

describe('the shop refuses', { timeout: 30_000 }, () => {
  const store = new CountingMap();
  let server: RunningServer;
  let cookie: string;

  before(async () => {
    const shop = createShopMiddleware(sessions({ secret: 'a secret that only this test knows', store }));
    server = await startServer(0, { shop });
  });
  after(() => server.close());
  beforeEach(async () => {
    cookie = '';
    const signedIn = await answerTo(post('/sign-in', 'user=ada'));
    assert.equal(signedIn.status, 303);
    [cookie = ''] = `${signedIn.headers['set-cookie']}`.split(';');
  });

  /** @param form undefined leaves the request open */
  function post(path: string, form?: string): ClientRequest {
    const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
    const sent = request({ host: '127.0.0.1', port: server.port, agent: false, method: 'POST', path, headers });
    if (form === undefined) sent.flushHeaders();
    else sent.end(form);
    return sent;
  }

  async function answerTo(
    sent: ClientRequest,
  ): Promise<{ status: number | undefined; headers: IncomingMessage['headers']; body: string }> {
    const [response]: IncomingMessage[] = await once(sent, 'response');
    assert.ok(response);
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  }

  async function cart(): Promise<string[]> {
    const response = await fetch(`http://127.0.0.1:${server.port}/cart`, { headers: { cookie } });
    assert.equal(response.status, 200);
    // The shop's own answer.
    return ((await response.json()) as { cart: string[] }).cart;
  }

  async function fill(count: number): Promise<string[]> {
    for (let index = 0; index < count; index++) {
      const { status } = await answerTo(post('/cart', `item=${index === 0 ? 'lamp' : 'book'}`));
      assert.equal(status, 303);
    }
    const filled = await cart();
    assert.equal(filled.length, count);
    return filled;
  }

  it('what no longer fits into the cart, and drops nothing that is in it', async () => {
    const full = await fill(MAX_CART_ITEMS);
    const { status, headers, body } = await answerTo(post('/cart', 'item=pen'));
    assert.equal(status, 409);
    assert.match(`${headers['content-type']}`, /^text\/html/);
    assert.match(body, /The cart is full: it holds 100 things\. Sign out to begin another\.[\s\S]*href="\/shop"/);
    assert.deepEqual(await cart(), full);
  });

  it('one of two requests that both saw the last free place', async () => {
    const before = await fill(MAX_CART_ITEMS - 1);
    const seen = store.reads;
    const both = [post('/cart'), post('/cart')];
    await store.readTo(seen + both.length);
    both[0]?.end('item=pen');
    both[1]?.end('item=lamp');
    const answers = await Promise.all(both.map(answerTo));
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [303, 409]);
    const added = answers[0]?.status === 303 ? 'pen' : 'lamp';
    assert.deepEqual(await cart(), [...before, added]);
  });

  it('what a user puts into the cart after having signed out in another window', async () => {
    const seen = store.reads;
    const late = post('/cart');
    await store.readTo(seen + 1);
    assert.equal((await answerTo(post('/sign-out', ''))).status, 303);
    late.end('item=pen');
    const { status, headers, body } = await answerTo(late);
    assert.equal(status, 409);
    assert.match(body, /The session has expired, or was ended/);
    assert.equal(headers['set-cookie'], undefined);
  });

  it('forms that are too long, on every route that takes one', async () => {
    const form = (start: string, length: number) => `${start}&rest=`.padEnd(length, 'x');
    for (const [path, start] of [
      ['/sign-in', 'user=bob'],
      ['/cart', 'item=pen'],
    ] as const) {
      for (const length of [MAX_FORM_LENGTH + 1, 300_000]) {
        const { status, body } = await answerTo(post(path, form(start, length)));
        assert.equal(status, 413);
        assert.match(body, /The form is too long: it may have 1000 characters\./);
      }
    }
    assert.deepEqual(await cart(), []);
    assert.equal((await answerTo(post('/cart', form('item=pen', MAX_FORM_LENGTH)))).status, 303);
    assert.deepEqual(await cart(), ['pen']);
  });

  it('what it does not sell, and names that are none', async () => {
    for (const form of ['item=boat', 'item=', '', 'item=__proto__']) {
      const { status, body } = await answerTo(post('/cart', form));
      assert.deepEqual([status, body.includes('Choose book, pen, lamp.')], [400, true], form);
    }
    for (const form of ['user=', '', 'user=%3Cb%3E', `user=${'a'.repeat(33)}`]) {
      const { status, body } = await answerTo(post('/sign-in', form));
      assert.deepEqual([status, body.includes('A name has 1 to 32 letters')], [400, true], form);
    }
    assert.deepEqual(await cart(), []);
  });
});
