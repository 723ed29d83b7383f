import type { Chapter } from '../case.js';
import { equal } from '../expect.js';
import { eachCall, eachFlow } from '../flows.js';

export const schedulers: Chapter = {
  title: 'Rule 3: schedulers',
  cases: [
    {
      name: 'the callback of setTimeout runs in the frame of the call',
      run: (implementation) => eachCall(implementation, (callback) => setTimeout(callback, 1)),
    },
    {
      name: 'timers of many flows, due in any order, keep apart',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<number>();
        const flows = Array.from({ length: 40 }, (_, value) => value);
        const seen = await Promise.all(
          flows.map((value) =>
            storage.run(
              value,
              () => new Promise((resolve) => setTimeout(() => resolve(storage.getStore()), (value * 7) % 5)),
            ),
          ),
        );
        equal(seen, flows);
        equal(storage.getStore(), undefined, 'what is seen outside');
      },
    },
    {
      name: 'a timer that a timer’s callback starts runs in the same frame',
      run: (implementation) =>
        eachFlow(
          implementation,
          (look) =>
            new Promise<void>((resolve) => {
              const step = (left: number) => {
                look(`${left} left`);
                if (left === 0) resolve();
                else setTimeout(step, 0, left - 1);
              };
              setTimeout(step, 0, 4);
            }),
        ),
    },
    {
      name: 'every tick of setInterval runs in the frame of the call',
      run: (implementation) =>
        eachFlow(
          implementation,
          (look) =>
            new Promise<void>((resolve) => {
              let ticks = 0;
              const interval = setInterval(() => {
                look(`tick ${++ticks}`);
                if (ticks < 3) return;
                clearInterval(interval);
                resolve();
              }, 1);
            }),
        ),
    },
    {
      name: 'a tick of setInterval that clears its interval keeps its frame, and so does what it starts then',
      run: (implementation) =>
        eachFlow(
          implementation,
          (look) =>
            new Promise<void>((resolve) => {
              const interval = setInterval(() => {
                clearInterval(interval);
                look('after clearInterval');
                queueMicrotask(() => look('in a microtask'));
                setTimeout(() => {
                  look('in a timer');
                  resolve();
                }, 0);
              }, 1);
            }),
        ),
    },
    {
      name: 'a tick of setInterval sees nothing of what the tick before has run',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        await storage.run(
          'flow',
          () =>
            new Promise<void>((resolve) => {
              const interval = setInterval(() => {
                seen.push(storage.getStore());
                if (seen.length === 3) {
                  clearInterval(interval);
                  resolve();
                }
                storage.run('tick', () => setTimeout(() => {}, 0));
              }, 1);
            }),
        );
        equal(seen, ['flow', 'flow', 'flow']);
      },
    },
    {
      name: 'the callback of queueMicrotask runs in the frame of the call',
      run: (implementation) => eachCall(implementation, (callback) => queueMicrotask(() => callback())),
    },
    {
      name: 'a timer that is refreshed while it waits runs in the frame of setTimeout',
      needs: ['node:timers'],
      async run({ AsyncLocalStorage }) {
        const timers = await import('node:timers');
        const storage = new AsyncLocalStorage<string>();
        const seen = await new Promise((resolve) => {
          const timer = storage.run('maker', () => timers.setTimeout(() => resolve(storage.getStore()), 2));
          storage.run('refresher', () => timer.refresh());
        });
        equal(seen, 'maker');
      },
    },
    {
      name: 'a timer that is refreshed after it has run runs in the frame of refresh()',
      needs: ['node:timers'],
      async run({ AsyncLocalStorage }) {
        const timers = await import('node:timers');
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        await new Promise<void>((resolve) => {
          const timer = storage.run('maker', () =>
            timers.setTimeout(() => {
              seen.push(storage.getStore());
              if (seen.length === 2) resolve();
              else timers.setImmediate(() => storage.run('refresher', () => timer.refresh()));
            }, 1),
          );
        });
        equal(seen, ['maker', 'refresher']);
      },
    },
    {
      name: 'the callback of setImmediate runs in the frame of the call',
      needs: ['node:timers'],
      async run(implementation) {
        const { setImmediate } = await import('node:timers');
        await eachCall(implementation, (callback) => setImmediate(callback));
      },
    },
    {
      name: 'an immediate that an immediate’s callback starts runs in the same frame',
      needs: ['node:timers'],
      async run(implementation) {
        const { setImmediate } = await import('node:timers');
        await eachFlow(
          implementation,
          (look) =>
            new Promise<void>((resolve) => {
              const step = (left: number) => {
                look(`${left} left`);
                if (left === 0) resolve();
                else setImmediate(step, left - 1);
              };
              setImmediate(step, 4);
            }),
        );
      },
    },
    {
      name: 'the callback of process.nextTick runs in the frame of the call',
      needs: ['node:process'],
      async run(implementation) {
        const { nextTick } = (await import('node:process')).default;
        await eachCall(implementation, (callback) => nextTick(callback));
      },
    },
    {
      name: 'ticks, microtasks, immediates and timers that start each other all keep their frame',
      needs: ['node:process', 'node:timers'],
      async run(implementation) {
        const { nextTick } = (await import('node:process')).default;
        const { setImmediate } = await import('node:timers');
        const starts: Record<string, (callback: () => void) => void> = {
          tick: (callback) => nextTick(callback),
          microtask: (callback) => queueMicrotask(callback),
          reaction: (callback) => void Promise.resolve().then(callback),
          immediate: (callback) => setImmediate(callback),
          timer: (callback) => setTimeout(callback, 0),
        };
        await eachFlow(implementation, (look) => {
          const ends: Promise<void>[] = [];
          for (const [outer, startOuter] of Object.entries(starts)) {
            for (const [inner, startInner] of Object.entries(starts)) {
              ends.push(
                new Promise((resolve) =>
                  startOuter(() => {
                    look(outer);
                    startInner(() => {
                      look(`${inner} in ${outer}`);
                      resolve();
                    });
                  }),
                ),
              );
            }
          }
          return Promise.all(ends);
        });
      },
    },
    {
      name: 'the promises of setTimeout, setImmediate and scheduler.wait leave the awaiting flow its frame',
      needs: ['node:timers/promises'],
      async run(implementation) {
        const timers = await import('node:timers/promises');
        await eachFlow(implementation, async (look) => {
          await timers.setTimeout(1).then(() => look('setTimeout'));
          await timers.setImmediate().then(() => look('setImmediate'));
          await timers.scheduler.wait(1).then(() => look('scheduler.wait'));
          await timers.scheduler.yield().then(() => look('scheduler.yield'));
          look('at the end');
        });
      },
    },
    {
      name: 'a loop over the setInterval of timers/promises stays in its frame, before and after an early end',
      needs: ['node:timers/promises'],
      async run(implementation) {
        const timers = await import('node:timers/promises');
        await eachFlow(implementation, async (look) => {
          let ticks = 0;
          for await (const value of timers.setInterval(1, 'tick')) {
            equal(value, 'tick');
            look(`tick ${++ticks}`);
            if (ticks === 3) break;
          }
          look('after the loop');
        });
      },
    },
    {
      name: 'a timer’s promise that another flow aborts rejects in the awaiting flow’s frame',
      needs: ['node:timers/promises'],
      async run({ AsyncLocalStorage }) {
        const timers = await import('node:timers/promises');
        const storage = new AsyncLocalStorage<string>();
        const controller = new AbortController();
        const seen = storage.run('waiter', async () => {
          try {
            await timers.setTimeout(60_000, undefined, { signal: controller.signal });
          } catch {
            return storage.getStore();
          }
          return 'not aborted';
        });
        storage.run('aborter', () => setTimeout(() => controller.abort(), 1));
        equal(await seen, 'waiter');
      },
    },
    {
      name: 'the promisified setTimeout and setImmediate leave the awaiting flow its frame',
      needs: ['node:timers', 'node:util'],
      async run(implementation) {
        const { promisify } = await import('node:util');
        const timers = await import('node:timers');
        await eachFlow(implementation, async (look) => {
          await promisify(timers.setTimeout)(1);
          look('after setTimeout');
          await promisify(timers.setImmediate)();
          look('after setImmediate');
        });
      },
    },
  ],
};
