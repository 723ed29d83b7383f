// expects: shared work, another, line 13
/** A job of a queue that several requests wait for: only the first adds it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import PQueue from 'p-queue';
import { interleave } from '../flows.mjs';

const requests = new AsyncLocalStorage();
const queue = new PQueue({ concurrency: 1 });
const reports = new Map();
async function createReport(day) {
  await wait(1);
  return `${day} for ${requests.getStore().id}`;
}
function reportOf(day) {
  if (!reports.has(day))
    reports.set(
      day,
      queue.add(() => createReport(day)),
    );
  return reports.get(day);
}
await interleave(requests, async () => {
  await reportOf('Monday');
});
