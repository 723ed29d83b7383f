// expects: lost callback, another, line 15
/** The same with a variable of AsyncContext. */

import fastq from 'fastq';
import { AsyncContext } from 'throughline';
import { interleave } from '../flows.mjs';

const requests = new AsyncContext.Variable({ name: 'requests' });
function work(number, done) {
  setTimeout(done, 1, null, number * 2);
}
const queue = fastq(work, 1);
await interleave(requests, async (id) => {
  await new Promise((resolve) => {
    queue.push(id, (_, result) => {
      requests.get();
      resolve(result);
    });
  });
});
