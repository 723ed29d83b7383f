// expects: late entry, missing, line 13
/** A task of the package async enters the locale in the callback of a timer, before the next task runs. */
import { AsyncLocalStorage } from 'node:async_hooks';
import async from 'async';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const locales = new AsyncLocalStorage();
async function negotiate(id) {
  await new Promise((resolve) => setTimeout(resolve, 1));
  const locale = id % 2 === 0 ? 'en' : 'fr';
  if (locale === undefined) throw new Error('no locale');
  locales.enterWith(locale);
  return locale;
}
const translate = async (text) => `${text} in ${locales.getStore()}`;
await interleave(requests, (id) => async.series([async () => negotiate(id), async () => translate('hello')]));
