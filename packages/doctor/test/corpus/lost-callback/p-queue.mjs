// expects: lost callback, another, line 12
/** A task waits in a queue, which starts it when the task of another flow has ended. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import PQueue from 'p-queue';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const queue = new PQueue({ concurrency: 2 });
await interleave(requests, async (id) => {
  await queue.add(
    async () => {
      await wait(1);
      return [id, requests.getStore()];
    },
    { priority: id },
  );
});
