/** Flows share one limiter, so that most functions wait until another flow has ended. */
import { AsyncLocalStorage } from 'node:async_hooks';
import pLimit from 'p-limit';
import { pause, runFlows } from './checks.js';

const storage = new AsyncLocalStorage();
const limit = pLimit(3);

runFlows((flow, check) =>
  storage.run(flow, async () => {
    const read = async () => {
      const before = storage.getStore();
      await pause();
      return [before, storage.getStore()];
    };
    for (const [before, after] of await Promise.all([limit(read), limit(read), limit(read)])) {
      check('limited function', before, flow);
      check('limited function after an await', after, flow);
    }
    check('after the limiter', storage.getStore(), flow);
  }),
);
