import { equal } from '../assert.js';
import type { Case, Chapter } from '../case.js';
import { assertFlowsKeepFrame, type CheckFrame } from '../concurrent-flows.js';
import { casesRequiring, inspector, promiseHooks, vmContexts } from '../features.js';

const realmCases: readonly Case[] = [
  {
    name: 'Code in a vm context keeps the frame of the call across its own promises and the timers passed to it',
    needs: ['node:vm'],
    async run(implementation) {
      const vm = await import('node:vm');
      const script = new vm.Script(`(async () => {
        check('at the start');
        await null;
        check('after await of a value');
        await new Promise((resolve) => setTimeout(resolve, 1));
        check('after a timer');
        await { then(resolve) { check('in a thenable'); resolve(); } };
        check('after a thenable');
        await Promise.reject(new Error('expected')).catch(() => check('in catch()'));
        for await (const text of (async function* () { yield 'text'; })()) check('in for await');
      })()`);
      await assertFlowsKeepFrame(implementation, async (check) => {
        await script.runInContext(vm.createContext({ check, setTimeout }));
        check('after the script');
      });
    },
  },
  {
    name: 'A reaction to a promise of another realm runs in the frame of the then() call, not of the code that resolves the promise',
    needs: ['node:vm'],
    async run({ AsyncLocalStorage }) {
      const vm = await import('node:vm');
      const storage = new AsyncLocalStorage<string>();
      const { promise, resolve }: { promise: Promise<void>; resolve(): void } = storage.run('creator', () =>
        vm.runInNewContext(
          'let resolve; const promise = new Promise((done) => { resolve = done; }); ({ promise, resolve })',
        ),
      );
      equal(promise instanceof Promise, false, 'of this realm');
      const seen = [
        storage.run('then', () => promise.then(() => storage.getStore())),
        storage.run('await', async () => {
          await promise;
          return storage.getStore();
        }),
        promise.then(() => storage.getStore()),
      ];
      storage.run('resolver', () => setTimeout(resolve, 1));
      equal(await Promise.all(seen), ['then', 'await', undefined]);
    },
  },
  {
    name: 'A vm context with its own microtask queue runs microtasks in the frame in which they were queued',
    needs: ['node:vm'],
    async run({ AsyncLocalStorage }) {
      const vm = await import('node:vm');
      const storage = new AsyncLocalStorage<string>();
      const seen: string[] = [];
      const check = (where: string) => seen.push(`${where} in ${storage.getStore()}`);
      const run = <R>(value: string, step: () => R) => storage.run(value, step);
      vm.runInNewContext(
        `check('at the start');
        run('reaction', () => Promise.resolve().then(() => check('reaction')));
        run('await', async () => { await null; check('await'); });
        check('at the end');`,
        { check, run },
        { microtaskMode: 'afterEvaluate' },
      );
      check('after the script');
      equal(seen, [
        'at the start in undefined',
        'at the end in undefined',
        'reaction in reaction',
        'await in await',
        'after the script in undefined',
      ]);
    },
  },
  {
    name: 'A vm script that throws leaves the frame of the caller unchanged',
    needs: ['node:vm'],
    async run(implementation) {
      const vm = await import('node:vm');
      await assertFlowsKeepFrame(implementation, async (check) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        try {
          vm.runInNewContext("run('inner', () => { throw new Error('expected'); })", {
            run: (value: string, step: () => void) => new implementation.AsyncLocalStorage<string>().run(value, step),
          });
        } catch {
          check('in catch');
        }
        await null;
        check('after the script');
      });
    },
  },
];

const inspectorCases: readonly Case[] = [
  {
    name: 'Flows keep their values while an inspector records async call stacks',
    needs: ['node:inspector', 'node:fs', 'node:process', 'node:timers'],
    async run(implementation) {
      const { Session } = await import('node:inspector');
      const session = new Session();
      const post = (method: string, params?: object) =>
        new Promise<void>((resolve, reject) =>
          session.post(method, params, (error) => (error ? reject(error) : resolve())),
        );
      session.connect();
      try {
        await post('Debugger.enable');
        await post('Debugger.setAsyncCallStackDepth', { maxDepth: 32 });
        await assertFlowsKeepFrame(implementation, checkInEveryContinuation);
        await post('Debugger.setAsyncCallStackDepth', { maxDepth: 0 });
        await assertFlowsKeepFrame(implementation, checkInEveryContinuation);
      } finally {
        session.disconnect();
      }
      await assertFlowsKeepFrame(implementation, checkInEveryContinuation);
    },
  },
];

const promiseHookCases: readonly Case[] = [
  {
    name: 'Flows keep their values while V8 promise hooks are enabled',
    needs: ['node:v8', 'node:fs', 'node:process', 'node:timers'],
    async run(implementation) {
      const { promiseHooks } = await import('node:v8');
      let events = 0;
      const count = () => {
        events++;
      };
      const stop: unknown = promiseHooks.createHook({ init: count, before: count, after: count, settled: count });
      try {
        await assertFlowsKeepFrame(implementation, checkInEveryContinuation);
      } finally {
        if (typeof stop === 'function') stop();
      }
      equal(events > 0, true, 'hooks were called');
      await assertFlowsKeepFrame(implementation, checkInEveryContinuation);
    },
  },
];

