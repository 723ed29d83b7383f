import { equal } from '../assert.js';
import type { Case, Chapter } from '../case.js';

const delay = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/**
 * Returns a case in which two concurrent flows execute `body`, which calls `check` wherever its flow's value must be
 * current.
 */
function inTwoFlows(name: string, body: (check: () => void) => Promise<void>): Case {
  return {
    name,
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const flow = (value: string) =>
        storage.run(value, () => {
          let checks = 0;
          return body(() => equal(storage.getStore(), value, `check ${++checks} of flow ${value}`));
        });
      await Promise.all([flow('a'), flow('b')]);
      equal(storage.getStore(), undefined, 'the value after the flows');
    },
  };
}

export const awaits: Chapter = {
  title: 'Rule 2: await',
  cases: [
    inTwoFlows('Code after an await of a pending promise runs in the frame of the await', async (check) => {
      check();
      await delay(2);
      check();
      await delay(1);
      check();
    }),
    inTwoFlows('Code after an await of an already resolved promise runs in the frame of the await', async (check) => {
      await Promise.resolve();
      check();
    }),
    inTwoFlows('Code after an await of a plain value runs in the frame of the await', async (check) => {
      await 5;
      check();
      await undefined;
      check();
    }),
    {
      name: 'Code after an await of a thenable that another flow resolves never runs in the frame of that flow',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const read = async (operand: unknown) => {
          await operand;
          return storage.getStore();
        };
        // The two continuations are queued together, in either order, and nothing else distinguishes them.
        for (const isFirst of [true, false]) {
          let wake = () => {};
          const thenable = {
            // biome-ignore lint/suspicious/noThenProperty: the case is about a thenable
            then(resolve: () => void) {
              wake = resolve;
            },
          };
          const waiting = storage.run('waiting', () => read(thenable));
          await delay(1);
          const others = storage.run('other', () => {
            if (isFirst) wake();
            const other = read(5);
            if (!isFirst) wake();
            return other;
          });
          // A value that is lost is the subject of other cases.
          equal((await waiting) ?? 'waiting', 'waiting', 'the value in the flow that waits');
          equal((await others) ?? 'other', 'other', 'the value in the other flow');
        }
      },
    },
    inTwoFlows('Code after an await of deeply nested async calls runs in the frame of the await', async (check) => {
      const deep = async (level: number): Promise<void> => {
        if (level > 0) await deep(level - 1);
        else await delay(1);
        check();
      };
      await deep(10);
      check();
    }),
    inTwoFlows(
      'The then() method of an awaited thenable and the code after the await run in the frame of the await',
      async (check) => {
        await {
          // biome-ignore lint/suspicious/noThenProperty: the case is about a thenable
          then(done: () => void) {
            check();
            setTimeout(done, 1);
          },
        };
        check();
      },
    ),
    inTwoFlows(
      'Code in catch and finally blocks after a rejected await runs in the frame of the await',
      async (check) => {
        try {
          await delay(1).then(() => Promise.reject(new Error('expected')));
        } catch {
          check();
          await Promise.resolve();
          check();
        } finally {
          check();
          await delay(1);
          check();
        }
        check();
      },
    ),
    inTwoFlows(
      'Code in a catch block after an await of a rejecting thenable runs in the frame of the await',
      async (check) => {
        try {
          await {
            // biome-ignore lint/suspicious/noThenProperty: the case is about a thenable
            then(_done: () => void, fail: (reason: unknown) => void) {
              fail(new Error('expected'));
            },
          };
        } catch {
          check();
        }
        check();
      },
    ),
    inTwoFlows('A for await loop over an array of promises keeps its frame', async (check) => {
      for await (const value of [delay(2), delay(1), 3]) {
        void value;
        check();
      }
      check();
    }),
    inTwoFlows(
      'A for await loop over an async generator keeps its frame, including in the finally block after an early exit',
      async (check) => {
        async function* count() {
          try {
            for (let i = 0; ; i++) {
              check();
              await delay(1);
              check();
              yield i;
            }
          } finally {
            check();
            await delay(1);
            check();
          }
        }
        for await (const i of count()) {
          check();
          if (i === 2) break;
        }
        check();
      },
    ),
    inTwoFlows('Async arrow functions, methods and default parameters keep the frame', async (check) => {
      const arrow = async () => {
        await delay(1);
        check();
      };
      const object = {
        async method(pending = arrow()) {
          await pending;
          check();
        },
      };
      await object.method();
      check();
    }),
    inTwoFlows('A loop with a hundred awaits keeps its frame', async (check) => {
      for (let i = 0; i < 100; i++) {
        await Promise.resolve();
        check();
      }
    }),
    inTwoFlows(
      'Code after an await of an async function that returns a promise or a thenable runs in the frame of the await',
      async (check) => {
        const promised = async () => delay(1);
        const thenable = async () => ({
          // biome-ignore lint/suspicious/noThenProperty: the case is about a thenable
          then(done: (value: number) => void) {
            check();
            done(1);
          },
        });
        await promised();
        check();
        await thenable();
        check();
      },
    ),
    inTwoFlows(
      'An async dispose method, called as await using calls it, keeps the frame of the block',
      async (check) => {
        // The end of an `await using` block, written out for runtimes that cannot parse the syntax.
        const resource = {
          async dispose() {
            check();
            await delay(1);
            check();
          },
        };
        try {
          await delay(1);
        } finally {
          await resource.dispose();
          check();
        }
      },
    ),
    {
      name: 'Flows that await one promise continue in their own frames',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<number>();
        const shared = delay(2);
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
            await delay(1);
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
          await (value % 3 === 0 ? Promise.resolve() : delay(value % 4));
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
