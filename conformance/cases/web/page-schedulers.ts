import { equal } from '../../assert.js';
import type { Chapter } from '../../case.js';
import { assertCallbackKeepsFrame, assertFlowsKeepFrame } from '../../concurrent-flows.js';

export const pageSchedulers: Chapter = {
  title: 'Web: schedulers',
  cases: [
    {
      name: 'The requestAnimationFrame() callback runs in the frame of the call',
      needs: ['requestAnimationFrame'],
      run: (implementation) =>
        assertCallbackKeepsFrame(implementation, (callback) => requestAnimationFrame(() => callback())),
    },
    {
      name: 'A chain of requestAnimationFrame() callbacks keeps its frame',
      needs: ['requestAnimationFrame'],
      run: (implementation) =>
        assertFlowsKeepFrame(
          implementation,
          (check) =>
            new Promise<void>((resolve) => {
              const step = (left: number) => {
                check(`${left} left`);
                if (left === 0) resolve();
                else requestAnimationFrame(() => step(left - 1));
              };
              step(3);
            }),
        ),
    },
    {
      name: 'The requestIdleCallback() callback runs in the frame of the call',
      needs: ['requestIdleCallback'],
      run: (implementation) =>
        assertCallbackKeepsFrame(implementation, (callback) => requestIdleCallback(() => callback(), { timeout: 1 })),
    },
    {
      name: 'The scheduler.postTask() callback and the code that awaits the task run in the frame of the call',
      needs: ['scheduler', 'TaskController'],
      run: (implementation) =>
        assertFlowsKeepFrame(implementation, async (check) => {
          const result = await globalScheduler().postTask(async () => {
            check('in the task');
            await nextTimer();
            check('after an await in the task');
            return 'result';
          });
          check('after postTask');
          equal(result, 'result');
        }),
    },
    {
      name: 'Awaiting scheduler.yield() keeps the frame',
      needs: ['scheduler', 'TaskController'],
      run: (implementation) =>
        assertFlowsKeepFrame(implementation, async (check) => {
          await globalScheduler().yield();
          check('after yield');
        }),
    },
    {
      name: 'A timer passes its arguments to the callback unchanged, including functions',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const fn = () => {};
        const args = await storage.run(
          'flow',
          () => new Promise<unknown[]>((resolve) => setTimeout((...args: unknown[]) => resolve(args), 0, fn, storage)),
        );
        equal(args, [fn, storage]);
      },
    },
    {
      name: 'A cleared timer does not run, and a timer with a string runs the string as a script in the root',
      needs: ['document'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        Reflect.set(globalThis, 'throughlineTimer', () => seen.push(`text in ${storage.getStore()}`));
        storage.run('flow', () => {
          const cleared = setTimeout(() => seen.push('cleared'), 0);
          // Every browser accepts a string, which the types do not allow.
          Reflect.apply(setTimeout, undefined, ['throughlineTimer()', 0]);
          clearTimeout(cleared);
        });
        await new Promise((resolve) => setTimeout(resolve, 5));
        Reflect.deleteProperty(globalThis, 'throughlineTimer');
        equal(seen, ['text in undefined']);
      },
    },
  ],
};

interface WebScheduler {
  postTask<T>(callback: () => T): Promise<Awaited<T>>;
  yield(): Promise<void>;
}

/** Returns the global `scheduler`, which is missing in the types of Node and incomplete in those of the DOM. */
function globalScheduler(): WebScheduler {
  return Reflect.get(globalThis, 'scheduler');
}

/** Resolves in a timer. Every implementation follows an await of such a promise. */
function nextTimer(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
