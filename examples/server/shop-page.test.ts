/** The shop as its users meet it: two windows of a real browser, each of a user of its own. */
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

const heading = `document.querySelector('h1')?.textContent`;
const cart = `[...document.querySelectorAll('li')].map((line) => line.textContent).join()`;

/** Waits until an expression has the value, on whichever page a form has led to. */
async function shows(page: Page, expression: string, wanted: string): Promise<void> {
  for (;;) {
    try {
      if ((await page.evaluate(expression)) === wanted) return;
    } catch (error) {
      // The page asked was just being left.
      if (!/context/i.test(`${error}`)) throw error;
    }
  }
}

/** Asks the server for the page again. */
async function reload(page: Page, user: string): Promise<void> {
  await page.evaluate(`void setTimeout(() => location.reload(), 0, document.title = 'left')`);
  await shows(page, 'document.title', `Cart of ${user} · Throughline`);
}

async function shop(page: Page, user: string, items: readonly string[], wanted: string): Promise<void> {
  await shows(page, heading, 'Sign in');
  await page.evaluate(`void (document.querySelector('[name=user]').value = ${JSON.stringify(user)})`);
  await page.click('form[action="/sign-in"] button');
  await shows(page, heading, `Cart of ${user}`);
  assert.equal(await page.evaluate(cart), 'Nothing yet');
  const filled: string[] = [];
  for (const item of items) {
    filled.push(item);
    await page.click(`button[value=${item}]`);
    const lines = [...new Set(filled)].map((one) => `${filled.filter((other) => other === one).length} × ${one}`);
    await shows(page, cart, lines.join());
  }
  assert.equal(await page.evaluate(cart), wanted);
}

it('two users in two windows each see their own cart, and only that', { timeout: 60_000 }, async () => {
  const url = `http://127.0.0.1:${server.port}/shop`;
  const [ada, bob] = await Promise.all([browser.page(url), browser.page(url)]);
  await Promise.all([
    shop(ada, 'ada', ['book', 'lamp', 'book'], '2 × book,1 × lamp'),
    shop(bob, "bob o'hara", ['pen'], '1 × pen'),
  ]);
  for (const [page, user, wanted] of [
    [ada, 'ada', '2 × book,1 × lamp'],
    [bob, "bob o'hara", '1 × pen'],
  ] as const) {
    await reload(page, user);
    assert.equal(await page.evaluate(cart), wanted);
    assert.equal(await page.evaluate('document.cookie'), '', 'no script of a page reads the cookie');
  }
  await ada.click('form[action="/sign-out"] button');
  await shows(ada, heading, 'Sign in');
  await reload(bob, "bob o'hara");
  assert.equal(await bob.evaluate(cart), '1 × pen');
});
