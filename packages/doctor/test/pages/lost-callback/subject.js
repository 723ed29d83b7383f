// expects: lost callback, missing, lost-callback/subject.js:12
/** A subscription of RxJS to values that a timer outside of every flow produces. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Subject } from 'rxjs';
import { wait } from '../flows.js';

const users = new AsyncLocalStorage();
const prices = new Subject();
setTimeout(() => prices.next(5), 10);

users.run('ada', () => {
  prices.subscribe((price) => {
    document.title = `${users.getStore()} pays ${price}`;
  });
});
export default wait(40);
