// expects: empty read, empty, empty-read/poller.js:10
/** A timer that the module starts belongs to no flow. */
import { AsyncLocalStorage } from 'throughline';
import { wait } from '../flows.js';

const users = new AsyncLocalStorage();
users.run('ada', () => {});

function poll() {
  document.body.dataset.user = String(users.getStore());
}

setTimeout(poll, 5);
export default wait(30);
