import type { EventEmitter } from 'node:events';
import { equal } from '../assert.js';
import type { Chapter } from '../case.js';
import { assertFlowsKeepFrame } from '../concurrent-flows.js';
import { casesRequiring, performanceObservers, processSignals } from '../features.js';

export const events: Chapter = {
  title: 'Rules 4 and 5: events and observers',
  cases: [
    {
      name: 'The listeners of an EventEmitter run in the frame of the emit() call, not of the on() or once() call',
      needs: ['node:events'],
      async run({ AsyncLocalStorage }) {
        const { EventEmitter } = await import('node:events');
        const storage = new AsyncLocalStorage<string>();
        const emitter = storage.run('creator', () => new EventEmitter());
        const seen: unknown[] = [];
        const record = () =>
          seen.push(
            storage.getStore(),
            runInTimer(() => storage.getStore()),
          );
        storage.run('listener', () => emitter.on('event', record).once('event', record));
        storage.run('emitter', () => emitter.emit('event'));
        emitter.emit('event');
        equal(await Promise.all(seen), ['emitter', 'emitter', 'emitter', 'emitter', undefined, undefined]);
      },
    },
    {
      name: 'A listener that calls run() does not change the frame of the next listener or of the emitting code',
      needs: ['node:events'],
      async run({ AsyncLocalStorage }) {
        const { EventEmitter } = await import('node:events');
        const storage = new AsyncLocalStorage<string>();
        const emitter = new EventEmitter();
        const seen: unknown[] = [];
        const record = () => seen.push(runInTimer(() => storage.getStore()));
        emitter.on('event', () => storage.run('listener', record));
        emitter.on('event', record);
        storage.run('emitter', () => {
          emitter.emit('event');
          record();
        });
        record();
        equal(await Promise.all(seen), ['listener', 'emitter', 'emitter', undefined]);
      },
    },
    {
      name: 'The listeners of a shared EventEmitter run in the frame of each emit() call',
      needs: ['node:events'],
      async run(implementation) {
        const { EventEmitter } = await import('node:events');
        const emitter = new EventEmitter();
        emitter.on('event', (check: () => void) => queueMicrotask(check));
        await assertFlowsKeepFrame(implementation, async (check) => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          await new Promise<void>((resolve) => {
            emitter.emit('event', () => {
              check('in the listener');
              resolve();
            });
          });
        });
      },
    },
    {
      name: 'Awaiting events.once() keeps the frame when another flow emits the event',
      needs: ['node:events'],
      async run({ AsyncLocalStorage }) {
        const { EventEmitter, once } = await import('node:events');
        const storage = new AsyncLocalStorage<string>();
        const emitter = new EventEmitter();
        const wait = async () => {
          await once(emitter, 'event');
          return storage.getStore();
        };
        const seen = Promise.all([storage.run('a', wait), storage.run('b', wait), wait()]);
        storage.run('emitter', () => setTimeout(() => emitter.emit('event'), 1));
        equal(await seen, ['a', 'b', undefined]);
      },
    },
    {
      name: 'Awaiting events.once() keeps the frame when an error or an abort rejects it',
      needs: ['node:events'],
      async run({ AsyncLocalStorage }) {
        const { EventEmitter, once } = await import('node:events');
        const storage = new AsyncLocalStorage<string>();
        const emitter = new EventEmitter();
        const controller = new AbortController();
        const wait = async (options: { signal?: AbortSignal }) => {
          try {
            await once(emitter, 'event', options);
          } catch {
            return storage.getStore();
          }
          return 'not rejected';
        };
        const seen = Promise.all([
          storage.run('aborted', wait, { signal: controller.signal }),
          storage.run('failed', wait, {}),
        ]);
        storage.run('aborter', () => controller.abort());
        storage.run('emitter', () => emitter.emit('error', new Error('expected')));
        equal(await seen, ['aborted', 'failed']);
      },
    },
    {
      name: 'A for await loop over events.on() keeps its frame when other flows emit the events',
      needs: ['node:events'],
      async run({ AsyncLocalStorage }) {
        const { EventEmitter, on } = await import('node:events');
        const storage = new AsyncLocalStorage<string>();
        const emitter = new EventEmitter();
        const seen = storage.run('loop', async () => {
          const values: string[] = [];
          for await (const [name] of on(emitter, 'event')) {
            values.push(`${name} in ${storage.getStore()}`);
            if (values.length === 3) break;
          }
          return [...values, `end in ${storage.getStore()}`];
        });
        storage.run('x', () => emitter.emit('event', '1'));
        storage.run('y', () => emitter.emit('event', '2'));
        storage.run('z', () => setTimeout(() => emitter.emit('event', '3'), 1));
        equal(await seen, ['1 in loop', '2 in loop', '3 in loop', 'end in loop']);
      },
    },
    {
      name: 'The error listener of an emitter that captures rejections runs in the frame of the emit() call whose listener rejects',
      needs: ['node:events'],
      async run({ AsyncLocalStorage }) {
        const { EventEmitter } = await import('node:events');
        const storage = new AsyncLocalStorage<string>();
        const emitter = new EventEmitter({ captureRejections: true });
        const seen = new Promise((resolve) => {
          storage.run('listener', () => {
            emitter.on('error', () => resolve(storage.getStore()));
            emitter.on('event', async () => {
              await new Promise((resolve) => setTimeout(resolve, 1));
              throw new Error('expected');
            });
          });
        });
        storage.run('emitter', () => emitter.emit('event'));
        equal(await seen, 'emitter');
      },
    },
    {
      name: 'The listeners of an EventEmitterAsyncResource run in the frame in which it was created',
      needs: ['node:events'],
      async run({ AsyncLocalStorage }) {
        const { EventEmitterAsyncResource } = await import('node:events');
        const storage = new AsyncLocalStorage<string>();
        const emitter = storage.run('creator', () => new EventEmitterAsyncResource({ name: 'test' }));
        const seen = new Promise((resolve) => {
          storage.run('listener', () => emitter.on('event', () => resolve(storage.getStore())));
        });
        storage.run('emitter', () => emitter.emit('event'));
        equal(await seen, 'creator');
      },
    },
    {
      name: 'The listeners of an EventTarget run in the frame of the dispatchEvent() call',
      needs: ['EventTarget'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const target = storage.run('creator', () => new EventTarget());
        const seen: unknown[] = [];
        const record = () => {
          seen.push(runInTimer(() => storage.getStore()));
        };
        storage.run('listener', () => {
          target.addEventListener('event', record);
          target.addEventListener('event', { handleEvent: record });
          target.addEventListener('event', () => record(), { once: true });
        });
        storage.run('first', () => target.dispatchEvent(new Event('event')));
        storage.run('second', () => target.dispatchEvent(new Event('event')));
        target.dispatchEvent(new Event('event'));
        equal(await Promise.all(seen), ['first', 'first', 'first', 'second', 'second', undefined, undefined]);
      },
    },
    {
      name: 'The listeners of an AbortSignal run in the frame of the abort() call',
      needs: ['AbortController'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const controller = storage.run('creator', () => new AbortController());
        const seen: unknown[] = [];
        const record = () => {
          seen.push(runInTimer(() => storage.getStore()));
        };
        storage.run('listener', () => {
          controller.signal.onabort = record;
          controller.signal.addEventListener('abort', record);
        });
        await storage.run('aborter', () => runInTimer(() => controller.abort()));
        equal(await Promise.all(seen), ['aborter', 'aborter']);
      },
    },
    {
      name: 'The listeners of an AbortSignal.any() signal run in the frame of the abort() call that aborts it',
      needs: ['AbortController'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const controllers = [new AbortController(), new AbortController()];
        const any = storage.run('creator', () => AbortSignal.any(controllers.map(({ signal }) => signal)));
        const seen = new Promise((resolve) => {
          storage.run('listener', () => any.addEventListener('abort', () => resolve(storage.getStore())));
        });
        await storage.run('aborter', () => runInTimer(() => controllers[1]?.abort()));
        equal(await seen, 'aborter');
      },
    },
    {
      name: 'The listeners of an AbortSignal.timeout() signal run in the frame in which the signal was created',
      needs: ['AbortSignal'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const signals = ['a', 'b', undefined].map((value) =>
          value === undefined ? AbortSignal.timeout(1) : storage.run(value, () => AbortSignal.timeout(1)),
        );
        const seen = storage.run('listener', () =>
          signals.map(
            (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(storage.getStore()))),
          ),
        );
        equal(await Promise.all(seen), ['a', 'b', undefined]);
      },
    },
    {
      name: 'The listeners of an AbortSignal.any() signal run in the frame of the signal or abort() call that aborts it',
      // In a page the listener may run in the root if the time is over.
      needs: ['node:events'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const controller = new AbortController();
        const timeout = (milliseconds: number) =>
          storage.run('timeout', () => AbortSignal.any([AbortSignal.timeout(milliseconds), controller.signal]));
        const aborted = timeout(1e6);
        const timedOut = timeout(1);
        const nested = AbortSignal.any([timedOut]);
        const seen = [aborted, timedOut, nested].map(
          (signal) =>
            new Promise((resolve) => {
              storage.run('listener', () => signal.addEventListener('abort', () => resolve(storage.getStore())));
            }),
        );
        await Promise.all(seen.slice(1));
        storage.run('aborter', () => controller.abort());
        equal(await Promise.all(seen), ['aborter', 'timeout', 'timeout']);
        equal([timedOut.aborted, aborted.reason === controller.signal.reason], [true, true]);
      },
    },
    {
      name: 'The events.addAbortListener() listener runs in the frame of the abort() call',
      needs: ['node:events'],
      async run({ AsyncLocalStorage }) {
        const { addAbortListener } = await import('node:events');
        const storage = new AsyncLocalStorage<string>();
        const controller = new AbortController();
        const seen = new Promise((resolve) => {
          storage.run('listener', () => addAbortListener(controller.signal, () => resolve(storage.getStore())));
        });
        await storage.run('aborter', () => runInTimer(() => controller.abort()));
        equal(await seen, 'aborter');
      },
    },
    {
      name: 'The unhandledRejection listener runs in the frame of the rejection',
      needs: ['node:process'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const fail = () => {
          throw new Error('expected');
        };
        const rejections: (() => void)[] = [
          async () => {
            await runInTimer(() => {});
            fail();
          },
          () => void runInTimer(() => {}).then(fail),
          () => void Promise.reject(new Error('expected')),
        ];
        for (const reject of rejections) {
          const seen = await readOnProcessEvent(
            'unhandledRejection',
            () => storage.getStore(),
            () => storage.run('flow', reject),
          );
          equal(seen, 'flow');
        }
      },
    },
    {
      name: 'The rejectionHandled listener runs in the root',
      needs: ['node:process'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        let promise = Promise.resolve();
        await readOnProcessEvent(
          'unhandledRejection',
          () => {},
          () => {
            promise = storage.run('rejecter', () => Promise.reject(new Error('expected')));
          },
        );
        const seen = await readOnProcessEvent(
          'rejectionHandled',
          () => storage.getStore(),
          () => storage.run('handler', () => void promise.catch(() => {})),
        );
        equal(seen, undefined);
      },
    },
    {
      name: 'The uncaughtException listener runs in the frame of the callback that throws, which does not leak into the next callback',
      needs: ['node:process', 'node:timers'],
      async run({ AsyncLocalStorage }) {
        const { nextTick } = (await import('node:process')).default;
        const { setImmediate } = await import('node:timers');
        const storage = new AsyncLocalStorage<string>();
        const fail = () => {
          throw new Error('expected');
        };
        const starts: ((callback: () => void) => void)[] = [
          (callback) => nextTick(callback),
          (callback) => setImmediate(callback),
          (callback) => setTimeout(callback, 0),
        ];
        for (const start of starts) {
          let after: Promise<unknown> = Promise.resolve();
          const seen = await readOnProcessEvent(
            'uncaughtException',
            () => storage.getStore(),
            () => storage.run('flow', start, fail),
            () => {
              after = new Promise((resolve) => start(() => resolve(storage.getStore())));
              return after;
            },
          );
          equal(seen, 'flow');
          equal(await after, undefined, 'the value in the next callback');
        }
      },
    },
    ...casesRequiring(processSignals, [
      {
        name: 'The listener of a process signal runs in the frame in which the process starts to listen for the signal',
        needs: ['node:process'],
        async run({ AsyncLocalStorage }) {
          const process = (await import('node:process')).default;
          const storage = new AsyncLocalStorage<string>();
          const seen = await new Promise((resolve) => {
            storage.run('listener', () => process.once('SIGCONT', () => resolve(storage.getStore())));
            storage.run('killer', () => process.kill(process.pid, 'SIGCONT'));
          });
          equal(seen, 'listener');
        },
      },
      {
        name: 'A listener that is added to a process signal by once() and by on() is called for each addition and removed once',
        needs: ['node:process'],
        async run({ AsyncLocalStorage }) {
          const process = (await import('node:process')).default;
          const storage = new AsyncLocalStorage<string>();
          let calls = 0;
          const listener = () => {
            calls++;
          };
          const receive = () =>
            new Promise<number>((resolve) => {
              process.once('SIGCONT', () => resolve(calls));
              process.kill(process.pid, 'SIGCONT');
            });
          storage.run('once', () => process.once('SIGCONT', listener));
          storage.run('on', () => process.on('SIGCONT', listener));
          equal([await receive(), await receive(), await receive()], [2, 3, 4]);
          process.off('SIGCONT', listener);
          equal([await receive(), process.listenerCount('SIGCONT')], [4, 0]);
        },
      },
    ]),
    {
      name: 'The callback of a FinalizationRegistry runs in the root',
      needs: ['FinalizationRegistry', 'gc'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        let seen: string | undefined = 'nothing';
        let isCalled = false;
        const registry = storage.run(
          'creator',
          () =>
            new FinalizationRegistry<undefined>(() => {
              isCalled = true;
              seen = storage.getStore();
            }),
        );
        while (!isCalled) {
          storage.run('register', () => registry.register({}, undefined));
          storage.run('collector', () => globalThis.gc?.());
          await runInTimer(() => {});
        }
        equal(seen, undefined);
      },
    },
    ...casesRequiring(performanceObservers, [
      {
        name: 'The callback of a PerformanceObserver runs in the frame of the first entry that it receives',
        needs: ['node:perf_hooks'],
        async run({ AsyncLocalStorage }) {
          const { performance, PerformanceObserver } = await import('node:perf_hooks');
          const storage = new AsyncLocalStorage<string>();
          const seen = await new Promise((resolve) => {
            const observer = storage.run(
              'creator',
              () =>
                new PerformanceObserver(() => {
                  observer.disconnect();
                  resolve(storage.getStore());
                }),
            );
            storage.run('observe', () => observer.observe({ entryTypes: ['mark'] }));
            storage.run('first', () => performance.mark('throughline'));
            storage.run('second', () => performance.mark('throughline'));
          });
          performance.clearMarks('throughline');
          equal(seen, 'first');
        },
      },
    ]),
  ],
};

/** Resolves to the result of `step`, which is called in a timer callback. */
function runInTimer<T>(step: () => T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(step()), 0));
}

/**
 * Provokes an event of the process while a listener of the case is the only listener of that event. Listeners of a test
 * runner would fail the test, so they are removed in the meantime.
 * @param read is called in the listener
 * @param deadline returns a promise; if it settles before the event, the event has not been emitted
 * @returns the result of `read`
 */
async function readOnProcessEvent<T>(
  event: string,
  read: () => T,
  provoke: () => void,
  deadline: () => Promise<unknown> = () => new Promise(() => {}),
): Promise<T> {
  const emitter: EventEmitter = (await import('node:process')).default;
  // The types of an emitter declare its listeners as `Function`.
  const others = emitter.rawListeners(event) as (() => void)[];
  emitter.removeAllListeners(event);
  let listener = () => {};
  try {
    return await new Promise<T>((resolve, reject) => {
      listener = () => resolve(read());
      emitter.on(event, listener);
      provoke();
      const rejectWithoutEvent = () => reject(new Error(`the process has not emitted ${event}`));
      deadline().then(rejectWithoutEvent, reject);
    });
  } finally {
    emitter.off(event, listener);
    for (const other of others) emitter.on(event, other);
  }
}
