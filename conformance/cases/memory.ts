import { equal } from '../assert.js';
import type { Chapter } from '../case.js';

const delay = (ms = 0) => new Promise<void>((done) => setTimeout(done, ms));

/** Returns whether the garbage collector collects all targets within 30 turns of the event loop. */
async function areCollected(...refs: WeakRef<object>[]): Promise<boolean> {
  const { gc } = globalThis as { gc?: () => void };
  for (let round = 0; round < 30; round++) {
    await delay();
    gc?.();
    if (refs.every((ref) => ref.deref() === undefined)) return true;
  }
  return false;
}

/** Calls `create` in a separate call frame, so that no variable of the case holds its result. */
const weakRefTo = (create: () => object) => new WeakRef(create());

export const memory: Chapter = {
  title: 'Memory',
  cases: [
    {
      name: 'The value of a completed flow is garbage-collected',
      needs: ['gc'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<object>();
        const flow = async (): Promise<WeakRef<object>> => {
          const value = {};
          await storage.run(value, async () => {
            await delay();
            await Promise.all([delay(1), delay(2)]);
          });
          return new WeakRef(value);
        };
        equal(await areCollected(await flow(), await flow()), true);
        equal(storage.getStore(), undefined);
      },
    },
    {
      name: 'The value of a flow that awaits a promise that never settles is collected with the promise',
      needs: ['gc'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<object>();
        const ref = weakRefTo(() => {
          const value = {};
          // Never settles, which is what this case is about.
          void storage.run(value, async () => {
            await new Promise(() => {});
            storage.getStore();
          });
          return value;
        });
        equal(await areCollected(ref), true);
      },
    },
    {
      name: 'A value is collected after its timer is cleared or its bound function becomes unreachable',
      needs: ['gc'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<object>();
        const timer = weakRefTo(() => {
          const value = {};
          clearTimeout(storage.run(value, () => setTimeout(() => {}, 1e6)));
          return value;
        });
        const bound = weakRefTo(() => {
          const value = {};
          storage.run(value, () => AsyncLocalStorage.bind(() => {}))();
          return value;
        });
        equal(await areCollected(timer, bound), true);
      },
    },
    {
      name: 'A value is collected with an AbortSignal.timeout() signal that is dropped before its time is over',
      needs: ['gc', 'AbortSignal'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<object>();
        const ref = weakRefTo(() => {
          const value = {};
          storage.run(value, () => AbortSignal.timeout(1e6));
          return value;
        });
        equal(await areCollected(ref), true);
      },
    },
    {
      name: 'A kept error does not keep the values of the other immediates of the same turn',
      needs: ['gc', 'node:timers'],
      async run({ AsyncLocalStorage }) {
        const { setImmediate } = await import('node:timers');
        const storage = new AsyncLocalStorage<object>();
        const errors: Error[] = [];
        const start = async (): Promise<WeakRef<object>[]> => {
          const values = Array.from({ length: 30 }, () => ({}));
          const keepError = () => errors.push(new Error('kept'));
          await Promise.all(
            values.map(
              (value, index) =>
                new Promise<void>((done) => {
                  storage.run(value, () =>
                    setImmediate(() => {
                      if (index === 0) keepError();
                      done();
                    }),
                  );
                }),
            ),
          );
          return values.map((value) => new WeakRef(value));
        };
        const [first, ...others] = await start();
        equal(await areCollected(...others), true);
        equal(errors.length, 1);
        // Some runtimes keep the value of the immediate in which the error was created.
        equal(first instanceof WeakRef, true);
      },
    },
    {
      name: 'A value stays alive while work of its flow is pending, even if only the flow refers to it',
      needs: ['gc'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<{ mark: string }>();
        const other = new AsyncLocalStorage<{ mark: string }>();
        const flow = storage.run({ mark: 'kept' }, () =>
          other.run({ mark: 'also kept' }, async () => {
            await delay(20);
            return `${storage.getStore()?.mark} ${other.getStore()?.mark}`;
          }),
        );
        await areCollected(weakRefTo(() => ({})));
        equal(await flow, 'kept also kept');
      },
    },
    {
      name: 'A value replaced by a nested run() is collected while the nested flow continues',
      needs: ['gc'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<object>();
        const between = new AsyncLocalStorage<number>();
        let release = () => {};
        const start = () => {
          const first = {};
          storage.run(first, () =>
            between.run(1, () =>
              storage.run({}, () => {
                void new Promise<void>((done) => {
                  release = done;
                }).then(() => storage.getStore());
              }),
            ),
          );
          return first;
        };
        equal(await areCollected(weakRefTo(start)), true);
        release();
      },
    },
    {
      name: 'An unreachable storage is collected with its values while a flow that holds them continues',
      needs: ['gc'],
      async run({ AsyncLocalStorage }) {
        const kept = new AsyncLocalStorage<string>();
        let release = () => {};
        // Outside start(), because a closure in start() would hold the variables of start().
        const wait = () =>
          new Promise<void>((done) => {
            release = done;
          }).then(() => kept.getStore());
        const start = () => {
          const storage = new AsyncLocalStorage<object>();
          const value = {};
          const flow = kept.run('kept', () => storage.run(value, wait));
          return { flow, refs: [new WeakRef<object>(storage), new WeakRef(value)] };
        };
        const { flow, refs } = start();
        equal(await areCollected(...refs), true);
        release();
        equal(await flow, 'kept');
      },
    },
    {
      name: 'An unreachable storage is collected even if its value refers to it',
      needs: ['gc'],
      async run({ AsyncLocalStorage }) {
        let release = () => {};
        const wait = () => {
          void new Promise<void>((done) => {
            release = done;
          }).then(() => {});
        };
        const start = () => {
          const storage = new AsyncLocalStorage<object>();
          storage.run({ storage }, wait);
          return storage;
        };
        equal(await areCollected(weakRefTo(start)), true);
        release();
      },
    },
    {
      name: 'A new storage never reads the value of a collected storage',
      needs: ['gc'],
      async run({ AsyncLocalStorage }) {
        const read = async () => {
          for (let round = 0; round < 5; round++) {
            for (let i = 0; i < 50; i++) {
              const storage = new AsyncLocalStorage<string>();
              equal(storage.getStore(), undefined);
              storage.enterWith(`gone ${round} ${i}`);
            }
            await areCollected(weakRefTo(() => ({})));
            for (let i = 0; i < 50; i++) equal(new AsyncLocalStorage<string>().getStore(), undefined);
          }
        };
        await new AsyncLocalStorage<string>().run('flow', read);
      },
    },
    {
      name: 'The values of a hundred thousand completed flows are collected',
      needs: ['gc'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<object>();
        const refs: WeakRef<object>[] = [];
        for (let batch = 0; batch < 100; batch++) {
          await Promise.all(
            Array.from({ length: 1000 }, (_, i) => {
              const value = {};
              if (i % 500 === 0) refs.push(new WeakRef(value));
              return storage.run(value, async () => {
                await Promise.resolve();
                equal(storage.getStore(), value);
              });
            }),
          );
        }
        equal(await areCollected(...refs), true);
      },
    },
  ],
};
