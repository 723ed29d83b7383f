// expects: none
/** A pool that hands a connection over when a request releases it, at the end of the function that has logged. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const log = () => requests.getStore().id;
const idle = ['a', 'b', 'c', 'd'];
const waiting = [];
function acquire() {
  const connection = idle.pop();
  return connection === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(connection);
}
function release(connection) {
  const next = waiting.shift();
  if (next === undefined) idle.push(connection);
  else next(connection);
}
async function query(connection) {
  log();
  await wait(1);
  return `${connection} of ${log()}`;
}
async function withConnection(work) {
  const connection = await acquire();
  try {
    return await work(connection);
  } finally {
    log();
    release(connection);
  }
}
await interleave(requests, async (id) => {
  for (let i = 0; i < 3; i++) await withConnection(query);
  // Two connections that are released in one job, to two other requests.
  const both = [await acquire(), id % 2 === 0 ? await acquire() : undefined];
  log();
  for (const connection of both) if (connection !== undefined) release(connection);
  log();
});
