// expects: none
/** Interceptors as observables around a handler, a cache that keeps plain values, and a logger for each class. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { catchError, defer, from, lastValueFrom, of, tap } from 'rxjs';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const cache = new Map();
const loggers = new Map();
function loggerOf(name) {
  let logger = loggers.get(name);
  if (logger === undefined) {
    logger = { info: (text) => `${name} ${text} ${requests.getStore()?.id}` };
    loggers.set(name, logger);
  }
  return logger;
}
async function handler(key) {
  loggerOf('handler').info('begin');
  await wait(1);
  if (!cache.has(key)) cache.set(key, `value of ${key}`);
  return { value: cache.get(key), id: requests.getStore().id };
}
const intercept = (key, next) =>
  defer(() => from(next(key))).pipe(
    tap(({ id }) => loggerOf('interceptor').info(`${id}`)),
    catchError(() => of(null)),
  );
await interleave(
  requests,
  async (id) => {
    const result = await lastValueFrom(intercept(`key ${id % 2}`, handler));
    if (result?.id !== id) throw new Error('another flow');
  },
  8,
);
