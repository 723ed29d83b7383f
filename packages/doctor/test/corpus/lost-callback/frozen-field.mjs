// expects: lost callback, another, line 12
/** A field of a class holds an arrow function that is an argument of a call. */
import { AsyncLocalStorage } from 'node:async_hooks';
import fastq from 'fastq';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const queue = fastq((task, done) => setTimeout(() => done(null, task()), 1), 1);
class Report {
  lines = [];
  /** Called by the queue. */
  write = Object.freeze(() => {
    this.lines.push(requests.getStore()?.id);
  });
}
await interleave(requests, (id) => new Promise((resolve) => queue.push(new Report().write, () => resolve(id))), 3);
