import type { AsyncLocalStorage } from 'throughline';
import { equal } from '../assert.js';
import type { Case, Chapter } from '../case.js';
import { assertFlowsKeepFrame } from '../concurrent-flows.js';
import { casesRequiring, dataModule, dataModules, type Feature, globalMember, syntax } from '../features.js';
import { suspendingModule } from './suspending-module.js';

const fromAsyncCases: readonly Case[] = [
  {
    name: 'Array.fromAsync() runs an async generator and the mapper in the frame of the call',
    run: (implementation) =>
      assertFlowsKeepFrame(implementation, async (check) => {
        async function* generate() {
          try {
            for (const item of [1, 2, 3]) {
              check(`before item ${item}`);
              await pause();
              check(`item ${item}`);
              yield item;
            }
          } finally {
            check('at the end of the generator');
          }
        }
        equal(await fromAsync(generate()), [1, 2, 3]);
        check('after fromAsync()');
        const mapped = await fromAsync(generate(), async (item: number) => {
          check(`mapper of ${item}`);
          await pause();
          check(`mapper of ${item}, after an await`);
          return item * 2;
        });
        equal(mapped, [2, 4, 6]);
      }),
  },
  {
    name: 'Array.fromAsync() calls synchronous iterators, thenables and getters of an array-like object in the frame of the call',
    run: (implementation) =>
      assertFlowsKeepFrame(implementation, async (check) => {
        const thenable = (value: number) => ({
          // biome-ignore lint/suspicious/noThenProperty: the case is about thenables
          then(done: (value: number) => void) {
            check(`then() of ${value}`);
            setTimeout(done, 1, value);
          },
        });
        function* generate() {
          for (const item of [1, 2]) {
            check(`generator of ${item}`);
            yield thenable(item);
          }
          check('at the end of the generator');
          yield pause();
          yield 3;
        }
        const mapper = (value: unknown) => {
          check(`mapper of ${value}`);
          return thenable(Number(value));
        };
        equal(await fromAsync(generate()), [1, 2, undefined, 3]);
        equal(await fromAsync([thenable(1), 2, Promise.resolve(3)], mapper), [1, 2, 3]);
        const arrayLike = {
          length: 2,
          get 0() {
            check('first getter');
            return thenable(1);
          },
          get 1() {
            check('second getter');
            return 2;
          },
        };
        equal(await fromAsync(arrayLike, mapper), [1, 2]);
        check('after fromAsync()');
      }),
  },
  {
    name: 'If a mapper fails, Array.fromAsync() closes the iterator in the frame of the call',
    run: (implementation) =>
      assertFlowsKeepFrame(implementation, async (check) => {
        const iterator = (isAsync: boolean) => ({
          next: () => (isAsync ? Promise.resolve({ done: false, value: 1 }) : { done: false, value: 1 }),
          return() {
            check('return()');
            return isAsync ? Promise.resolve({}) : {};
          },
        });
        for (const [key, isAsync] of [
          [Symbol.asyncIterator, true],
          [Symbol.iterator, false],
        ] as const) {
          let calls = 0;
          const failed = fromAsync({ [key]: () => iterator(isAsync) }, async () => {
            await pause();
            if (++calls === 2) throw new RangeError('expected');
          });
          equal(await failed.catch((error: unknown) => error instanceof RangeError), true);
          check('after the rejection');
        }
      }),
  },
  {
    name: 'Array.fromAsync() of a subclass calls its constructor in the frame of the call',
    run: (implementation) =>
      assertFlowsKeepFrame(implementation, async (check) => {
        class List extends Array {
          constructor(...args: unknown[]) {
            check('constructor');
            super(...(args as []));
          }
        }
        const list = await fromAsync.call(List, [1, Promise.resolve(2)]);
        equal(list instanceof List, true);
        equal([list.length, ...list], [2, 1, 2]);
        equal((await fromAsync.call(List, { length: 1, 0: 1 })) instanceof List, true);
      }),
  },
  {
    name: 'Array.fromAsync() in a flow returns the same elements and errors, and calls the mapper with the same arguments',
    async run({ AsyncLocalStorage }) {
      const [fn, object] = [() => {}, {}];
      const describe = async () => {
        const seen: unknown[] = [];
        const context = {};
        await fromAsync(
          ['a'],
          function (this: unknown, ...args: unknown[]) {
            seen.push(this === context, ...args);
          },
          context,
        );
        for (const items of [[fn, object], { length: 2, 0: fn, 1: object }, new Set([fn, object])]) {
          const elements = await fromAsync(items);
          seen.push(elements.length, elements[0] === fn, elements[1] === object);
        }
        for (const args of [[null], [undefined], [5], ['text'], [[], 1], [{ [Symbol.asyncIterator]: 1 }], []]) {
          seen.push(
            await Reflect.apply(fromAsync, Array, args).then(String, (error: Error) => error.constructor === TypeError),
          );
        }
        return seen;
      };
      const expected = await describe();
      equal(await new AsyncLocalStorage<string>().run('flow', describe), expected);
    },
  },
];

