// expects: late entry, missing, line 12
/** The method of a service enters the locale when it has read the profile. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
class Locales {
  #storage = new AsyncLocalStorage();
  async detect(profile) {
    await wait(1);
    this.#storage.enterWith(profile.locale);
  }
  get current() {
    return this.#storage.getStore() ?? 'en';
  }
}
const locales = new Locales();
await interleave(requests, async (id) => {
  await locales.detect({ locale: id % 2 === 0 ? 'fr' : 'de' });
  await wait(1);
  return `in ${locales.current}`;
});
