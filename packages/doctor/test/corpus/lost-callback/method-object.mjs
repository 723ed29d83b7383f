// expects: lost callback, another, line 21
/** A method of a handler object is called by the flow that completes the operation of another. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const pending = [];
function dispatch(handler) {
  if (pending.push(handler) > 1) return;
  setTimeout(() => {
    for (const { onComplete } of pending.splice(0)) onComplete('body');
  }, 2);
}

await interleave(
  requests,
  (id) =>
    new Promise((resolve) => {
      dispatch({
        id,
        onComplete(body) {
          resolve([body, requests.getStore()]);
        },
      });
    }),
);
