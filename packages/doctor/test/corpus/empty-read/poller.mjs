// expects: empty read, empty, line 6, from line 8
/** A helper that requests and a timer of the module use. */
import { AsyncLocalStorage } from 'node:async_hooks';

const requests = new AsyncLocalStorage();
const log = (text) => `${text} ${requests.getStore()?.id}`;
function poll() {
  setTimeout(() => log('polled'), 1);
}
requests.run({ id: 1 }, () => log('request'));
poll();
await new Promise((resolve) => setTimeout(resolve, 10));
