// expects: lost callback, missing, line 15
/** The whole application runs in a scope with its configuration. A listener of a request is called there. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const configuration = new AsyncLocalStorage();
const requests = new AsyncLocalStorage();
await configuration.run({ locale: 'en' }, async () => {
  const mails = new EventEmitter();
  mails.setMaxListeners(0);
  const timer = setInterval(() => mails.emit('sent', configuration.getStore().locale), 2);
  await interleave(requests, async () => {
    mails.on('sent', (locale) => `${locale} ${requests.getStore()?.id}`);
    await wait(5);
  });
  clearInterval(timer);
});
