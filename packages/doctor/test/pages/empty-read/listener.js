// expects: empty read, empty, empty-read/listener.js:9
/** A listener of the page. */
import { AsyncLocalStorage } from 'throughline';
import { wait } from '../flows.js';

const users = new AsyncLocalStorage();
users.run('ada', () => {});

const onHash = () => void users.getStore();
addEventListener('hashchange', onHash);
location.hash = '#changed';
export default wait(30);
