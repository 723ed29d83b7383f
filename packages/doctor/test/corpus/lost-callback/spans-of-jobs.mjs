// expects: lost callback, another, line 25
/** A queue opens a span for each job that it starts, in the flow of the job before. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const spans = new AsyncLocalStorage();
const jobs = [];
let isRunning = false;
function start() {
  const job = jobs.shift();
  isRunning = job !== undefined;
  if (job === undefined) return;
  spans.run({ parent: spans.getStore() }, () => job(() => setImmediate(start)));
}
function add(job) {
  jobs.push(job);
  if (!isRunning) start();
}

await interleave(
  requests,
  (id) =>
    new Promise((resolve) => {
      add((done) => {
        resolve(requests.getStore().id - id);
        done();
      });
    }),
  60,
);
