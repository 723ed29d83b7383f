/** A queue in a worker, whose timer belongs to no flow. */
import { AsyncLocalStorage } from 'throughline';

const users = new AsyncLocalStorage();
const queue = [];
setInterval(() => {
  for (const task of queue.splice(0)) task();
}, 5);

function enqueue() {
  queue.push(() => {
    self.postMessage(users.getStore() ?? 'none');
  });
}

self.onmessage = ({ data }) => users.run(data, enqueue);
