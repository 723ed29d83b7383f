// expects: lost callback, another, line 15
/** Requests that ask for the same key wait in a memoized function for the first one. */
import { AsyncLocalStorage } from 'node:async_hooks';
import async from 'async';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const readSetting = async.memoize((key, callback) => {
  setTimeout(() => callback(null, `${key}=1`), 3);
});

function handle() {
  const request = requests.getStore();
  return new Promise((resolve, reject) => {
    readSetting('locale', (error, setting) => {
      if (error) return reject(error);
      return resolve(`${setting} ${request === requests.getStore()}`);
    });
  });
}
await interleave(requests, handle);
