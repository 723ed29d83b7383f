// expects: late entry, missing, line 10
/** The value is entered two awaits below the function that reads it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const locales = new AsyncLocalStorage();
const remember = async (locale) => {
  locales.enterWith(locale);
};
async function negotiate(header) {
  await wait(1);
  await remember(header);
}
async function prepare(id) {
  await negotiate(id % 2 === 0 ? 'en' : 'fr');
}
await interleave(requests, async (id) => {
  await prepare(id);
  await wait(1);
  return locales.getStore();
});
