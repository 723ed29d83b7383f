// expects: lost callback, another, line 14
/** A cargo of the package async passes several tasks to one worker, and then calls back for each. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { cargo } from 'async';
import { interleave } from '../flows.mjs';

const jobs = new AsyncLocalStorage();
const inserts = cargo((rows, done) => {
  setTimeout(done, 2, null, rows.length);
}, 3);
const insert = (row) => {
  const { id } = jobs.getStore();
  return new Promise((resolve, reject) => {
    inserts.push(row, (error) => {
      if (error) reject(error);
      else if (jobs.getStore().id === id) resolve(row);
      else resolve(null);
    });
  });
};
await interleave(jobs, (id) => insert({ id }), 7);
