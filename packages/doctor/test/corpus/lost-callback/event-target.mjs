// expects: lost callback, missing, line 10
/** A listener of an EventTarget that is dispatched outside of the flow. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const shutdown = new AbortController();
await interleave(requests, (id) => {
  const onAbort = { handled: 0 };
  shutdown.signal.addEventListener('abort', () => {
    onAbort.handled += requests.getStore()?.id ?? id;
  });
});
shutdown.abort();
