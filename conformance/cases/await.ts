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
    inTwoFlows('Code after an await of a pending promise runs in the frame of the await', async (own) => {
      own();
      await sleep(2);
      own();
      await sleep(1);
      own();
    }),
    inTwoFlows('Code after an await of an already resolved promise runs in the frame of the await', async (own) => {
      await Promise.resolve();
      own();
    }),
    inTwoFlows('Code after an await of a plain value runs in the frame of the await', async (own) => {
      await 5;
      own();
      await undefined;
      own();
    }),
    inTwoFlows('Code after an await of deeply nested async calls runs in the frame of the await', async (own) => {
      const deep = async (level: number): Promise<void> => {
        if (level > 0) await deep(level - 1);
        else await sleep(1);
        own();
      };
      await deep(10);
      own();
    }),
    inTwoFlows(
      'The then() method of an awaited thenable and the code after the await run in the frame of the await',
      async (own) => {
        await {
          // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tried
          then(done: () => void) {
            own();
            setTimeout(done, 1);
          },
        };
        own();
      },
    ),
    inTwoFlows(
      'Code in catch and finally blocks after a rejected await runs in the frame of the await',
      async (own) => {
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
      },
    ),
    inTwoFlows(
      'Code in a catch block after an await of a rejecting thenable runs in the frame of the await',
      async (own) => {
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
      },
    ),
    inTwoFlows('A for await loop over an array of promises keeps its frame', async (own) => {
      for await (const value of [sleep(2), sleep(1), 3]) {
        void value;
        own();
      }
      own();
    }),
    inTwoFlows(
      'A for await loop over an async generator keeps its frame, including in the finally block after an early exit',
      async (own) => {
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
      },
    ),
    inTwoFlows('Async arrow functions, methods and default parameters keep the frame', async (own) => {
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
    inTwoFlows('A loop with a hundred awaits keeps its frame', async (own) => {
      for (let i = 0; i < 100; i++) {
        await Promise.resolve();
        own();
      }
    }),
    inTwoFlows(
      'Code after an await of an async function that returns a promise or a thenable runs in the frame of the await',
      async (own) => {
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
      },
    ),
    inTwoFlows('An async dispose method, called as await using calls it, keeps the frame of the block', async (own) => {
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
      name: 'Flows that await one promise continue in their own frames',
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
      name: 'run() after an await sets the value for its call and for no other part of the flow',
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
      name: 'Two hundred concurrent flows of ten awaits each keep their own values',
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
