// expects: empty read, empty, line 7, from line 11
/** A value is read while the module is loaded. */
import { AsyncLocalStorage } from 'node:async_hooks';

const locales = new AsyncLocalStorage();
function translate(text) {
  const locale = locales.getStore();
  return `${text} in ${locale}`;
}
locales.run('fr', () => translate('hello'));
export const title = translate('title');
