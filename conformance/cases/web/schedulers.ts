import type { Chapter } from '../../case.js';
import { equal } from '../../expect.js';
import { eachCall, eachFlow } from '../../flows.js';

export const webSchedulers: Chapter = {
  title: 'Web: schedulers',
  cases: [
    {
      name: 'the callback of requestAnimationFrame runs in the frame of the call',
      needs: ['requestAnimationFrame'],
      run: (implementation) => eachCall(implementation, (callback) => requestAnimationFrame(() => callback())),
    },
    {
      name: 'animation frames that ask for the next one keep their frame',
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
      name: 'the callback of requestIdleCallback runs in the frame of the call',
      needs: ['requestIdleCallback'],
      run: (implementation) =>
        eachCall(implementation, (callback) => requestIdleCallback(() => callback(), { timeout: 1 })),
    },
    {
      name: 'the callback of scheduler.postTask runs in the frame of the call, and so does what awaits it',
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
      name: 'scheduler.yield leaves the awaiting flow its frame',
      needs: ['scheduler', 'TaskController'],
      run: (implementation) =>
        eachFlow(implementation, async (look) => {
          await theScheduler().yield();
          look('after yield');
        }),
    },
    {
      name: 'arguments that a timer hands on are the same objects, functions too',
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
      name: 'a timer that is cleared does not run, and the text of a script does',
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
