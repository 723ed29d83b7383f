// The callbacks of timers and microtasks run in the flow that started them.
import { AsyncLocalStorage } from 'throughline';

const job = new AsyncLocalStorage({ name: 'job' });

function start() {
  setTimeout(() => console.log(`timer of ${job.getStore()}`), 100);
  queueMicrotask(() => console.log(`microtask of ${job.getStore()}`));
  let count = 0;
  const interval = setInterval(() => {
    count++;
    console.log(`tick ${count} of ${job.getStore()}`);
    if (count === 3) clearInterval(interval);
  }, 60);
}

job.run('import', start);
job.run('export', start);
console.log(`top level: ${job.getStore()}`);
