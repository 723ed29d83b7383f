// expects: lost callback, another, line 17
/** The handler of an instance is an arrow function in a field, which a queue of the package async calls. */
import { AsyncLocalStorage } from 'node:async_hooks';
import async from 'async';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const queue = async.queue((number, done) => setTimeout(done, 1, null, number), 1);
class Job {
  results = [];
  constructor(number, resolve) {
    this.number = number;
    this.resolve = resolve;
  }
  start = () => queue.push(this.number, this.finish);
  /** Called by the queue. */
  finish = (_, result) => {
    this.results.push([result, requests.getStore().id]);
    this.resolve(this.results);
  };
}
await interleave(requests, (id) => new Promise((resolve) => new Job(id, resolve).start()));
