// expects: none
/** Jobs are retried by timers that they start themselves, in a queue that keeps plain data and starts its own flows. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';

const jobs = new AsyncLocalStorage();
const finished = new EventEmitter();
const pending = [];
let running = 0;
function start() {
  while (running < 2 && pending.length > 0) {
    const job = pending.shift();
    running += 1;
    jobs.exit(() => jobs.run(job, work, 0));
  }
}
function work(attempt) {
  const { id } = jobs.getStore();
  if (attempt < 2) {
    setTimeout(() => work(jobs.getStore().id === id ? attempt + 1 : -1), 1);
    return;
  }
  if (attempt < 0) throw new Error('another job');
  running -= 1;
  finished.emit('job', id);
  start();
}
const ended = new Promise((resolve) => {
  const ids = new Set();
  finished.on('job', (id) => {
    if (ids.add(id).size === 8) resolve();
  });
});
for (let id = 0; id < 8; id++) pending.push({ id });
start();
await ended;
