import type { Chapter } from '../../case.js';
import { equal } from '../../expect.js';
import { eachCall, eachFlow } from '../../flows.js';

export const webSchedulers: Chapter = {
  title: 'Web: schedulers',
  cases: [
    {
      name: 'The requestAnimationFrame() callback runs in the frame of the call',
      needs: ['requestAnimationFrame'],
      run: (implementation) => eachCall(implementation, (callback) => requestAnimationFrame(() => callback())),
    },
    {
      name: 'A chain of requestAnimationFrame() callbacks keeps its frame',
      needs: ['requestAnimationFrame'],
      run: (implementation) =>
        eachFlow(
          implementation,
          (look) =>
            new Promise<void>((resolve) => {
              const step = (left: number) => {
                look(`${left} left`);
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
        eachCall(implementation, (callback) => requestIdleCallback(() => callback(), { timeout: 1 })),
    },
    {
      name: 'The scheduler.postTask() callback and the code that awaits the task run in the frame of the call',
      needs: ['scheduler', 'TaskController'],
      run: (implementation) =>
        eachFlow(implementation, async (look) => {
          const result = await theScheduler().postTask(async () => {
            look('in the task');
            await aWhile();
            look('after an await in the task');
            return 'result';
          });
          look('after postTask');
          equal(result, 'result');
        }),
    },
    {
      name: 'Awaiting scheduler.yield() keeps the frame',
      needs: ['scheduler', 'TaskController'],
      run: (implementation) =>
        eachFlow(implementation, async (look) => {
          await theScheduler().yield();
          look('after yield');
        }),
    },
    {
      name: 'A timer passes its arguments to the callback unchanged, including functions',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const fn = () => {};
        const given = await storage.run(
          'flow',
          () => new Promise<unknown[]>((resolve) => setTimeout((...args: unknown[]) => resolve(args), 0, fn, storage)),
        );
        equal(given, [fn, storage]);
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
          // Types do not have it, and all browsers do.
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

/** Node's types do not have it, and the web's only in part. */
function theScheduler(): WebScheduler {
  return Reflect.get(globalThis, 'scheduler');
}

/** A wait that every implementation can follow. */
function aWhile(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