const disposalCases: readonly Case[] = [
  {
    name: 'The disposers of an AsyncDisposableStack run in the frame of the disposeAsync() call',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      for (const dispose of [
        (stack: AsyncDisposableStack) => stack.disposeAsync(),
        (stack: AsyncDisposableStack) => stack[Symbol.asyncDispose](),
        (stack: AsyncDisposableStack) => storage.run('mover', () => stack.move()).disposeAsync(),
      ]) {
        const seen: string[] = [];
        const stack = storage.run('creator', createAsyncStack);
        storage.run('user', addDisposers, stack, storage, seen);
        await storage.run('disposer', async () => {
          await dispose(stack);
          seen.push(`at the end in ${storage.getStore()}`);
        });
        equal(seen, [
          'thenable in disposer',
          'then() in disposer',
          'asyncDispose in disposer',
          'after an await in disposer',
          'dispose in disposer',
          'adopt in disposer',
          'defer in disposer',
          'at the end in disposer',
        ]);
      }
    },
  },
  {
    name: 'A call on an AsyncDisposableStack that was moved does not change the frame of its disposers',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const seen: string[] = [];
      const stack = createAsyncStack();
      stack.defer(() => void seen.push(`second in ${storage.getStore()}`));
      stack.defer(async () => {
        seen.push(`first in ${storage.getStore()}`);
        await pause();
      });
      const moved = stack.move();
      const disposed = storage.run('disposer', () => moved.disposeAsync());
      await storage.run('other', () => stack.disposeAsync());
      await storage.run('again', () => moved.disposeAsync());
      await disposed;
      equal(seen, ['first in disposer', 'second in disposer']);
    },
  },
  {
    name: 'An AsyncDisposableStack in a flow returns the same values and errors, and disposes of each resource once',
    async run({ AsyncLocalStorage }) {
      const describe = async () => {
        const seen: unknown[] = [];
        const stack = createAsyncStack();
        const resource = {
          async [Symbol.asyncDispose](this: unknown) {
            seen.push('disposed of', this === resource);
          },
        };
        seen.push(
          stack.use(resource) === resource,
          stack.use(null),
          stack.adopt(1, (value) => void seen.push(value)),
        );
        const attempt = (fn: () => unknown) => {
          try {
            seen.push(String(fn()));
          } catch (error) {
            seen.push((error as Error).name);
          }
        };
        attempt(() => Reflect.apply(stack.use, stack, [{}]));
        attempt(() => Reflect.apply(stack.use, stack, [1]));
        attempt(() => Reflect.apply(stack.defer, stack, [1]));
        attempt(() => Reflect.apply(stack.defer, {}, [() => {}]));
        const moved = stack.move();
        attempt(() => stack.use(resource));
        await stack.disposeAsync();
        await moved.disposeAsync();
        await moved.disposeAsync();
        const failing = createAsyncStack();
        failing.defer(() => Promise.reject(new RangeError('expected')));
        await failing.disposeAsync().catch((error: Error) => seen.push(error.name));
        return seen;
      };
      const expected = await describe();
      equal(await new AsyncLocalStorage<string>().run('flow', describe), expected);
    },
  },
];

/** workerd compiles WebAssembly only when it is deployed. */
const suspendingImports: Feature = {
  name: 'imports that suspend WebAssembly',
  probe() {
    void new WebAssembly.Module(suspendingModule);
    if (!('Suspending' in WebAssembly)) throw new Error('no WebAssembly.Suspending');
  },
};

/** In workerd no code can run while a request waits, so workerd ends the request with an error. */
const asyncWaits: Feature = {
  name: 'Atomics.waitAsync() that can be notified',
  probe() {
    if (!('waitAsync' in Atomics) || globalThis.navigator?.userAgent === 'Cloudflare-Workers') throw new Error('none');
  },
};

