// expects: none
/** Callbacks that leave their flow and read nothing there: a promise puts the flow right. */
import { AsyncLocalStorage } from 'node:async_hooks';
import fastq from 'fastq';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const queue = fastq((number, done) => setTimeout(done, 1, null, number), 1);
await interleave(requests, async (id) => {
  await new Promise((resolve) => queue.push(id, (_, result) => resolve(result)));
  if (requests.getStore().id !== id) throw new Error('another flow');
});
