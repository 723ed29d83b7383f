// expects: lost callback, missing, line 15
/** Requests register what is to be done when the program ends. */
import { AsyncLocalStorage } from 'node:async_hooks';
import async from 'async';
import { interleave } from '../flows.mjs';

const sessions = new AsyncLocalStorage();
const hooks = [];
function onShutdown(hook) {
  hooks.push(hook);
}
await interleave(sessions, async (id) => {
  await null;
  const files = [`${id}.tmp`];
  onShutdown((done) => {
    setImmediate(done, null, `${files} of ${sessions.getStore()?.id}`);
  });
});
await async.series(hooks);