const coexistenceCases: readonly Case[] = [
  {
    name: 'Flows keep their values while other async hooks are enabled and disabled',
    needs: ['node:async_hooks', 'node:fs', 'node:process', 'node:timers'],
    async run(implementation) {
      const { createHook, executionAsyncId } = await import('node:async_hooks');
      const readAsyncId = () => {
        executionAsyncId();
      };
      const hook = createHook({
        init: readAsyncId,
        before: readAsyncId,
        after: readAsyncId,
        destroy: readAsyncId,
        promiseResolve: readAsyncId,
      });
      hook.enable();
      try {
        await assertFlowsKeepFrame(implementation, async (check) => {
          await checkInEveryContinuation(check);
          hook.disable();
          await checkInEveryContinuation(check);
          hook.enable();
          await checkInEveryContinuation(check);
        });
      } finally {
        hook.disable();
      }
      await assertFlowsKeepFrame(implementation, checkInEveryContinuation);
    },
  },
  {
    name: 'The AsyncLocalStorage of the runtime and that of the implementation keep independent values',
    needs: ['node:async_hooks', 'node:fs', 'node:process', 'node:timers'],
    async run(implementation) {
      const native = new (await import('node:async_hooks')).AsyncLocalStorage<string>();
      const ours = new implementation.AsyncLocalStorage<string>();
      const both = async (value: string) => {
        const wrong: string[] = [];
        await checkInEveryContinuation((where) => {
          if (native.getStore() !== value || ours.getStore() !== value) {
            wrong.push(`${where} of ${value}: ${native.getStore()}, ${ours.getStore()}`);
          }
        });
        equal(wrong.join('; '), '', 'wrong values');
      };
      await Promise.all([
        native.run('a', () => ours.run('a', both, 'a')),
        ours.run('b', () => native.run('b', both, 'b')),
      ]);
      equal(
        native.run('inner', () => ours.getStore()),
        undefined,
      );
      equal(
        ours.run('inner', () => native.getStore()),
        undefined,
      );
    },
  },
  {
    name: 'A storage bound to a diagnostics channel has its value during runStores()',
    needs: ['node:diagnostics_channel'],
    async run({ AsyncLocalStorage }) {
      const { channel } = await import('node:diagnostics_channel');
      const storage = new AsyncLocalStorage<string>();
      const test = channel('throughline');
      // The type of bindStore() requires the class of the runtime, but bindStore() only calls run().
      test.bindStore(storage as never, (message) => `value of ${message}`);
      try {
        const seen = await test.runStores('a', async () => {
          const before = storage.getStore();
          await new Promise((resolve) => setTimeout(resolve, 1));
          return [before, storage.getStore()];
        });
        equal(seen, ['value of a', 'value of a']);
      } finally {
        test.unbindStore(storage as never);
      }
      equal(storage.getStore(), undefined, 'the value after the flows');
    },
  },
  {
    name: 'A diagnostics channel has subscribers while a storage is bound to it, and unbindStore() returns whether one was',
    needs: ['node:diagnostics_channel'],
    async run({ AsyncLocalStorage }) {
      const { channel } = await import('node:diagnostics_channel');
      const storage: unknown = new AsyncLocalStorage<string>();
      const test = channel('throughline-bound');
      const seen: unknown[] = [test.hasSubscribers];
      test.bindStore(storage as never);
      seen.push(test.hasSubscribers, test.unbindStore(storage as never), test.unbindStore(storage as never));
      equal([...seen, test.hasSubscribers], [false, true, true, false, false]);
    },
  },
];

export const realmsAndHooks: Chapter = {
  title: 'Realms, the inspector and other hooks',
  cases: [
    ...casesRequiring(vmContexts, realmCases),
    ...casesRequiring(inspector, inspectorCases),
    ...casesRequiring(promiseHooks, promiseHookCases),
    ...coexistenceCases,
  ],
};

/** Calls `check` in every kind of callback and continuation that a runtime may carry a frame to in a separate way. */
async function checkInEveryContinuation(check: CheckFrame): Promise<void> {
  const { stat } = await import('node:fs');
  const { nextTick } = (await import('node:process')).default;
  const { setImmediate } = await import('node:timers');
  check('after import()');
  await new Promise<void>((resolve) => {
    setTimeout(() => {
      check('timer');
      nextTick(() => {
        check('tick');
        setImmediate(() => {
          check('immediate');
          queueMicrotask(() => {
            check('microtask');
            stat('.', () => {
              check('stat');
              resolve();
            });
          });
        });
      });
    }, 1);
  });
  check('after a promise');
  await Promise.reject(new Error('expected')).catch(() => check('in catch()'));
  for await (const text of (async function* () {
    yield 'text';
  })()) {
    check(`in for await of ${text}`);
  }
}
