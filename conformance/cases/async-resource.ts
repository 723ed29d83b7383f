import { equal, throws } from '../assert.js';
import type { Chapter } from '../case.js';

export const asyncResource: Chapter = {
  title: 'AsyncResource',
  cases: [
    {
      name: 'runInAsyncScope() runs the function in the frame in which the resource was created',
      run({ AsyncLocalStorage, AsyncResource }) {
        const storage = new AsyncLocalStorage<string>();
        const resource = storage.run('creator', () => new AsyncResource('Test'));
        storage.run('caller', () => {
          equal(
            resource.runInAsyncScope(() => storage.getStore()),
            'creator',
          );
          equal(storage.getStore(), 'caller');
        });
      },
    },
    {
      name: 'runInAsyncScope() passes this and the arguments, returns the result and rethrows the error',
      run({ AsyncLocalStorage, AsyncResource }) {
        const storage = new AsyncLocalStorage<string>();
        const resource = new AsyncResource('Test');
        const receiver = {};
        equal(
          resource.runInAsyncScope(
            function (this: unknown, a: number) {
              return [this, a];
            },
            receiver,
            1,
          ),
          [receiver, 1],
        );
        storage.run('caller', () => {
          throws(
            () =>
              resource.runInAsyncScope(() => {
                throw new RangeError('expected');
              }),
            { name: 'RangeError', message: 'expected' },
          );
          equal(storage.getStore(), 'caller');
        });
      },
    },
    {
      name: 'Work started in runInAsyncScope() runs in the frame of the resource',
      async run({ AsyncLocalStorage, AsyncResource }) {
        const storage = new AsyncLocalStorage<string>();
        const resource = storage.run('creator', () => new AsyncResource('Test'));
        const seen = storage.run('caller', () =>
          resource.runInAsyncScope(async () => {
            await Promise.resolve();
            return storage.getStore();
          }),
        );
        equal(await seen, 'creator');
      },
    },
    {
      name: 'bind() returns a function of the same length that runs in the frame of the resource',
      run({ AsyncLocalStorage, AsyncResource }) {
        const storage = new AsyncLocalStorage<string>();
        const resource = storage.run('creator', () => new AsyncResource('Test'));
        const bound = resource.bind((a: number, b: number) => [storage.getStore(), a, b]);
        equal(
          storage.run('caller', () => bound(1, 2)),
          ['creator', 1, 2],
        );
        equal(bound.length, 2);
      },
    },
    {
      name: 'bind() uses its second argument as this, or the this value of the caller without it',
      run({ AsyncResource }) {
        const resource = new AsyncResource('Test');
        function self(this: unknown) {
          return this;
        }
        const thisArg = {};
        // The second argument is missing in the types of Node.
        const bind: (fn: typeof self, thisArg: unknown) => () => unknown = resource.bind.bind(resource);
        equal(bind(self, thisArg)(), thisArg);
        const receiver = { bound: resource.bind(self) };
        equal(receiver.bound(), receiver);
      },
    },
    {
      name: 'The static bind() method captures the frame of its call',
      run({ AsyncLocalStorage, AsyncResource }) {
        const storage = new AsyncLocalStorage<string>();
        const bound = storage.run('bound', () =>
          AsyncResource.bind((a: number) => `${storage.getStore()} ${a}`, 'Test'),
        );
        equal(
          storage.run('caller', () => bound(1)),
          'bound 1',
        );
      },
    },
    {
      name: 'bind() and AsyncResource.bind() throw ERR_INVALID_ARG_TYPE for a value that is not a function',
      run({ AsyncResource }) {
        throws(() => new AsyncResource('Test').bind(1 as unknown as () => void), {
          name: 'TypeError',
          code: 'ERR_INVALID_ARG_TYPE',
        });
        throws(() => AsyncResource.bind(1 as unknown as () => void), {
          name: 'TypeError',
          code: 'ERR_INVALID_ARG_TYPE',
        });
      },
    },
    {
      name: 'The constructor throws ERR_INVALID_ARG_TYPE if type is not a string',
      run({ AsyncResource }) {
        throws(() => new AsyncResource(1 as unknown as string), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
      },
    },
    {
      name: 'The constructor throws ERR_INVALID_ASYNC_ID if triggerAsyncId is not an async id',
      run({ AsyncResource }) {
        throws(() => new AsyncResource('Test', { triggerAsyncId: 'a' as unknown as number }), {
          name: 'RangeError',
          code: 'ERR_INVALID_ASYNC_ID',
        });
      },
    },
    {
      name: 'asyncId() and triggerAsyncId() return numbers',
      run({ AsyncResource }) {
        const resource = new AsyncResource('Test');
        equal(typeof resource.asyncId(), 'number');
        equal(typeof resource.triggerAsyncId(), 'number');
      },
    },
    {
      name: 'triggerAsyncId() returns the triggerAsyncId option',
      run({ AsyncResource }) {
        equal(new AsyncResource('Test', { triggerAsyncId: 7 }).triggerAsyncId(), 7);
      },
    },
    {
      name: 'emitDestroy() returns the resource, which keeps its frame',
      run({ AsyncLocalStorage, AsyncResource }) {
        const storage = new AsyncLocalStorage<string>();
        const resource = storage.run('creator', () => new AsyncResource('Test', { requireManualDestroy: true }));
        equal(resource.emitDestroy(), resource);
        equal(
          resource.runInAsyncScope(() => storage.getStore()),
          'creator',
        );
      },
    },
    {
      name: 'An instance of a subclass keeps the frame in which it was created',
      run({ AsyncLocalStorage, AsyncResource }) {
        class Job extends AsyncResource {
          constructor(private readonly work: () => unknown) {
            super('Job');
          }
          start() {
            return this.runInAsyncScope(this.work);
          }
        }
        const storage = new AsyncLocalStorage<string>();
        const job = storage.run('creator', () => new Job(() => storage.getStore()));
        equal(
          storage.run('caller', () => job.start()),
          'creator',
        );
      },
    },
  ],
};
