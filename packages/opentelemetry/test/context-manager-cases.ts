/**
 * What a context manager of OpenTelemetry must do, as cases that run in Node's test runner and in pages. They check what
 * OpenTelemetry's own tests of `AsyncLocalStorageContextManager` and `ZoneContextManager` check, except what only a zone
 * can have: forked zones, and a manager that sets no context while it is disabled.
 */
import { type Context, type ContextManager, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';

/** A manager with the method that `@opentelemetry/api` declares since 1.10. */
export interface AttachingManager extends ContextManager {
  attach(context: Context): { dispose(): void };
}

/** The part of Node's class, and of the package `events` for pages, that the cases use. */
export interface Emitter {
  on(event: string, listener: () => void): unknown;
  once(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
  removeListener(event: string, listener: () => void): unknown;
  removeAllListeners(event?: string): unknown;
  listeners(event: string): unknown[];
  emit(event: string): boolean;
}

export interface Case {
  readonly name: string;
  /** Whether `AsyncLocalStorageContextManager` does not do this. */
  readonly isBeyondPeer?: boolean;
  run(manager: AttachingManager): void | Promise<void>;
}

const KEY = createContextKey('case');
const [ONE, TWO, THREE] = [1, 2, 3].map((value) => ROOT_CONTEXT.setValue(KEY, value)) as [Context, Context, Context];

const pause = (milliseconds = 0) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

function equal(actual: unknown, expected: unknown): void {
  if (!Object.is(actual, expected)) throw new Error(`Expected ${describe(expected)}, but got ${describe(actual)}.`);
}

function describe(value: unknown): string {
  if (value === ROOT_CONTEXT) return 'the root context';
  const number = [ONE, TWO, THREE].indexOf(value as Context) + 1;
  return number === 0 ? String(value) : `context ${number}`;
}

/**
 * @param createManager creates another manager, for the cases with two
 * @param createEmitter creates an emitter of the class that the runtime's programs use
 */
export function contextManagerCases(createManager: () => AttachingManager, createEmitter: () => Emitter): Case[] {
  return [
    ...withCases(createManager),
    ...functionCases(createManager),
    ...emitterCases(createManager, createEmitter),
    ...targetCases(),
    ...timerCases(),
    ...attachCases(),
  ];
}

function withCases(createManager: () => AttachingManager): Case[] {
  return [
    {
      name: 'enable() and disable() return the manager, and the root context is active',
      run(manager) {
        equal(manager.enable(), manager);
        equal(manager.active(), ROOT_CONTEXT);
        equal(manager.disable(), manager);
        equal(manager.active(), ROOT_CONTEXT);
      },
    },
    {
      name: 'with() makes the root context, another context, and no context at all active',
      run(manager) {
        const calls: unknown[] = [];
        manager.with(ROOT_CONTEXT, () => calls.push(manager.active()));
        manager.with(ONE, () => calls.push(manager.active()));
        for (const missing of [null, undefined]) {
          manager.with(ONE, () => manager.with(missing as never, () => calls.push(manager.active())));
        }
        for (const [index, expected] of [ROOT_CONTEXT, ONE, ROOT_CONTEXT, ROOT_CONTEXT].entries()) {
          equal(calls[index], expected);
        }
        equal(calls.length, 4);
      },
    },
    {
      name: 'with() calls the function of a disabled manager, and after enable() sets contexts',
      run(manager) {
        manager.disable();
        let calls = 0;
        manager.with(ROOT_CONTEXT, () => {
          manager.enable();
          calls++;
        });
        manager.with(ONE, () => {
          equal(manager.active(), ONE);
          calls++;
        });
        equal(calls, 2);
      },
    },
    {
      name: 'with() throws what the function throws, and restores the context',
      run(manager) {
        const failure = new Error('expected');
        let caught: unknown;
        manager.with(ONE, () => {
          try {
            manager.with(TWO, () => {
              throw failure;
            });
          } catch (error) {
            caught = error;
          }
          equal(manager.active(), ONE);
        });
        equal(caught, failure);
        equal(manager.active(), ROOT_CONTEXT);
      },
    },
    {
      name: 'with() passes this, arguments and the result',
      run(manager) {
        function join(this: string, text: string, number: number): string {
          // biome-ignore lint/complexity/noArguments: the number of arguments is what is checked
          return [this, text, number, arguments.length].join();
        }
        equal(manager.with(ONE, join, 'that', 'one', 2), 'that,one,2,2');
        equal(
          manager.with(ONE, () => 3.14),
          3.14,
        );
      },
    },
    {
      name: 'nested with() restores each context, and each timer has its own',
      async run(manager) {
        const timers: Promise<void>[] = [];
        const check = (context: Context) => {
          equal(manager.active(), context);
          timers.push(pause(1).then(() => equal(manager.active(), context)));
        };
        manager.with(ONE, () => {
          check(ONE);
          manager.with(TWO, () => {
            check(TWO);
            manager.with(THREE, () => check(THREE));
            check(TWO);
          });
          check(ONE);
        });
        check(ROOT_CONTEXT);
        await Promise.all(timers);
      },
    },
    {
      name: 'an async function that a synchronous with() calls keeps the inner context',
      async run(manager) {
        let later: Promise<void> | undefined;
        manager.with(ONE, () => {
          const work = async () => {
            await (async () => {})();
            equal(manager.active(), TWO);
          };
          later = manager.with(TWO, work);
          equal(manager.active(), ONE);
        });
        equal(manager.active(), ROOT_CONTEXT);
        await later;
      },
    },
    {
      name: 'nested async with() restores the context after each await',
      async run(manager) {
        await manager.with(ONE, async () => {
          await manager.with(TWO, async () => {
            await manager.with(THREE, async () => {
              await pause();
              equal(manager.active(), THREE);
            });
            equal(manager.active(), TWO);
          });
          equal(manager.active(), ONE);
          await pause();
          equal(manager.active(), ONE);
        });
        equal(manager.active(), ROOT_CONTEXT);
      },
    },
    {
      name: 'interleaved flows have their own contexts, also in timers with the same delay',
      async run(manager) {
        const flow = async (context: Context) => {
          for (let step = 0; step < 3; step++) {
            await pause(1);
            equal(manager.active(), context);
            await manager.with(THREE, async () => {
              // Not null: a page without the transform follows the await of promises only.
              await Promise.resolve();
              equal(manager.active(), THREE);
            });
            equal(manager.active(), context);
          }
        };
        await Promise.all([
          manager.with(ONE, () => flow(ONE)),
          flow(ROOT_CONTEXT),
          manager.with(TWO, () => flow(TWO)),
          flow(ROOT_CONTEXT),
        ]);
      },
    },
    {
      name: 'a generator runs in the context of each next(), an async generator too',
      async run(manager) {
        const seen: Context[] = [];
        function* values() {
          for (;;) yield seen.push(manager.active());
        }
        const iterator = manager.with(ONE, () => values());
        manager.with(TWO, () => iterator.next());
        iterator.next();
        async function* asyncValues() {
          await pause();
          yield seen.push(manager.active());
          await pause();
          yield seen.push(manager.active());
        }
        const asyncIterator = manager.with(ONE, () => asyncValues());
        await manager.with(TWO, () => asyncIterator.next());
        equal(seen.map(describe).join(), 'context 2,the root context,context 2');
        equal(manager.active(), ROOT_CONTEXT);
        await asyncIterator.return();
      },
    },
    {
      name: 'two managers have contexts of their own',
      run(manager) {
        const other = createManager();
        manager.with(ONE, () => {
          equal(other.active(), ROOT_CONTEXT);
          other.with(TWO, () => {
            equal(manager.active(), ONE);
            equal(other.active(), TWO);
          });
        });
      },
    },
  ];
}

function functionCases(createManager: () => AttachingManager): Case[] {
  return [
    {
      name: 'bind() returns an object that is neither a function nor has listeners, also while disabled',
      run(manager) {
        const value = { a: 1 };
        equal(manager.bind(ONE, value), value);
        manager.disable();
        equal(manager.bind(ONE, value), value);
      },
    },
    {
      name: 'a bound function runs in its context, and so does what it starts, also after disable()',
      async run(manager) {
        for (const prepare of [() => {}, () => manager.disable()]) {
          prepare();
          const bound = manager.bind(ONE, async () => {
            equal(manager.active(), ONE);
            await pause(1);
            equal(manager.active(), ONE);
          });
          await manager.with(TWO, bound);
          equal(manager.active(), ROOT_CONTEXT);
        }
      },
    },
    {
      name: 'a function that two managers bind runs in a context of each',
      run(manager) {
        const other = createManager();
        let calls = 0;
        const inner = manager.bind(ONE, () => {
          equal(manager.active(), ONE);
          equal(other.active(), TWO);
          calls++;
        });
        other.bind(TWO, inner)();
        equal(calls, 1);
      },
    },
  ];
}

function emitterCases(createManager: () => AttachingManager, createEmitter: () => Emitter): Case[] {
  const bindEmitter = (manager: AttachingManager) => manager.bind(ONE, createEmitter());
  return [
    {
      name: 'bind() returns the emitter itself, also while disabled',
      run(manager) {
        const emitters = [createEmitter(), createEmitter()] as const;
        equal(manager.bind(ONE, emitters[0]), emitters[0]);
        manager.disable();
        equal(manager.bind(ONE, emitters[1]), emitters[1]);
        emitters[1].on('event', () => equal(manager.active(), ONE));
        equal(emitters[1].emit('event'), true);
      },
    },
    ...(['removeListener', 'off'] as const).flatMap((remove): Case[] => [
      {
        name: `a listener of a bound emitter runs in the context, and removes itself with ${remove}()`,
        run(manager) {
          const emitter = bindEmitter(manager);
          let calls = 0;
          const listener = () => {
            calls++;
            equal(manager.active(), ONE);
            emitter[remove]('event', listener);
            equal(emitter.listeners('event').length, 0);
          };
          emitter.on('event', listener);
          equal(emitter.listeners('event').length, 1);
          manager.with(TWO, () => emitter.emit('event'));
          equal(emitter.emit('event'), false);
          equal(calls, 1);
        },
      },
      {
        name: `${remove}() removes a listener of once()`,
        run(manager) {
          const emitter = bindEmitter(manager);
          const listener = () => {};
          emitter.once('event', listener);
          equal(emitter.listeners('event').length, 1);
          emitter[remove]('event', listener);
          equal(emitter.listeners('event').length, 0);
        },
      },
    ]),
    {
      name: 'a listener of a bound emitter removes all listeners of one event, and of all events',
      run(manager) {
        for (const events of [['event'], []]) {
          const emitter = bindEmitter(manager);
          const listener = () => {
            equal(manager.active(), ONE);
            emitter.removeAllListeners(...events);
            equal(emitter.listeners('event').length, 0);
            equal(emitter.listeners('other').length, events.length);
          };
          emitter.on('event', listener);
          emitter.on('other', listener);
          equal(emitter.emit('event'), true);
        }
      },
    },
    {
      name: 'what a listener of a bound emitter starts has the context',
      async run(manager) {
        const emitter = bindEmitter(manager);
        const seen = new Promise<Context>((resolve) => {
          emitter.on('event', () => void pause().then(() => resolve(manager.active())));
        });
        emitter.emit('event');
        equal(await seen, ONE);
      },
    },
    {
      name: 'a listener of an emitter that two managers bind runs in a context of each, and is removed',
      isBeyondPeer: true,
      run(manager) {
        const other = createManager();
        for (const add of ['on', 'once'] as const) {
          const emitter = other.bind(TWO, bindEmitter(manager));
          let calls = 0;
          const listener = () => {
            calls++;
            equal(manager.active(), ONE);
            equal(other.active(), TWO);
          };
          emitter[add]('event', listener);
          equal(emitter.listeners('event')[0], listener);
          emitter.emit('event');
          equal(calls, 1);
          emitter.off('event', listener);
          equal(emitter.listeners('event').length, 0);
          emitter[add]('event', listener);
          emitter.off('event', listener);
          equal(emitter.listeners('event').length, 0);
        }
      },
    },
  ];
}

function targetCases(): Case[] {
  return [
    {
      name: 'a listener of a bound target runs in the context, and so do the timers that it starts',
      isBeyondPeer: true,
      async run(manager) {
        const target = manager.bind(ONE, new EventTarget());
        const later = new Promise<Context>((resolve) => {
          target.addEventListener('event', () => {
            equal(manager.active(), ONE);
            void pause(1).then(() => resolve(manager.active()));
          });
        });
        manager.with(TWO, () => target.dispatchEvent(new Event('event')));
        equal(await later, ONE);
      },
    },
    {
      name: 'a target that a bound listener creates and dispatches to runs its listeners in the context',
      isBeyondPeer: true,
      run(manager) {
        const target = manager.bind(ONE, new EventTarget());
        let calls = 0;
        target.addEventListener('event', () => {
          const inner = new EventTarget();
          inner.addEventListener('event', () => {
            equal(manager.active(), ONE);
            calls++;
          });
          inner.dispatchEvent(new Event('event'));
        });
        target.dispatchEvent(new Event('event'));
        equal(calls, 1);
      },
    },
  ];
}

function timerCases(): Case[] {
  return [
    {
      name: 'a timer is cleared twice, before and while it runs, and the context stays',
      async run(manager) {
        await manager.with(ONE, async () => {
          await manager.with(TWO, async () => {
            const cleared = setTimeout(() => equal('cleared', 'never called'), 5);
            const interval = setInterval(() => equal('cleared', 'never called'), 5);
            for (let time = 0; time < 2; time++) {
              clearTimeout(cleared);
              clearInterval(interval);
            }
            await new Promise<void>((resolve) => {
              const running = setTimeout(() => {
                clearTimeout(running);
                resolve();
              }, 10);
            });
            equal(manager.active(), TWO);
          });
          equal(manager.active(), ONE);
        });
      },
    },
  ];
}

function attachCases(): Case[] {
  return [
    {
      name: 'attach() makes a context active until dispose(), also nested and again',
      run(manager) {
        for (let time = 0; time < 2; time++) {
          const tokens = [ONE, TWO, THREE].map((context) => {
            const token = manager.attach(context);
            equal(manager.active(), context);
            return token;
          });
          for (const expected of [TWO, ONE, ROOT_CONTEXT]) {
            const token = tokens.pop();
            token?.dispose();
            equal(manager.active(), expected);
            token?.dispose();
            equal(manager.active(), expected);
          }
        }
      },
    },
    {
      name: 'an attached context is kept by timers, promises and await',
      async run(manager) {
        const token = manager.attach(ONE);
        await new Promise<void>((resolve) => {
          setTimeout(() => {
            equal(manager.active(), ONE);
            resolve();
          });
        });
        equal(manager.active(), ONE);
        equal(await Promise.resolve().then(() => manager.active()), ONE);
        equal(manager.active(), ONE);
        token.dispose();
        equal(manager.active(), ROOT_CONTEXT);
      },
    },
    {
      name: 'with() and bound functions within attach(), and attach() within with(), restore what was active',
      run(manager) {
        const token = manager.attach(ONE);
        manager.with(TWO, () => {
          const inner = manager.attach(THREE);
          equal(manager.active(), THREE);
          inner.dispose();
          equal(manager.active(), TWO);
        });
        equal(manager.active(), ONE);
        equal(manager.bind(TWO, () => manager.active())(), TWO);
        equal(manager.active(), ONE);
        token.dispose();
        equal(manager.active(), ROOT_CONTEXT);
      },
    },
    {
      name: 'flows that attach contexts at once keep their own',
      async run(manager) {
        const flow = (context: Context, delay: number) =>
          new Promise<void>((resolve) => {
            setTimeout(() => {
              const token = manager.attach(context);
              setTimeout(() => {
                equal(manager.active(), context);
                token.dispose();
                equal(manager.active(), ROOT_CONTEXT);
                resolve();
              }, delay);
            }, delay);
          });
        await Promise.all([flow(ONE, 10), flow(TWO, 5)]);
        equal(manager.active(), ROOT_CONTEXT);
      },
    },
    {
      name: 'attach() of a disabled manager sets the context',
      run(manager) {
        manager.disable();
        const token = manager.attach(ONE);
        equal(manager.active(), ONE);
        token.dispose();
        equal(manager.active(), ROOT_CONTEXT);
      },
    },
  ];
}
