/** The requests that the shop refuses, and the error pages that it sends for them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, describe, it } from 'node:test';
import { sessions } from '@throughline/request/sessions';
import { type RunningServer, startServer } from './server.js';
import { MAX_CART_ITEMS, MAX_FORM_LENGTH } from './shop-handlers.js';
import { createShopMiddleware } from './shop-middleware.js';

/** A session store that counts its reads. */
class CountingMap extends Map<string, unknown> {
  reads = 0;
  #onRead: () => void = () => {};

  override get(key: string): unknown {
    this.reads++;
    this.#onRead();
    return super.get(key);
  }

  /** Waits until the total number of reads is `count`. */
  async waitForReads(count: number): Promise<void> {
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
    const signedIn = await responseTo(post('/sign-in', 'user=ada'));
    assert.equal(signedIn.status, 303);
    [cookie = ''] = `${signedIn.headers['set-cookie']}`.split(';');
  });

  /** @param form undefined keeps the request open, so that the caller can send the form later */
  function post(path: string, form?: string): ClientRequest {
    const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
    const sent = request({ host: '127.0.0.1', port: server.port, agent: false, method: 'POST', path, headers });
    if (form === undefined) sent.flushHeaders();
    else sent.end(form);
    return sent;
  }

  async function responseTo(
    sent: ClientRequest,
  ): Promise<{ status: number | undefined; headers: IncomingMessage['headers']; body: string }> {
    const [response]: IncomingMessage[] = await once(sent, 'response');
    assert.ok(response);
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  }

  async function cart(): Promise<string[]> {
    const response = await fetch(`http://127.0.0.1:${server.port}/cart`, { headers: { cookie } });
    assert.equal(response.status, 200);
    // The type is the one that sendCart() sends.
    return ((await response.json()) as { cart: string[] }).cart;
  }

  /** Adds items until there are `count`, and returns the cart. */
  async function fillCart(count: number): Promise<string[]> {
    for (let index = 0; index < count; index++) {
      const { status } = await responseTo(post('/cart', `item=${index === 0 ? 'lamp' : 'book'}`));
      assert.equal(status, 303);
    }
    const items = await cart();
    assert.equal(items.length, count);
    return items;
  }

  it('an item for a full cart, which keeps all of its items', async () => {
    const full = await fillCart(MAX_CART_ITEMS);
    const { status, headers, body } = await responseTo(post('/cart', 'item=pen'));
    assert.equal(status, 409);
    assert.match(`${headers['content-type']}`, /^text\/html/);
    assert.match(
      body,
      /The cart is full: it holds at most 100 items\. Sign out to start a new one\.[\s\S]*href="\/shop"/,
    );
    assert.deepEqual(await cart(), full);
  });

  it('one of two concurrent requests that both read a cart with room for one item', async () => {
    const before = await fillCart(MAX_CART_ITEMS - 1);
    const readsBefore = store.reads;
    const both = [post('/cart'), post('/cart')];
    await store.waitForReads(readsBefore + both.length);
    both[0]?.end('item=pen');
    both[1]?.end('item=lamp');
    const responses = await Promise.all(both.map(responseTo));
    assert.deepEqual(responses.map(({ status }) => status).toSorted(), [303, 409]);
    const added = responses[0]?.status === 303 ? 'pen' : 'lamp';
    assert.deepEqual(await cart(), [...before, added]);
  });

  it('an item from a user who has signed out in another window', async () => {
    const readsBefore = store.reads;
    const late = post('/cart');
    await store.waitForReads(readsBefore + 1);
    assert.equal((await responseTo(post('/sign-out', ''))).status, 303);
    late.end('item=pen');
    const { status, headers, body } = await responseTo(late);
    assert.equal(status, 409);
    assert.match(body, /The session has expired, or was ended/);
    assert.equal(headers['set-cookie'], undefined);
  });

  it('a form that is too long, on every route that reads one', async () => {
    const form = (start: string, length: number) => `${start}&rest=`.padEnd(length, 'x');
    for (const [path, start] of [
      ['/sign-in', 'user=bob'],
      ['/cart', 'item=pen'],
    ] as const) {
      for (const length of [MAX_FORM_LENGTH + 1, 300_000]) {
        const { status, body } = await responseTo(post(path, form(start, length)));
        assert.equal(status, 413);
        assert.match(body, /The form is too long: it may have at most 1000 characters\./);
      }
    }
    assert.deepEqual(await cart(), []);
    assert.equal((await responseTo(post('/cart', form('item=pen', MAX_FORM_LENGTH)))).status, 303);
    assert.deepEqual(await cart(), ['pen']);
  });

  it('unknown products and invalid names', async () => {
    for (const form of ['item=boat', 'item=', '', 'item=__proto__']) {
      const { status, body } = await responseTo(post('/cart', form));
      assert.deepEqual([status, body.includes('Choose one of: book, pen, lamp.')], [400, true], form);
    }
    for (const form of ['user=', '', 'user=%3Cb%3E', `user=${'a'.repeat(33)}`]) {
      const { status, body } = await responseTo(post('/sign-in', form));
      assert.deepEqual([status, body.includes('A name has 1 to 32 letters')], [400, true], form);
    }
    assert.deepEqual(await cart(), []);
  });
});
