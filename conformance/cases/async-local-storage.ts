import { equal, throws } from '../assert.js';
import type { Chapter } from '../case.js';

export const asyncLocalStorage: Chapter = {
  title: 'AsyncLocalStorage',
  cases: [
    {
      name: 'getStore() returns undefined if no value is set',
      run({ AsyncLocalStorage }) {
        equal(new AsyncLocalStorage().getStore(), undefined);
      },
    },
    {
      name: 'run() sets the value during the call, passes the arguments and returns the result',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const result = storage.run('inside', (a: number, b: number) => `${storage.getStore()} ${a + b}`, 1, 2);
        equal(result, 'inside 3');
        equal(storage.getStore(), undefined);
      },
    },
    {
      name: 'run() and exit() call the function with null as its this value',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<number>();
        function self(this: unknown) {
          return this;
        }
        equal(storage.run(1, self), null);
        storage.run(1, () => equal(storage.run(1, self), null, 'run() with the value that is already set'));
        equal(storage.exit(self), null, 'exit()');
      },
    },
    {
      name: 'run() and exit() read the value with a getStore() that a subclass has overridden',
      run({ AsyncLocalStorage }) {
        let reads = 0;
        class Counted extends AsyncLocalStorage<number> {
          override getStore() {
            reads++;
            return super.getStore();
          }
        }
        const storage = new Counted();
        equal(
          storage.run(1, () => storage.run(1, () => storage.exit(() => 'result'))),
          'result',
        );
        equal(reads, 3);
        equal(storage.getStore(), undefined);
      },
    },
    {
      name: 'run() and exit() set and restore the value with an enterWith() that was overridden, in a subclass or on the object',
      run({ AsyncLocalStorage }) {
        const entered: unknown[] = [];
        class Recorded extends AsyncLocalStorage<string> {
          override enterWith(store: string) {
            entered.push(store);
            super.enterWith(store);
          }
        }
        const storage = new Recorded();
        const { enterWith } = storage;
        const failure = new RangeError('expected');
        equal(
          storage.run('a', (suffix: string) => storage.getStore() + suffix, 'b'),
          'ab',
        );
        throws(
          () =>
            storage.run('c', () => {
              throw failure;
            }),
          RangeError,
        );
        storage.enterWith = function (store) {
          entered.push('own');
          return Reflect.apply(enterWith, this, [store]);
        };
        storage.run('d', () => storage.exit(() => equal(storage.getStore(), undefined)));
        equal(storage.getStore(), undefined);
        const own = ['d', undefined, 'd', undefined].flatMap((store) => ['own', store]);
        equal(entered, ['a', undefined, 'c', undefined, ...own]);
      },
    },
    {
      name: 'run() restores the value and rethrows the error if the function throws',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const expected = new RangeError('expected');
        storage.run('outer', () => {
          let thrown: unknown;
          try {
            storage.run('inner', () => {
              throw expected;
            });
          } catch (error) {
            thrown = error;
          }
          equal(thrown, expected);
          equal(storage.getStore(), 'outer');
        });
      },
    },
    {
      name: 'Nested run() calls set and restore the value of one storage only',
      run({ AsyncLocalStorage }) {
        const a = new AsyncLocalStorage<number>();
        const b = new AsyncLocalStorage<number>();
        a.run(1, () => {
          b.run(2, () => {
            a.run(3, () => equal([a.getStore(), b.getStore()], [3, 2]));
            equal([a.getStore(), b.getStore()], [1, 2]);
          });
          equal([a.getStore(), b.getStore()], [1, undefined]);
        });
      },
    },
    {
      name: "getStore() returns null, NaN, 0, -0, '', false and undefined as they were set",
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<unknown>();
        for (const value of [null, Number.NaN, 0, -0, '', false, undefined]) {
          storage.run('outer', () => storage.run(value, () => equal(storage.getStore(), value)));
        }
      },
    },
    {
      name: 'run() and exit() without a function throw a TypeError and leave the value unchanged',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<number>();
        storage.run(1, () => {
          throws(() => storage.run(2, undefined as unknown as () => void), { name: 'TypeError' });
          throws(() => storage.exit(3 as unknown as () => void), { name: 'TypeError' });
          equal(storage.getStore(), 1);
        });
      },
    },
    {
      name: 'exit() runs the function, and the work that it starts, with the value undefined',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        await storage.run('flow', async () => {
          const later = storage.exit(async (mark: string) => {
            equal(storage.getStore(), undefined);
            await Promise.resolve();
            return `${mark} ${storage.getStore()}`;
          }, 'mark');
          equal(storage.getStore(), 'flow');
          equal(await later, 'mark undefined');
          equal(storage.getStore(), 'flow');
        });
      },
    },
    {
      name: 'enterWith() sets the value for the rest of the current call and for the work that it starts',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        storage.enterWith('entered');
        equal(storage.getStore(), 'entered');
        const later = new Promise<string | undefined>((done) => setTimeout(() => done(storage.getStore()), 1));
        await Promise.resolve();
        equal(storage.getStore(), 'entered');
        equal(await later, 'entered');
      },
    },
    {
      name: 'enterWith() does not change the value of a flow that started earlier',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const readLater = async () => {
          for (let i = 0; i < 4; i++) await Promise.resolve();
          return storage.getStore();
        };
        const entering = (async () => {
          await Promise.resolve();
          storage.enterWith('entered');
        })();
        equal(await readLater(), undefined);
        await entering;
      },
    },
    {
      name: 'enterWith() before the first await of an async function changes the value of the caller',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const enter = async () => {
          storage.enterWith('entered');
        };
        await storage.run('flow', async () => {
          const done = enter();
          equal(storage.getStore(), 'entered');
          await done;
          equal(storage.getStore(), 'entered');
        });
      },
    },
    {
      name: 'enterWith() after an await does not change the value of the awaiting caller',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        await storage.run('flow', async () => {
          await (async () => {
            await Promise.resolve();
            storage.enterWith('entered');
          })();
          equal(storage.getStore(), 'flow');
        });
      },
    },
    {
      name: 'enterWith() in a reaction does not change the value of the next reaction or of the awaiting caller',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        await storage.run('flow', async () => {
          const seen = await Promise.resolve()
            .then(() => storage.enterWith('entered'))
            .then(() => storage.getStore());
          equal(seen, 'flow');
          equal(storage.getStore(), 'flow');
        });
      },
    },
    {
      name: 'The then() method of a thenable returned from a reaction reads the value that enterWith() set in that reaction',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        let seen: string | undefined;
        await storage.run('flow', () =>
          Promise.resolve().then(() => {
            storage.enterWith('entered');
            return {
              // biome-ignore lint/suspicious/noThenProperty: the case is about a thenable
              then(done: (value: unknown) => void) {
                seen = storage.getStore();
                done(undefined);
              },
            };
          }),
        );
        equal(seen, 'entered');
      },
    },
    {
      name: 'enterWith() inside run() of the same storage lasts until run() returns',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        storage.run('outer', () => {
          storage.run('inner', () => storage.enterWith('entered'));
          equal(storage.getStore(), 'outer');
        });
      },
    },
    {
      name: 'enterWith() of another storage inside run() lasts after run() returns, as in Node',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const other = new AsyncLocalStorage<string>();
        storage.run('outer', () => {
          storage.run('inner', () => other.enterWith('entered'));
          equal([storage.getStore(), other.getStore()], ['outer', 'entered']);
        });
        equal([storage.getStore(), other.getStore()], [undefined, 'entered']);
      },
    },
    {
      name: 'run() with the value that is already set is a plain call, after which enterWith() inside it lasts, as in Node',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        storage.run('flow', () => {
          storage.run('flow', () => storage.enterWith('entered'));
          equal(storage.getStore(), 'entered');
        });
      },
    },
    {
      name: 'disable() removes the value from the flow until the next run()',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        await storage.run('flow', async () => {
          storage.disable();
          equal(storage.getStore(), undefined);
          await Promise.resolve();
          equal(storage.getStore(), undefined, 'after await');
          await storage.run('again', async () => {
            await Promise.resolve();
            equal(storage.getStore(), 'again');
          });
          equal(storage.getStore(), undefined, 'after run()');
        });
      },
    },
    {
      name: 'disable() affects work started in the current frame and no other work',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const other = new AsyncLocalStorage<string>();
        const later = (ms: number) =>
          new Promise<string | undefined>((done) => setTimeout(() => done(storage.getStore()), ms));
        const elsewhere = storage.run('elsewhere', () => later(2));
        // Before the first disable() of a process, the frame before a run() and the frame after it are the same. From
        // then on they are two frames. This disable() makes the case independent of the cases before it.
        storage.run('first', () => storage.disable());
        await storage.run('flow', async () => {
          const before = later(1);
          const derived = other.run('y', () => later(1));
          const same = later(1);
          storage.disable();
          equal(await same, undefined, 'started in the same frame');
          equal(await derived, 'flow', 'started in a frame derived from it');
          equal(await before, 'flow', 'started before another run()');
        });
        equal(await elsewhere, 'elsewhere');
      },
    },
    {
      name: 'run() restores the previous value even if disable() has been called in the outer frame in the meantime',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        storage.run('outer', () => {
          const inFrame = AsyncLocalStorage.snapshot();
          storage.run('inner', () => inFrame(() => storage.disable()));
          equal(storage.getStore(), 'outer');
        });
      },
    },
    {
      name: 'disable() leaves the values of other storages unchanged',
      run({ AsyncLocalStorage }) {
        const a = new AsyncLocalStorage<number>();
        const b = new AsyncLocalStorage<number>();
        const c = new AsyncLocalStorage<number>();
        a.run(1, () =>
          b.run(2, () =>
            c.run(3, () => {
              a.disable();
              equal([a.getStore(), b.getStore(), c.getStore()], [undefined, 2, 3]);
              c.disable();
              equal([a.getStore(), b.getStore(), c.getStore()], [undefined, 2, undefined]);
            }),
          ),
        );
        equal([a.getStore(), b.getStore(), c.getStore()], [undefined, undefined, undefined]);
      },
    },
    {
      name: 'disable() has no effect if no value is set',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<number>();
        storage.disable();
        storage.disable();
        equal(
          storage.run(1, () => storage.getStore()),
          1,
        );
      },
    },
    {
      name: 'withScope() sets the value until the first dispose() call',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const scope = storage.withScope('outer');
        const inner = storage.withScope('inner');
        equal(storage.getStore(), 'inner');
        inner.dispose();
        equal(storage.getStore(), 'outer');
        // WebKit has no Symbol.dispose yet. Compilers that lower `using` fall back to this symbol.
        const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
        scope[dispose]();
        equal(storage.getStore(), undefined);
        storage.enterWith('later');
        scope.dispose();
        equal(storage.getStore(), 'later');
      },
    },
    {
      name: 'Work started before dispose() keeps the value that withScope() set',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const scope = storage.withScope('scope');
        const later = new Promise<string | undefined>((done) => setTimeout(() => done(storage.getStore()), 1));
        scope.dispose();
        equal(await later, 'scope');
      },
    },
    {
      name: 'getStore() returns defaultValue if no value is set and after disable()',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage({ defaultValue: 'default' });
        equal(storage.getStore(), 'default');
        storage.run('set', () => {
          equal(storage.getStore(), 'set');
          storage.disable();
          equal(storage.getStore(), 'default');
        });
        equal(storage.getStore(), 'default');
      },
    },
    {
      name: 'getStore() returns undefined rather than defaultValue if undefined was set',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string | undefined>({ defaultValue: 'default' });
        equal(
          storage.run(undefined, () => storage.getStore()),
          undefined,
        );
        equal(
          storage.exit(() => storage.getStore()),
          undefined,
        );
        equal(storage.getStore(), 'default');
      },
    },
    {
      name: 'name is the name option converted to a string, or the empty string without the option',
      run({ AsyncLocalStorage }) {
        equal(new AsyncLocalStorage({ name: 'user' }).name, 'user');
        equal(new AsyncLocalStorage({ name: 5 as unknown as string }).name, '5');
        equal(new AsyncLocalStorage({}).name, '');
        equal(new AsyncLocalStorage().name, '');
        throws(() => new AsyncLocalStorage({ name: Symbol('no') as unknown as string }), { name: 'TypeError' });
      },
    },
    {
      name: 'The constructor throws ERR_INVALID_ARG_TYPE if options is not an object',
      run({ AsyncLocalStorage }) {
        const Loose = AsyncLocalStorage as unknown as new (options: unknown) => unknown;
        const received: [unknown, string][] = [
          [1, 'type number (1)'],
          ['a', "type string ('a')"],
          [null, 'null'],
          [[], 'an instance of Array'],
          [true, 'type boolean (true)'],
          [Symbol('s'), 'type symbol (Symbol(s))'],
          [function named() {}, 'function named'],
        ];
        for (const [value, shown] of received) {
          throws(() => new Loose(value), {
            name: 'TypeError',
            code: 'ERR_INVALID_ARG_TYPE',
            message: `The "options" argument must be of type object. Received ${shown}`,
          });
        }
      },
    },
    {
      name: 'The AsyncLocalStorage constructor throws a TypeError without new',
      run({ AsyncLocalStorage }) {
        throws(() => (AsyncLocalStorage as unknown as () => void)(), { name: 'TypeError' });
      },
    },
    {
      name: 'Methods have the same names and lengths as in Node, and instances have no own enumerable properties',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<number>();
        equal(AsyncLocalStorage.name, 'AsyncLocalStorage');
        equal([storage.run.name, storage.run.length], ['run', 2]);
        equal([storage.exit.name, storage.exit.length], ['exit', 1]);
        equal([storage.getStore.name, storage.getStore.length], ['getStore', 0]);
        equal([storage.enterWith.name, storage.enterWith.length], ['enterWith', 1]);
        equal([storage.disable.name, storage.disable.length], ['disable', 0]);
        equal([storage.withScope.name, storage.withScope.length], ['withScope', 1]);
        equal([AsyncLocalStorage.bind.name, AsyncLocalStorage.bind.length], ['bind', 1]);
        equal([AsyncLocalStorage.snapshot.name, AsyncLocalStorage.snapshot.length], ['snapshot', 0]);
        equal(Object.keys(storage), []);
      },
    },
    {
      name: 'AsyncLocalStorage.bind() runs the function in the frame of the bind() call with the this value and arguments of the caller',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const bound = storage.run('bound', () =>
          AsyncLocalStorage.bind(function (this: unknown, a: number, b: number) {
            return [this, a, b, storage.getStore()];
          }),
        );
        const receiver = { bound };
        storage.run('caller', () => {
          equal(receiver.bound(1, 2), [receiver, 1, 2, 'bound']);
          equal(storage.getStore(), 'caller');
        });
        equal(bound.length, 2);
      },
    },
    {
      name: 'A function bound in the root runs in the root',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const bound = AsyncLocalStorage.bind(() => storage.getStore());
        equal(
          storage.run('caller', () => bound()),
          undefined,
        );
      },
    },
    {
      name: 'AsyncLocalStorage.bind() throws ERR_INVALID_ARG_TYPE for a value that is not a function',
      run({ AsyncLocalStorage }) {
        for (const value of [1, 'a', {}, null]) {
          throws(() => AsyncLocalStorage.bind(value as unknown as () => void), { name: 'TypeError' });
        }
        throws(() => AsyncLocalStorage.bind(1 as unknown as () => void), {
          name: 'TypeError',
          code: 'ERR_INVALID_ARG_TYPE',
          message: 'The "fn" argument must be of type function. Received type number (1)',
        });
      },
    },
    {
      name: 'AsyncLocalStorage.snapshot() returns a function that runs any function in the captured frame',
      run({ AsyncLocalStorage }) {
        const a = new AsyncLocalStorage<string>();
        const b = new AsyncLocalStorage<string>();
        const inFrame = a.run('a', () => b.run('b', () => AsyncLocalStorage.snapshot()));
        a.run('other', () => {
          equal(
            inFrame((x: number) => [a.getStore(), b.getStore(), x].join(), 3),
            'a,b,3',
          );
          equal([a.getStore(), b.getStore()], ['other', undefined]);
          throws(() => inFrame(undefined as unknown as () => void), { name: 'TypeError' });
          equal(a.getStore(), 'other');
        });
      },
    },
    {
      name: 'enterWith() inside a snapshot call lasts until that call returns',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const inFrame = storage.run('captured', () => AsyncLocalStorage.snapshot());
        storage.run('flow', () => {
          inFrame(() => {
            storage.enterWith('entered');
            equal(storage.getStore(), 'entered');
          });
          equal(storage.getStore(), 'flow');
        });
      },
    },
    {
      name: 'enterWith() inside a bound function does not change the value of its next call',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        const bound = storage.run('bound', () =>
          AsyncLocalStorage.bind((value: string) => {
            seen.push(storage.getStore());
            storage.enterWith(value);
            seen.push(storage.getStore());
          }),
        );
        storage.run('a', () => bound('entered by a'));
        storage.run('b', () => bound('entered by b'));
        await Promise.resolve();
        storage.run('c', () => bound('entered by c'));
        equal(seen, ['bound', 'entered by a', 'bound', 'entered by b', 'bound', 'entered by c']);
      },
    },
    {
      name: 'enterWith() in a repeating timer does not change the value of its next tick',
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: (string | undefined)[] = [];
        await storage.run(
          'timer',
          () =>
            new Promise<void>((done) => {
              const timer = setInterval(() => {
                seen.push(storage.getStore());
                storage.enterWith('entered');
                if (seen.length < 3) return;
                clearInterval(timer);
                done();
              }, 1);
            }),
        );
        equal(seen, ['timer', 'timer', 'timer']);
      },
    },
    {
      name: 'enterWith() inside run() does not change the value of the next tick of a timer or the next call of a bound function',
      async run({ AsyncLocalStorage, AsyncContext }) {
        const id = new AsyncLocalStorage<string>();
        const user = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const read = () => {
          seen.push(`${id.getStore()} ${user.getStore()}`);
        };
        const handlers = [
          (turn: string) => id.run(turn, () => user.enterWith(turn)),
          (turn: string) => id.run(turn, () => id.run('inner', () => void user.withScope(turn))),
          (turn: string) => AsyncLocalStorage.snapshot()(() => user.enterWith(turn)),
        ];
        if (AsyncContext !== undefined) {
          const variable = new AsyncContext.Variable<string>();
          handlers.push((turn) => variable.run(turn, () => id.run(turn, () => user.enterWith(turn))));
        }
        for (const handler of handlers) {
          const bound = AsyncLocalStorage.bind((turn: string) => {
            read();
            handler(turn);
          });
          bound('a');
          bound('b');
          await new Promise<void>((done) => {
            let turns = 0;
            const timer = setInterval(() => {
              read();
              handler(`turn ${turns}`);
              if (++turns < 3) return;
              clearInterval(timer);
              done();
            }, 1);
          });
        }
        equal(
          seen,
          seen.map(() => 'undefined undefined'),
        );
      },
    },
    {
      name: 'A snapshot function called within its own call runs in its captured frame again',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const atRoot = AsyncLocalStorage.snapshot();
        const seen = atRoot(() =>
          storage.run('inside', () => {
            const inner = atRoot(() => storage.getStore());
            return [inner, storage.getStore()];
          }),
        );
        equal(seen, [undefined, 'inside']);
        equal(storage.getStore(), undefined);
      },
    },
    {
      name: 'A bound function called within its own call through another one runs in its captured frame',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const bind = () => AsyncLocalStorage.bind(<R>(fn: () => R) => fn());
        const first = storage.run('first', bind);
        const second = storage.run('second', bind);
        const read = () => storage.getStore();
        const seen = first(() =>
          storage.run('inside', () => [...second(() => [first(read), read(), first(() => second(read))]), read()]),
        );
        equal(seen, ['first', 'second', 'second', 'inside']);
        equal([first(read), second(read), read()], ['first', 'second', undefined]);
      },
    },
    {
      name: 'A stack overflow in nested run() calls leaves the value unchanged',
      run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<number>();
        const deeper = (depth: number): void => storage.run(depth, deeper, depth + 1);
        storage.run(-1, () => {
          let reason: unknown;
          try {
            deeper(0);
          } catch (error) {
            reason = error;
          }
          // Firefox throws an InternalError, all others a RangeError.
          equal(reason instanceof Error, true);
          equal(storage.getStore(), -1);
        });
        equal(storage.getStore(), undefined);
      },
    },
    {
      name: 'A subclass can override run(), which exit() calls',
      run({ AsyncLocalStorage }) {
        class Counted extends AsyncLocalStorage<number> {
          runs = 0;
          override run<R, A extends unknown[]>(store: number, fn: (...args: A) => R, ...args: A): R {
            this.runs++;
            return super.run(store, fn, ...args);
          }
        }
        const storage = new Counted();
        equal(
          storage.run(1, () => storage.getStore()),
          1,
        );
        storage.exit(() => {});
        equal(storage.runs, 2);
        equal(storage instanceof AsyncLocalStorage, true);
      },
    },
    {
      name: 'A thousand storages keep separate values',
      async run({ AsyncLocalStorage }) {
        const storages = Array.from({ length: 1000 }, () => new AsyncLocalStorage<number>());
        const check = () => storages.every((storage, index) => storage.getStore() === index);
        // Nests a thousand run() calls without a thousand call stack frames.
        let inFrame = AsyncLocalStorage.snapshot();
        for (const [index, storage] of storages.entries()) {
          inFrame = inFrame(() => storage.run(index, () => AsyncLocalStorage.snapshot()));
        }
        await inFrame(async () => {
          equal(check(), true);
          await Promise.resolve();
          equal(check(), true, 'after await');
          storages[500]?.run(-1, () => {
            equal(storages[500]?.getStore(), -1);
            equal(storages[501]?.getStore(), 501);
          });
          equal(check(), true, 'after run()');
        });
        equal(
          storages.every((storage) => storage.getStore() === undefined),
          true,
        );
      },
    },
  ],
};
