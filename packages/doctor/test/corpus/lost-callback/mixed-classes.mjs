// expects: lost callback, another, line 19
/** A storage of Throughline inside one of Node: the one that is read is the inner one. */
import { AsyncLocalStorage as NodeStorage } from 'node:async_hooks';
import { AsyncLocalStorage } from 'throughline';
import { interleave } from '../flows.mjs';

const traces = new NodeStorage();
const requests = new AsyncLocalStorage({ name: 'requests' });
const waiting = [];
function flush() {
  for (const callback of waiting.splice(0)) callback();
}

await interleave(traces, async (id) => {
  await requests.run({ id }, async () => {
    await new Promise((resolve) => {
      if (waiting.length === 0) setTimeout(flush, 2);
      const trace = { id };
      waiting.push(() => {
        requests.getStore();
        resolve(trace);
      });
    });
  });
});
