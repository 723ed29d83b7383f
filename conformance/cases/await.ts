import type { Case, Chapter } from '../case.js';
import { equal } from '../expect.js';

const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** A case in which two flows go through the same code at the same time; `body` throws where it reads another's value. */
function inTwoFlows(name: string, body: (own: () => void) => Promise<void>): Case {
  return {
    name,
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const flow = (value: string) =>
        storage.run(value, () => {
          let step = 0;
          return body(() => equal(storage.getStore(), value, `step ${++step} of ${value}`));
        });
      await Promise.all([flow('a'), flow('b')]);
      equal(storage.getStore(), undefined, 'outside');
    },
  };
}

export const awaits: Chapter = {
  title: 'Rule 2: await',
  cases: [
    inTwoFlows('after await of a promise that resolves later', async (own) => {
      own();
      await sleep(2);
      own();
      await sleep(1);
      own();
    }),
    inTwoFlows('after await of a promise that is resolved already', async (own) => {
      await Promise.resolve();
      own();
    }),
    inTwoFlows('after await of a plain value', async (own) => {
      await 5;
      own();
      await undefined;
      own();
    }),
    inTwoFlows('after await of an async function’s result, many levels deep', async (own) => {
      const deep = async (level: number): Promise<void> => {
        if (level > 0) await deep(level - 1);
        else await sleep(1);
        own();
      };
      await deep(10);
      own();
    }),
    inTwoFlows('after await of a thenable, whose then() runs in the awaiting frame', async (own) => {
      await {
        // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tried
        then(done: () => void) {
          own();
          setTimeout(done, 1);
        },
      };
      own();
    }),
    inTwoFlows('in catch and finally after a rejection', async (own) => {
      try {
        await sleep(1).then(() => Promise.reject(new Error('expected')));
      } catch {
        own();
        await Promise.resolve();
        own();
      } finally {
        own();
        await sleep(1);
        own();
      }
      own();
    }),
    inTwoFlows('in catch after a thenable rejects', async (own) => {
      try {
        await {
          // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tried
          then(_done: () => void, fail: (reason: unknown) => void) {
            fail(new Error('expected'));
          },
        };
      } catch {
        own();
      }
      own();
    }),
    inTwoFlows('in for await over an array of promises', async (own) => {
      for await (const value of [sleep(2), sleep(1), 3]) {
        void value;
        own();
      }
      own();
    }),
    inTwoFlows('in for await over an async generator and after leaving it early', async (own) => {
      async function* count() {
        try {
          for (let i = 0; ; i++) {
            own();
            await sleep(1);
            own();
            yield i;
          }
        } finally {
          own();
          await sleep(1);
          own();
        }
      }
      for await (const i of count()) {
        own();
        if (i === 2) break;
      }
      own();
    }),
    inTwoFlows('in arrow functions, methods and default parameters', async (own) => {
      const arrow = async () => {
        await sleep(1);
        own();
      };
      const object = {
        async method(given = arrow()) {
          await given;
          own();
        },
      };
      await object.method();
      own();
    }),
    inTwoFlows('in a loop with many awaits', async (own) => {
      for (let i = 0; i < 100; i++) {
        await Promise.resolve();
        own();
      }
    }),
    inTwoFlows('after return of a promise and of a thenable from an async function', async (own) => {
      const promised = async () => sleep(1);
      const thenable = async () => ({
        // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tried
        then(done: (value: number) => void) {
          own();
          done(1);
        },
      });
      await promised();
      own();
      await thenable();
      own();
    }),
    inTwoFlows('in Symbol.asyncDispose, which `await using` calls', async (own) => {
      // What `await using` does at the end of its block, spelled out for runtimes that cannot parse it.
      const resource = {
        async dispose() {
          own();
          await sleep(1);
          own();
        },
      };
      try {
        await sleep(1);
      } finally {
        await resource.dispose();
        own();
      }
    }),
    {
      name: 'a value set around an await of the same promise differs for each who awaits it',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<number>();
        const shared = sleep(2);
        const flows = [1, 2, 3].map((value) =>
          storage.run(value, async () => {
            await shared;
            return storage.getStore();
          }),
        );
        equal(await Promise.all(flows), [1, 2, 3]);
      },
    },
    {
      name: 'run() after an await sets the value there and in no other part of the flow',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        await storage.run('flow', async () => {
          await Promise.resolve();
          const inner = storage.run('inner', async () => {
            await sleep(1);
            return storage.getStore();
          });
          equal(storage.getStore(), 'flow');
          equal(await inner, 'inner');
          equal(storage.getStore(), 'flow');
        });
      },
    },
    {
      name: 'two hundred flows at once, each with ten steps, keep their values',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<number>();
        const step = async (value: number): Promise<void> => {
          await (value % 3 === 0 ? Promise.resolve() : sleep(value % 4));
          equal(storage.getStore(), value);
        };
        const flow = async (value: number): Promise<void> => {
          for (let i = 0; i < 10; i++) await step(value);
        };
        await Promise.all(Array.from({ length: 200 }, (_, value) => storage.run(value, () => flow(value))));
      },
    },
  ],
};
