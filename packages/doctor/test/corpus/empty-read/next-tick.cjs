// expects: empty read, empty, line 8, from line 14
/** A job that was scheduled before the flow began. */
const { AsyncLocalStorage } = require('node:async_hooks');

const requests = new AsyncLocalStorage();
const queue = [];
function drain() {
  const store = requests.getStore();
  for (const job of queue.splice(0)) job(store);
}
function schedule() {
  if (queue.length > 0) return;
  queue.push(() => undefined);
  process.nextTick(drain);
}
requests.run(1, () => requests.getStore());
schedule();
requests.run(2, schedule);
module.exports = new Promise((resolve) => setImmediate(resolve));
