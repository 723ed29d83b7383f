/** Runs work in several flows at once, as a server does with requests. */
import { setTimeout as wait } from 'node:timers/promises';

/**
 * @param {import('node:async_hooks').AsyncLocalStorage<{ id: number }>} storage holds the flow
 * @param {(id: number) => unknown} work
 */
export async function interleave(storage, work, count = 6) {
  const flows = Array.from({ length: count }, (_, id) => storage.run({ id }, () => work(id)));
  await Promise.all(flows);
  // What was left behind ends too.
  await wait(5);
}
