/**
 * The shape of the cases about objects that stand for one task. Such an object is made in one frame and listened to in
 * another, and its task is begun in a third, in two flows and in none at once: all that it tells must come in the third.
 */
import type { Implementation } from '../../case.js';
import { equal } from '../../expect.js';

export interface Task {
  readonly target: EventTarget;
  /** Begins the task. */
  start(): unknown;
  /** Undoes what it has left on the page. */
  end?(): unknown;
}

/**
 * Throws unless the task tells of all these events, the last of them last, and each listener and handler is called in the
 * frame of `start`.
 */
export async function eachTask(
  { AsyncLocalStorage }: Pick<Implementation, 'AsyncLocalStorage'>,
  make: () => Task | Promise<Task>,
  types: readonly string[],
): Promise<void> {
  const storage = new AsyncLocalStorage<string>();
  const flow = async (own: string | undefined): Promise<string[]> => {
    const { target, start, end } = await storage.run('maker', make);
    const missing = new Set(types);
    const wrong: string[] = [];
    try {
      await new Promise<void>((resolve) => {
        const note = (how: string) => (event: Event) => {
          const seen = storage.getStore();
          if (seen !== own) wrong.push(`${how} ${event.type}: expected ${own}, got ${seen}`);
          if (event.target !== target) return;
          if (how === 'listener of') missing.delete(event.type);
          // After all other listeners of this event.
          if (event.type === types.at(-1)) setTimeout(resolve, 0);
        };
        storage.run('listener', () => {
          for (const type of types) {
            if (`on${type}` in target) Reflect.set(target, `on${type}`, note('handler of'));
            target.addEventListener(type, note('listener of'));
          }
        });
        if (own === undefined) start();
        else storage.run(own, start);
      });
    } finally {
      await end?.();
    }
    return [...wrong, ...[...missing].map((type) => `no ${type}`)];
  };
  const wrong = await Promise.all(['a', undefined, 'b'].map(flow));
  equal(wrong.flat().join('; '), '', 'what is seen');
}

/** Resolves when this event comes. */
export function told(target: EventTarget, type: string): Promise<void> {
  return new Promise((resolve) => target.addEventListener(type, () => resolve(), { once: true }));
}

/** Puts an element into the page for as long as a step takes. */
export async function inPage<E extends Element, T>(element: E, step: (element: E) => T | Promise<T>): Promise<T> {
  document.body.append(element);
  try {
    return await step(element);
  } finally {
    element.remove();
  }
}

/** Waits until a task of a page's is over that was asked for after all others. */
export function later(ms = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
