// expects: none
/** Jobs that are still running, with parts of their own that have ended, and loops that never end by design. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setInterval as every, setTimeout as wait } from 'node:timers/promises';
import { whileOpen } from '../outlived.mjs';

const jobs = new AsyncLocalStorage();
const spans = new AsyncLocalStorage();
const stop = new AbortController();
async function report() {
  const timer = setInterval(() => jobs.getStore(), 5);
  stop.signal.addEventListener('abort', () => clearInterval(timer));
}
async function work() {
  await spans.run('first', report);
  await spans.run('second', report);
  for await (const _ of every(5, undefined, { signal: stop.signal })) jobs.getStore();
}
const running = [1, 2, 3].map((id) => jobs.run({ id }, () => work()));
// Whether a flow without a promise and without a request has ended is not known.
const loops = [1, 2].map((id) => jobs.run({ id }, () => setInterval(() => jobs.getStore(), 5)));
// The function has ended, but the promise that it has returned is pending.
const adopted = [1, 2].map((id) =>
  jobs.run({ id }, async () => wait(60_000, undefined, { signal: stop.signal, ref: false })),
);
await whileOpen();
for (const loop of loops) clearInterval(loop);
stop.abort();
await Promise.allSettled([...running, ...adopted]);