const suspensionCases: readonly Case[] = [
  {
    name: 'Imports that WebAssembly calls after a suspension (JSPI) run in the frame of the suspension',
    run: (implementation) =>
      assertFlowsKeepFrame(implementation, async (check) => {
        const { Suspending, promising } = WebAssembly as unknown as {
          Suspending: new (fn: () => unknown) => () => unknown;
          promising(fn: unknown): () => Promise<void>;
        };
        const suspend = async () => {
          check('suspending import');
          await pause();
        };
        const { instance } = await WebAssembly.instantiate(suspendingModule, {
          env: { suspend: new Suspending(suspend), check: () => check('import') },
        });
        await promising(instance.exports.run)();
        check('after the export');
      }),
  },
];

const promiseCases: readonly Case[] = [
  ...casesRequiring(globalMember('Promise.try'), [
    {
      name: 'The callback of Promise.try(), and the then() method of a thenable that it returns, run in the frame of the call',
      run: (implementation) =>
        assertFlowsKeepFrame(implementation, async (check) => {
          const attempt: (fn: (...args: unknown[]) => unknown, ...args: unknown[]) => Promise<unknown> = Reflect.get(
            Promise,
            'try',
          ).bind(Promise);
          const sum = await attempt(
            (a, b) => {
              check('callback');
              return Number(a) + Number(b);
            },
            1,
            2,
          );
          equal(sum, 3);
          check('after try()');
          await attempt(() => ({
            // biome-ignore lint/suspicious/noThenProperty: the case is about a thenable
            then(done: () => void) {
              check('then()');
              done();
            },
          }));
          await attempt(() => {
            throw new Error('expected');
          }).catch(() => check('catch()'));
        }),
    },
  ]),
  ...casesRequiring(globalMember('Promise.withResolvers'), [
    {
      name: 'Awaiting the promise of Promise.withResolvers() keeps the frame if another flow settles it',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const { promise, resolve }: { promise: Promise<string>; resolve(value: string): void } = storage.run(
          'creator',
          () => Reflect.get(Promise, 'withResolvers').call(Promise),
        );
        const seen = storage.run('flow', async () => `${await promise} in ${storage.getStore()}`);
        storage.run('resolver', () => setTimeout(resolve, 1, 'resolved'));
        equal(await seen, 'resolved in flow');
      },
    },
  ]),
];

const waitCases: readonly Case[] = [
  {
    name: 'Awaiting Atomics.waitAsync() keeps the frame if another flow notifies',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      // Pages that are not cross-origin isolated have shared memory of WebAssembly only.
      const cells = new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer);
      const wait = async () => {
        const { value } = Reflect.get(Atomics, 'waitAsync')(cells, 0, 0) as { value: Promise<string> };
        return `${await value} in ${storage.getStore()}`;
      };
      const seen = Promise.all([storage.run('a', wait), storage.run('b', wait), wait()]);
      await storage.run('notifier', async () => {
        await pause();
        Atomics.notify(cells, 0);
      });
      equal(await seen, ['ok in a', 'ok in b', 'ok in undefined']);
    },
  },
];

const iteratorCases: readonly Case[] = [
  {
    name: 'The callbacks of iterator helpers run in the frame of the next() call',
    run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const seen: string[] = [];
      const record = (name: string) => seen.push(`${name} in ${storage.getStore()}`);
      const source = {
        next() {
          record('next');
          return { done: false, value: 1 };
        },
        return() {
          record('return');
          return {};
        },
      };
      interface Helpers {
        map(fn: (value: number) => number): Helpers;
        filter(fn: () => boolean): Helpers;
        next(): unknown;
        return(): unknown;
      }
      const from = Reflect.get(Reflect.get(globalThis, 'Iterator'), 'from') as (iterator: object) => Helpers;
      const iterator = storage.run('creator', () =>
        from(source)
          .map((value) => {
            record('map');
            return value;
          })
          .filter(() => {
            record('filter');
            return true;
          }),
      );
      storage.run('a', () => iterator.next());
      iterator.next();
      storage.run('b', () => iterator.return());
      equal(seen, [
        ...['next in a', 'map in a', 'filter in a'],
        ...['next in undefined', 'map in undefined', 'filter in undefined'],
        'return in b',
      ]);
    },
  },
];

