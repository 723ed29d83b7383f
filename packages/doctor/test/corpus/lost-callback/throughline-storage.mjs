// expects: lost callback, another, line 15
/** The same with Throughline's class. */

import fastq from 'fastq';
import { AsyncLocalStorage } from 'throughline';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage({ name: 'requests' });
function work(number, done) {
  setTimeout(done, 1, null, number * 2);
}
const queue = fastq(work, 1);
await interleave(requests, async (id) => {
  await new Promise((resolve) => {
    queue.push(id, (_, result) => {
      requests.getStore();
      resolve(result);
    });
  });
});
