/**
 * Functions that the cases about pages share: they wait for events and time, and keep elements in the page for a while.
 */

/** Resolves when `target` fires the next event of this type. */
export function nextEvent(target: EventTarget, type: string): Promise<void> {
  return new Promise((resolve) => target.addEventListener(type, () => resolve(), { once: true }));
}

/** Appends an element to the body of the page while `step` runs. */
export async function whileInPage<E extends Element, T>(element: E, step: (element: E) => T | Promise<T>): Promise<T> {
  document.body.append(element);
  try {
    return await step(element);
  } finally {
    element.remove();
  }
}

/** Resolves in a timer, after the tasks that are already queued. */
export function delay(ms = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
