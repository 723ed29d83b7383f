/** The shop as its users see it: two windows of a real browser, each with another user. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { sessions } from '@throughline/request/sessions';
import { type Browser, openBrowser, type Page } from '@throughline/testing/browsers';
import { type RunningServer, startServer } from './server.js';
import { createShopMiddleware } from './shop-middleware.js';

let server: RunningServer;
let browser: Browser;

before(async () => {
  const store = new Map();
  server = await startServer(0, {
    shop: createShopMiddleware(sessions({ secret: 'a secret that only this test knows', store })),
  });
  browser = await openBrowser('chromium');
});
after(async () => {
  await browser?.close();
  await server.close();
});

/** Expression: the heading of the page. */
const heading = `document.querySelector('h1')?.textContent`;
/** Expression: the lines of the cart. */
const cart = `[...document.querySelectorAll('#cart li, p#cart')].map((line) => line.textContent).join()`;

/** Waits until an expression has the value, on this page or on the one that a form leads to. */
async function waitForValue(page: Page, expression: string, expected: string): Promise<void> {
  for (;;) {
    try {
      if ((await page.evaluate(expression)) === expected) return;
    } catch (error) {
      // The browser was navigating away from the page.
      if (!/context/i.test(`${error}`)) throw error;
    }
  }
}

/** Reloads the page, so that it shows what the server stores. */
async function reload(page: Page, user: string): Promise<void> {
  await page.evaluate(`void setTimeout(() => location.reload(), 0, document.title = 'reloading')`);
  await waitForValue(page, 'document.title', `${user}'s cart · Throughline`);
}

/** Signs in and adds the items. */
async function shop(page: Page, user: string, items: readonly string[], expectedCart: string): Promise<void> {
  await waitForValue(page, heading, 'Sign in');
  await page.evaluate(`void (document.querySelector('[name=user]').value = ${JSON.stringify(user)})`);
  await page.click('form[action="/sign-in"] button');
  await waitForValue(page, heading, `${user}'s cart`);
  assert.equal(await page.evaluate(cart), 'The cart is empty');
  const added: string[] = [];
  for (const item of items) {
    added.push(item);
    await page.click(`button[value=${item}]`);
    const lines = [...new Set(added)].map((name) => `${added.filter((other) => other === name).length} × ${name}`);
    await waitForValue(page, cart, lines.join());
  }
  assert.equal(await page.evaluate(cart), expectedCart);
}

it('two users in two windows each see only their own cart', { timeout: 60_000 }, async () => {
  const url = `http://127.0.0.1:${server.port}/shop`;
  const [ada, bob] = await Promise.all([browser.openPage(url), browser.openPage(url)]);
  await Promise.all([
    shop(ada, 'ada', ['book', 'lamp', 'book'], '2 × book,1 × lamp'),
    shop(bob, "bob o'hara", ['pen'], '1 × pen'),
  ]);
  for (const [page, user, expectedCart] of [
    [ada, 'ada', '2 × book,1 × lamp'],
    [bob, "bob o'hara", '1 × pen'],
  ] as const) {
    await reload(page, user);
    assert.equal(await page.evaluate(cart), expectedCart);
    assert.equal(await page.evaluate('document.cookie'), '', 'scripts cannot read the cookie');
  }
  await ada.click('form[action="/sign-out"] button');
  await waitForValue(ada, heading, 'Sign in');
  await reload(bob, "bob o'hara");
  assert.equal(await bob.evaluate(cart), '1 × pen');
});
