// expects: lost callback, another, line 18
/** A scheduler that coalesces saves: the last request within a time writes, and calls back for all. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import lodash from 'lodash';
import { interleave } from '../flows.mjs';

const users = new AsyncLocalStorage();
const saved = [];
const flush = lodash.debounce(() => {
  for (const { callback } of saved.splice(0)) callback(null);
}, 5);

async function save(document) {
  await wait(1);
  return await new Promise((resolve, reject) => {
    const { name } = document;
    const callback = (error) => (error ? reject(error) : resolve(`${name} by ${users.getStore()?.id}`));
    saved.push({ document, callback });
    flush();
  });
}
await interleave(users, (id) => save({ name: `document ${id}` }));
