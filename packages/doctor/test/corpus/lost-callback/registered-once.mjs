// expects: lost callback, missing, line 11
/** The first request registers the listener for all jobs, which then run in no flow. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const jobs = new EventEmitter();
function startListening() {
  if (jobs.listenerCount('done') > 0) return;
  const onDone = (job) => `${job} of ${requests.getStore()?.id}`;
  jobs.on('done', onDone);
}
await interleave(requests, () => startListening());
for (let job = 0; job < 3; job++) jobs.emit('done', job);
