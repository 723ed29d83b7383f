// expects: lost callback, another, line 23
/** Tasks wait in an array until the one before has ended: its reaction of `when` starts the next one. */
import { AsyncLocalStorage } from 'node:async_hooks';
import when from 'when';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const tasks = [];
let running = 0;
function run() {
  const task = tasks.shift();
  if (task === undefined || running > 0) return;
  running += 1;
  when(task())
    .delay(1)
    .then(() => {
      running -= 1;
      run();
    });
}
function schedule() {
  return when.promise((resolve) => {
    tasks.push(() => {
      const { id } = requests.getStore();
      resolve(`task of ${id}`);
    });
    if (running === 0) run();
  });
}
await interleave(requests, schedule, 4);
