import { equal } from '../assert.js';
import type { Chapter } from '../case.js';
import { assertCallbackKeepsFrame, assertFlowsKeepFrame } from '../concurrent-flows.js';

export const schedulers: Chapter = {
  title: 'Rule 3: schedulers',
  cases: [
    {
      name: 'A timer callback runs in the frame of the setTimeout() call',
      run: (implementation) => assertCallbackKeepsFrame(implementation, (callback) => setTimeout(callback, 1)),
    },
    {
      name: 'Timers of forty flows that fire in mixed order run in their own frames',
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
        equal(storage.getStore(), undefined, 'the value after the flows');
      },
    },
    {
      name: 'A timer started by a timer callback runs in the same frame',
      run: (implementation) =>
        assertFlowsKeepFrame(
          implementation,
          (check) =>
            new Promise<void>((resolve) => {
              const step = (left: number) => {
                check(`${left} left`);
                if (left === 0) resolve();
                else setTimeout(step, 0, left - 1);
              };
              setTimeout(step, 0, 4);
            }),
        ),
    },
    {
      name: 'Every tick of an interval runs in the frame of the setInterval() call',
      run: (implementation) =>
        assertFlowsKeepFrame(
          implementation,
          (check) =>
            new Promise<void>((resolve) => {
              let ticks = 0;
              const interval = setInterval(() => {
                check(`tick ${++ticks}`);
                if (ticks < 3) return;
                clearInterval(interval);
                resolve();
              }, 1);
            }),
        ),
    },
    {
      name: 'An interval callback that calls clearInterval(), and the work that it starts afterwards, keep the frame',
      run: (implementation) =>
        assertFlowsKeepFrame(
          implementation,
          (check) =>
            new Promise<void>((resolve) => {
              const interval = setInterval(() => {
                clearInterval(interval);
                check('after clearInterval');
                queueMicrotask(() => check('in a microtask'));
                setTimeout(() => {
                  check('in a timer');
                  resolve();
                }, 0);
              }, 1);
            }),
        ),
    },
    {
      name: 'run() in a tick of an interval does not change the value of the next tick',
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
      name: 'A microtask runs in the frame of the queueMicrotask() call',
      run: (implementation) => assertCallbackKeepsFrame(implementation, (callback) => queueMicrotask(() => callback())),
    },
    {
      name: 'A timer refreshed while it is pending runs in the frame of the setTimeout() call',
      needs: ['node:timers'],
      async run({ AsyncLocalStorage }) {
        const timers = await import('node:timers');
        const storage = new AsyncLocalStorage<string>();
        const seen = await new Promise((resolve) => {
          const timer = storage.run('creator', () => timers.setTimeout(() => resolve(storage.getStore()), 2));
          storage.run('refresher', () => timer.refresh());
        });
        equal(seen, 'creator');
      },
    },
    {
      name: 'A timer refreshed after it has fired runs in the frame of the refresh() call',
      needs: ['node:timers'],
      async run({ AsyncLocalStorage }) {
        const timers = await import('node:timers');
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        await new Promise<void>((resolve) => {
          const timer = storage.run('creator', () =>
            timers.setTimeout(() => {
              seen.push(storage.getStore());
              if (seen.length === 2) resolve();
              else timers.setImmediate(() => storage.run('refresher', () => timer.refresh()));
            }, 1),
          );
        });
        equal(seen, ['creator', 'refresher']);
      },
    },
    {
      name: 'An immediate runs in the frame of the setImmediate() call',
      needs: ['node:timers'],
      async run(implementation) {
        const { setImmediate } = await import('node:timers');
        await assertCallbackKeepsFrame(implementation, (callback) => setImmediate(callback));
      },
    },
    {
      name: 'An immediate started by the callback of an immediate runs in the same frame',
      needs: ['node:timers'],
      async run(implementation) {
        const { setImmediate } = await import('node:timers');
        await assertFlowsKeepFrame(
          implementation,
          (check) =>
            new Promise<void>((resolve) => {
              const step = (left: number) => {
                check(`${left} left`);
                if (left === 0) resolve();
                else setImmediate(step, left - 1);
              };
              setImmediate(step, 4);
            }),
        );
      },
    },
    {
      name: 'A tick callback runs in the frame of the process.nextTick() call',
      needs: ['node:process'],
      async run(implementation) {
        const { nextTick } = (await import('node:process')).default;
        await assertCallbackKeepsFrame(implementation, (callback) => nextTick(callback));
      },
    },
    {
      name: 'Ticks, microtasks, reactions, immediates and timers that start each other keep the frame',
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
        await assertFlowsKeepFrame(implementation, (check) => {
          const ends: Promise<void>[] = [];
          for (const [outer, startOuter] of Object.entries(starts)) {
            for (const [inner, startInner] of Object.entries(starts)) {
              ends.push(
                new Promise((resolve) =>
                  startOuter(() => {
                    check(outer);
                    startInner(() => {
                      check(`${inner} in ${outer}`);
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
      name: 'Awaiting setTimeout(), setImmediate(), scheduler.wait() and scheduler.yield() of timers/promises keeps the frame',
      needs: ['node:timers/promises'],
      async run(implementation) {
        const timers = await import('node:timers/promises');
        await assertFlowsKeepFrame(implementation, async (check) => {
          await timers.setTimeout(1).then(() => check('setTimeout'));
          await timers.setImmediate().then(() => check('setImmediate'));
          await timers.scheduler.wait(1).then(() => check('scheduler.wait'));
          await timers.scheduler.yield().then(() => check('scheduler.yield'));
          check('at the end');
        });
      },
    },
    {
      name: 'A for await loop over setInterval() of timers/promises keeps its frame, including after an early exit',
      needs: ['node:timers/promises'],
      async run(implementation) {
        const timers = await import('node:timers/promises');
        await assertFlowsKeepFrame(implementation, async (check) => {
          let ticks = 0;
          for await (const value of timers.setInterval(1, 'tick')) {
            equal(value, 'tick');
            check(`tick ${++ticks}`);
            if (ticks === 3) break;
          }
          check('after the loop');
        });
      },
    },
    {
      name: 'A timer promise aborted by another flow rejects in the frame of the awaiting flow',
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
      name: 'Awaiting the promisified setTimeout() and setImmediate() keeps the frame',
      needs: ['node:timers', 'node:util'],
      async run(implementation) {
        const { promisify } = await import('node:util');
        const timers = await import('node:timers');
        await assertFlowsKeepFrame(implementation, async (check) => {
          await promisify(timers.setTimeout)(1);
          check('after setTimeout');
          await promisify(timers.setImmediate)();
          check('after setImmediate');
        });
      },
    },
  ],
};