const moduleCases: readonly Case[] = [
  {
    name: 'A module that import() evaluates runs in the root, also after a top-level await, and awaiting the import keeps the frame',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const seen: string[] = [];
      Reflect.set(globalThis, 'throughlineModule', (where: string) => seen.push(`${where} in ${storage.getStore()}`));
      const url = dataModule(
        `throughlineModule('module'); await 1; throughlineModule('after an await'); // ${++modules}`,
      );
      try {
        await storage.run('flow', async () => {
          await import(/* @vite-ignore */ url);
          seen.push(`importer in ${storage.getStore()}`);
        });
      } finally {
        Reflect.deleteProperty(globalThis, 'throughlineModule');
      }
      equal(seen, ['module in undefined', 'after an await in undefined', 'importer in flow']);
    },
  },
  {
    name: 'Awaiting the import of a JSON module keeps the frame',
    run: (implementation) =>
      assertFlowsKeepFrame(implementation, async (check) => {
        const url = dataModule(`{"number":${++modules}}`, 'application/json');
        const module = (await import(/* @vite-ignore */ url, { with: { type: 'json' } })) as { default: object };
        check('after the import');
        equal(Object.keys(module.default), ['number']);
      }),
  },
];

const deferCases: readonly Case[] = [
  {
    name: 'A module of import.defer() that a flow evaluates by reading an export runs in the root',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const seen: string[] = [];
      Reflect.set(globalThis, 'throughlineModule', () => seen.push(`module in ${storage.getStore()}`));
      const importDeferred = new Function('url', 'return import.defer(url)') as (url: string) => Promise<object>;
      try {
        await storage.run('flow', async () => {
          const module = await importDeferred(dataModule(`throughlineModule(); export const x = ${++modules};`));
          seen.push(`importer in ${storage.getStore()}`);
          Reflect.get(module, 'x');
        });
      } finally {
        Reflect.deleteProperty(globalThis, 'throughlineModule');
      }
      // Bun evaluates the module at once.
      equal(seen.sort(), ['importer in flow', 'module in undefined']);
    },
  },
];

const sourceCases: readonly Case[] = [
  {
    name: 'Awaiting import.source() keeps the frame',
    run: (implementation) =>
      assertFlowsKeepFrame(implementation, async (check) => {
        const importSource = new Function('url', 'return import.source(url)') as (url: string) => Promise<unknown>;
        const text = String.fromCharCode(...suspendingModule);
        await importSource(`data:application/wasm;base64,${btoa(text)}`).catch(() => check('after a rejection'));
        check('after the import');
      }),
  },
];

export const asyncBuiltins: Chapter = {
  title: 'Functions of the language that call back over several jobs',
  cases: [
    ...casesRequiring(globalMember('Array.fromAsync'), fromAsyncCases),
    ...casesRequiring(globalMember('AsyncDisposableStack'), disposalCases),
    ...casesRequiring(suspendingImports, suspensionCases),
    ...promiseCases,
    ...casesRequiring(asyncWaits, waitCases),
    ...casesRequiring(globalMember('Iterator.from'), iteratorCases),
    ...casesRequiring(dataModules, moduleCases),
    ...casesRequiring(syntax('import.defer()', 'import.defer("")'), deferCases),
    ...casesRequiring(syntax('import.source()', 'import.source("")'), sourceCases),
  ],
};

/** The number of modules that were imported: each has another URL, and is therefore evaluated. */
let modules = 0;

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

type FromAsync = (items: unknown, mapper?: unknown, context?: unknown) => Promise<unknown[]>;

/** `Array.fromAsync()`, which the types of the compiler do not have. */
const fromAsync = function (this: unknown, ...args: unknown[]) {
  return Reflect.apply(Reflect.get(Array, 'fromAsync'), this ?? Array, args);
} as FromAsync;

/** Does not name the class, so that the case also loads where it is missing. */
function createAsyncStack(): AsyncDisposableStack {
  return new (Reflect.get(globalThis, 'AsyncDisposableStack'))();
}

/** Adds one disposer of each kind. They are called in reverse order. */
function addDisposers(stack: AsyncDisposableStack, storage: AsyncLocalStorage<string>, seen: string[]): void {
  const record = (name: string) => seen.push(`${name} in ${storage.getStore()}`);
  stack.defer(() => void record('defer'));
  stack.adopt('adopt', (name) => void record(name));
  stack.use({ [Symbol.dispose]: () => void record('dispose') });
  stack.use({
    async [Symbol.asyncDispose]() {
      record('asyncDispose');
      await pause();
      record('after an await');
    },
  });
  stack.use({
    [Symbol.asyncDispose]() {
      record('thenable');
      return {
        // biome-ignore lint/suspicious/noThenProperty: the case is about a thenable
        then(done: () => void) {
          record('then()');
          done();
        },
      } as PromiseLike<void>;
    },
  });
}
