// expects: late entry, missing, line 17
/** A driver with callbacks: the value is entered in the callback, and the code behind the promise does not see it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const connections = new AsyncLocalStorage();
let number = 0;
const driver = {
  connect(callback) {
    setTimeout(callback, 1, null, ++number);
  },
};
function connect() {
  return new Promise((resolve) => {
    driver.connect((_, connection) => {
      connections.enterWith(connection);
      resolve();
    });
  });
}
await interleave(requests, async (id) => {
  await connect();
  return [id, connections.getStore()];
});
