// expects: lost callback, another, line 15
/** A queue calls back from the flow that finished before. */
import { AsyncLocalStorage } from 'node:async_hooks';
import fastq from 'fastq';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
function work(number, done) {
  setTimeout(done, 1, null, number * 2);
}
const queue = fastq(work, 1);
await interleave(requests, (id) => {
  let waiting = 1;
  return new Promise((resolve) => {
    queue.push(id, (_, result) => {
      requests.getStore();
      waiting -= 1;
      resolve(result + waiting);
    });
  });
});
