import { equal } from '../assert.js';
import type { Chapter } from '../case.js';

export const generators: Chapter = {
  title: 'Rule 6: generators',
  cases: [
    {
      name: 'A generator body runs in the frame of the next() call that resumes it',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        function* body(): Generator<string | undefined> {
          yield storage.getStore();
          yield storage.getStore();
        }
        const generator = storage.run('creator', body);
        equal(storage.run('first', () => generator.next()).value, 'first');
        equal(storage.run('second', () => generator.next()).value, 'second');
      },
    },
    {
      name: 'return() and throw() resume a generator body in the frame of their call',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        function* body() {
          try {
            yield;
          } finally {
            seen.push(storage.getStore());
          }
        }
        const returned = body();
        returned.next();
        storage.run('return', () => returned.return());
        const thrown = body();
        thrown.next();
        try {
          storage.run('throw', () => thrown.throw(new Error('expected')));
        } catch {
          seen.push(storage.getStore());
        }
        equal(seen, ['return', 'throw', undefined]);
      },
    },
    {
      name: 'yield* and spread syntax run the inner generator body in the frame of the code that resumes it',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        function* inner() {
          yield storage.getStore();
          yield storage.getStore();
        }
        function* outer() {
          yield* inner();
        }
        equal(
          storage.run('flow', () => [...outer()]),
          ['flow', 'flow'],
        );
      },
    },
    {
      name: 'An async generator body runs in the frame of the next() call that resumes it, across its awaits',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        async function* body() {
          for (;;) {
            const before = storage.getStore();
            await Promise.resolve();
            yield `${before} ${storage.getStore()}`;
          }
        }
        const generator = storage.run('creator', body);
        equal((await storage.run('first', () => generator.next())).value, 'first first');
        equal((await storage.run('second', () => generator.next())).value, 'second second');
        await generator.return(undefined);
      },
    },
    {
      name: 'Both steps of two queued next() calls run in the frame of the first call',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        async function* body() {
          await Promise.resolve();
          yield storage.getStore();
          yield storage.getStore();
        }
        const generator = body();
        const first = storage.run('first', () => generator.next());
        const second = storage.run('second', () => generator.next());
        equal([(await first).value, (await second).value], ['first', 'first']);
      },
    },
    {
      name: 'Code that awaits next() of an async generator keeps its own frame',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        async function* body() {
          await Promise.resolve();
          yield 1;
        }
        const generator = storage.run('creator', body);
        await storage.run('consumer', async () => {
          await generator.next();
          equal(storage.getStore(), 'consumer');
        });
      },
    },
    {
      name: 'yield* to another async generator keeps the frame of the consumer',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        async function* inner() {
          await Promise.resolve();
          yield storage.getStore();
        }
        async function* outer() {
          yield* inner();
          yield storage.getStore();
        }
        const flow = (value: string) =>
          storage.run(value, async () => {
            const seen: (string | undefined)[] = [];
            for await (const one of outer()) seen.push(one);
            return seen.join();
          });
        equal(await Promise.all([flow('a'), flow('b')]), ['a,a', 'b,b']);
      },
    },
  ],
};
