// expects: empty read, empty, line 9, from line 13
/** A message is handled by a function of the module. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';

const jobs = new AsyncLocalStorage();
function onMessage() {
  const job = jobs.getStore();
  return job;
}
jobs.run(1, () => undefined);
const { port1, port2 } = new MessageChannel();
port1.on('message', onMessage);
port2.postMessage('work');
await once(port1, 'message');
port1.close();
