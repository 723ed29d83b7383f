/** What scripts outside of the build use of the page. */
import { AsyncLocalStorage } from 'throughline';
import { install } from 'throughline/web';

const users = new AsyncLocalStorage({ name: 'users' });

export function exposeTo(target) {
  target.readUser = () => users.getStore();
  target.runAs = (user, fn) => users.run(user, fn);
  target.followAwaits = () => install({ await: true });
}
