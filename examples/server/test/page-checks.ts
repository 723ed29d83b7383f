/** What the tests of the pages, and the script that takes their pictures, do with the shop in a real browser. */
import { type Page, waitUntil } from '@throughline/testing/browsers';

/** Signs in at the shop. */
export async function signIn(page: Page, user: string): Promise<void> {
  await page.evaluate(`void (document.querySelector('#user').value = ${JSON.stringify(user)})`);
  await page.click('.sign-in button');
  await waitUntil(page, `document.querySelector('#cart')`);
}

/** Adds items to an empty cart. */
export async function addItems(page: Page, items: readonly string[]): Promise<void> {
  const count = `[...document.querySelectorAll('#cart li')].reduce((sum, line) => sum + parseInt(line.textContent), 0)`;
  for (const [index, item] of items.entries()) {
    await page.click(`button[value=${item}]`);
    await waitUntil(page, `${count} === ${index + 1}`);
  }
}
