import type { AsyncLocalStorage } from 'throughline';
import { equal } from '../assert.js';
import type { Chapter } from '../case.js';
import { casesRequiring, globalMember } from '../features.js';

/** Resolves in a timer of a flow, with the value that is current there. */
function readLater(storage: AsyncLocalStorage<string>, value: string): Promise<string | undefined> {
  return storage.run(value, () => new Promise((resolve) => setTimeout(() => resolve(storage.getStore()), 1)));
}

export const promises: Chapter = {
  title: 'Rule 1: promises',
  cases: [
    {
      name: 'A reaction runs in the frame of the then() call, not of the code that resolves the promise',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const { promise, resolve } = withResolvers<void>();
        const seen = storage.run('then', () => promise.then(() => storage.getStore()));
        storage.run('resolver', resolve);
        equal(await seen, 'then');
      },
    },
    {
      name: 'The callbacks of catch() and finally() run in the frame of the call',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const { promise, reject } = withResolvers<void>();
        const caught = storage.run('catch', () => promise.catch(() => storage.getStore()));
        const final = storage.run('finally', () => {
          let seen: string | undefined;
          return promise
            .finally(() => {
              seen = storage.getStore();
            })
            .catch(() => seen);
        });
        storage.run('rejecter', () => reject(new Error('expected')));
        equal(await caught, 'catch');
        equal(await final, 'finally');
      },
    },
    {
      name: 'A reaction to an already settled promise runs in the frame of the then() call',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const settled = storage.run('creator', () => Promise.resolve());
        const seen = storage.run('then', () => settled.then(() => storage.getStore()));
        equal(await seen, 'then');
        equal(await settled.then(() => storage.getStore()), undefined);
      },
    },
    {
      name: 'An executor runs in the frame of the Promise constructor call',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        let seen: string | undefined;
        storage.run('creator', () => {
          // Only the executor matters, and it runs immediately.
          void new Promise<void>((resolve) => {
            seen = storage.getStore();
            resolve();
          });
        });
        equal(seen, 'creator');
      },
    },
    {
      name: 'Each reaction of a chain runs in the frame of its then() call',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const record = () => {
          seen.push(storage.getStore());
        };
        const first = storage.run('1', () => Promise.resolve().then(record));
        const second = storage.run('2', () => first.then(record));
        await second.then(record);
        equal(seen, ['1', '2', undefined]);
      },
    },
    {
      name: 'Awaiting Promise.all() and race() keeps the frame',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        await storage.run('flow', async () => {
          equal(await Promise.all([readLater(storage, 'a'), readLater(storage, 'b')]), ['a', 'b']);
          equal(storage.getStore(), 'flow', 'after all');
          equal(await Promise.race([readLater(storage, 'a'), readLater(storage, 'b')]), 'a');
          equal(storage.getStore(), 'flow', 'after race');
        });
      },
    },
    ...casesRequiring(globalMember('Promise.allSettled'), [
      {
        name: 'Awaiting Promise.allSettled() keeps the frame',
        async run({ AsyncLocalStorage }) {
          const storage = new AsyncLocalStorage<string>();
          await storage.run('flow', async () => {
            await Promise.allSettled([readLater(storage, 'a'), Promise.reject(new Error('expected'))]);
            equal(storage.getStore(), 'flow');
          });
        },
      },
    ]),
    ...casesRequiring(globalMember('Promise.any'), [
      {
        name: 'Awaiting Promise.any() keeps the frame',
        async run({ AsyncLocalStorage }) {
          const storage = new AsyncLocalStorage<string>();
          await storage.run('flow', async () => {
            equal(await Promise.any([Promise.reject(new Error('expected')), readLater(storage, 'b')]), 'b');
            equal(storage.getStore(), 'flow');
          });
        },
      },
    ]),
    {
      name: 'A reaction to a promise of a subclass runs in the frame of the then() call',
      async run({ AsyncLocalStorage }) {
        class Task<T> extends Promise<T> {}
        const storage = new AsyncLocalStorage<string>();
        let resolve: () => void = () => {};
        const task = new Task<void>((done) => {
          resolve = done;
        });
        const seen = storage.run('then', () => task.then(() => storage.getStore()));
        storage.run('resolver', resolve);
        equal(seen instanceof Task, true);
        equal(await seen, 'then');
      },
    },
    {
      name: 'The then() method of a thenable runs in the frame of the code that resolves a promise with the thenable',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen = await storage.run('resolver', () =>
          Promise.resolve({
            // biome-ignore lint/suspicious/noThenProperty: the case is about a thenable
            then(done: (value: string | undefined) => void) {
              done(storage.getStore());
            },
          }),
        );
        equal(seen, 'resolver');
      },
    },
    {
      name: 'A rejection handler runs in the frame of its then() call after an earlier reaction throws',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen = await storage.run('flow', () =>
          Promise.resolve()
            .then(() => {
              throw new Error('expected');
            })
            .then(undefined, () => storage.getStore()),
        );
        equal(seen, 'flow');
      },
    },
  ],
};

/** `Promise.withResolvers()`, which is missing in Node 20. */
function withResolvers<T>(): {
  promise: Promise<T>;
  resolve: (value: T | PromiseLike<T>) => void;
  reject: (reason: unknown) => void;
} {
  let resolve: (value: T | PromiseLike<T>) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((onFulfilled, onRejected) => {
    resolve = onFulfilled;
    reject = onRejected;
  });
  return { promise, resolve, reject };
}
