/** Runs work in several flows at once, as a page does with the clicks of its users. */
export const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * @param {{ run(store: { id: number }, fn: () => unknown): unknown }} storage holds the flow
 * @param {(id: number) => unknown} work
 */
export async function interleave(storage, work, count = 3) {
  const flows = Array.from({ length: count }, (_, id) => storage.run({ id }, () => work(id)));
  await Promise.all(flows);
  // What was left behind ends too.
  await wait(5);
}
