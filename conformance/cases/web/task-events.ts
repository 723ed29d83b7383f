/**
 * The model of the cases about objects that represent one task, such as an `XMLHttpRequest` or an image that loads.
 * Three frames are involved, and the listeners must run in the third:
 *
 *     storage.run('creator', create)      creates the object
 *     storage.run('listener', listen)     registers listeners and event handlers
 *     storage.run('a', start)             starts the task ──── every listener and handler expects 'a'
 *
 * Three such objects are pending at once: two whose tasks start in flows, and one whose task starts in the root.
 */
import { equal } from '../../assert.js';
import type { Implementation } from '../../case.js';
import { runInFlowOrRoot } from '../../concurrent-flows.js';

export interface Task {
  /** The object that fires the events. */
  readonly target: EventTarget;
  /** Starts the task. */
  start(): unknown;
  /** Removes what the task has left on the page. */
  cleanUp?(): unknown;
}

/**
 * Asserts that a task fires all `types`, the last one last, and that each listener and event handler runs in the frame
 * of the `start` call.
 */
export async function assertTaskKeepsFrame(
  { AsyncLocalStorage }: Pick<Implementation, 'AsyncLocalStorage'>,
  create: () => Task | Promise<Task>,
  types: readonly string[],
): Promise<void> {
  const storage = new AsyncLocalStorage<string>();
  const flow = async (expected: string | undefined): Promise<string[]> => {
    const { target, start, cleanUp } = await storage.run('creator', create);
    const missing = new Set(types);
    const errors: string[] = [];
    try {
      await new Promise<void>((resolve) => {
        const record = (kind: 'listener' | 'handler') => (event: Event) => {
          const value = storage.getStore();
          if (value !== expected) errors.push(`${kind} of ${event.type}: expected ${expected}, got ${value}`);
          if (event.target !== target) return;
          if (kind === 'listener') missing.delete(event.type);
          // In a timer, after all other listeners of this event.
          if (event.type === types.at(-1)) setTimeout(resolve, 0);
        };
        storage.run('listener', () => {
          for (const type of types) {
            if (`on${type}` in target) Reflect.set(target, `on${type}`, record('handler'));
            target.addEventListener(type, record('listener'));
          }
        });
        runInFlowOrRoot(storage, expected, start);
      });
    } finally {
      await cleanUp?.();
    }
    return [...errors, ...[...missing].map((type) => `no ${type}`)];
  };
  const errors = await Promise.all(['a', undefined, 'b'].map(flow));
  equal(errors.flat().join('; '), '', 'wrong values');
}
