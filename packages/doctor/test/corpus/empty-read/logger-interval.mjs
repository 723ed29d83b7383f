// expects: empty read, empty, line 7, from line 10
/** A logger reads the request. A timer of the module logs too. */
import { AsyncLocalStorage } from 'node:async_hooks';
import pino from 'pino';

const requests = new AsyncLocalStorage();
const log = pino({ mixin: () => ({ id: requests.getStore()?.id }) }, { write: () => undefined });
requests.run({ id: 1 }, () => log.info('request'));
let left = 3;
const timer = setInterval(() => {
  log.info('still here');
  left -= 1;
  if (left === 0) clearInterval(timer);
}, 1);
await new Promise((resolve) => setTimeout(resolve, 20));
