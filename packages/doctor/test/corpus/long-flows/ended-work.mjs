// expects: none
/** Requests that leave nothing: timers that are cleared, listeners that are removed, promises that nothing refers to. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter, once } from 'node:events';
import { watch } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { interleave } from '../flows.mjs';
import { whileOpen } from '../outlived.mjs';

const requests = new AsyncLocalStorage();
const emitter = new EventEmitter();
const cache = new Map();
const forgotten = async () => {
  await new Promise(() => undefined);
  return requests.getStore();
};
await interleave(requests, async (id) => {
  const interval = setInterval(() => requests.getStore(), 1000);
  const timeout = setTimeout(() => requests.getStore(), 60_000);
  const watcher = watch(fileURLToPath(import.meta.url));
  const listener = AsyncLocalStorage.bind(() => requests.getStore());
  emitter.on('change', listener);
  void forgotten();
  const result = Promise.race([wait(1), new Promise(() => undefined)]);
  cache.set(id, result);
  const go = once(emitter, 'go');
  setImmediate(() => emitter.emit('go'));
  await Promise.all([result, go]);
  cache.set(id, requests.getStore());
  emitter.removeListener('change', listener);
  watcher.close();
  clearTimeout(timeout);
  clearInterval(interval);
});
await whileOpen();
