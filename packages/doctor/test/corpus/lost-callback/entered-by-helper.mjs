// expects: lost callback, missing, line 16
/** A helper enters the job for its caller, which then adds a listener that a timer of the module calls. */
import { AsyncLocalStorage } from 'node:async_hooks';
import EventEmitter from 'eventemitter3';

const jobs = new AsyncLocalStorage();
const clock = new EventEmitter();
const timer = setInterval(() => clock.emit('tick'), 2);
function begin(id) {
  jobs.enterWith({ id });
}
async function work(id) {
  await null;
  begin(id);
  await new Promise((resolve) => {
    clock.once('tick', () => resolve(jobs.getStore()?.id));
  });
}
await Promise.all([1, 2, 3].map(work));
clearInterval(timer);
