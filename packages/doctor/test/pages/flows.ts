/** Runs work in several flows at once, as a page does with the clicks of its users. */

interface Runnable<T> {
  run<R>(store: T, fn: () => R): R;
}

export const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function interleave(storage: Runnable<{ id: number }>, work: (id: number) => unknown, count = 3) {
  const flows = Array.from({ length: count }, (_, id) => storage.run({ id }, () => work(id)));
  await Promise.all(flows);
  // What was left behind ends too.
  await wait(5);
}
