/** Tests of the patches in Node: how they look to user code, what is reported, and that they can be reverted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { current } from '../engine/current.js';
import type { OpaqueFrame } from '../engine/engine.js';
import { noteValue } from '../engine/portable.js';
import { Key, withValue } from '../frame.js';
import { install } from './install.js';
import { install as installOnServer } from './install-native.js';

const key = new Key();
const frame = withValue(undefined, key, 'value');
// The engine of this process is that of Node, which does not note it for the patches.
noteValue();

function runInTestFrame<R>(fn: () => R): R {
  const outer: OpaqueFrame | undefined = current.frame;
  current.frame = frame;
  try {
    return fn();
  } finally {
    current.frame = outer;
  }
}

const frameAfterTimer = async (): Promise<OpaqueFrame | undefined> => {
  await new Promise((resolve) => setTimeout(resolve, 0));
  return current.frame;
};

// Node creates some of its globals when they are first read.
for (const name of Reflect.ownKeys(globalThis)) Reflect.get(globalThis, name);

test('install() and uninstall() are idempotent, and uninstall() restores every property', async () => {
  const snapshot = () =>
    [globalThis, Promise, Promise.prototype, Function.prototype].map((owner) =>
      Reflect.ownKeys(owner).map((name) => [name, Reflect.getOwnPropertyDescriptor(owner, name)] as const),
    );
  const before = snapshot();
  const uninstall = install();
  assert.equal(install(), uninstall);
  assert.notDeepEqual(snapshot(), before);
  uninstall();
  assert.deepEqual(snapshot(), before);
  uninstall();
  assert.deepEqual(snapshot(), before);

  const uninstallSecond = install();
  assert.notEqual(uninstallSecond, uninstall);
  uninstall();
  assert.equal(
    await runInTestFrame(() => Promise.resolve().then(() => current.frame)),
    frame,
    'the uninstall() of an earlier installation does nothing',
  );
  uninstallSecond();
  assert.equal(await runInTestFrame(() => Promise.resolve().then(() => current.frame)), undefined);
});

test('install() refuses an unknown option and an invalid value, and then installs nothing', () => {
  const then = Promise.prototype.then;
  for (const call of [install, installOnServer] as ((options: unknown) => unknown)[]) {
    assert.throws(() => call({ awiat: false }), {
      name: 'TypeError',
      code: 'ERR_INVALID_OPTION',
      message: 'install() accepts { await: true or false }, not { awiat: false }.',
    });
    assert.throws(() => call({ await: 'no' }), {
      code: 'ERR_INVALID_OPTION',
      message: 'install() accepts { await: true or false }, not { await: no }.',
    });
    assert.throws(() => call(null), { name: 'TypeError' });
  }
  assert.equal(Promise.prototype.then, then);
});

test('the report names what is patched and what the platform does not have', () => {
  const uninstall = install();
  const { report } = uninstall;
  assert.equal(report.await, 'intercepted');
  for (const path of ['Promise.prototype.then', 'Promise.resolve', 'setTimeout', 'queueMicrotask']) {
    assert.ok(report.patched.includes(path), path);
  }
  assert.ok(report.missing.includes('requestAnimationFrame'));
  assert.deepEqual(report.refused, []);
  uninstall();
});

const interceptionPaths = ['Promise', 'Promise.prototype.constructor'];

test('the report does not grow when interception is switched on and off', () => {
  const uninstall = install();
  const { patched, missing, refused } = structuredClone(uninstall.report);
  for (let i = 0; i < 1000; i++) {
    install({ await: false });
    install({ await: true });
  }
  assert.deepEqual([...uninstall.report.patched].sort(), [...patched].sort());
  assert.deepEqual(uninstall.report.missing, missing);
  assert.deepEqual(uninstall.report.refused, refused);
  uninstall();
});

test('the report does not grow over installations', () => {
  const uninstallFirst = install();
  const report = structuredClone(uninstallFirst.report);
  uninstallFirst();
  for (let i = 0; i < 1000; i++) install()();
  const uninstall = install();
  assert.deepEqual(uninstall.report, report);
  uninstall();
});

test('the report names the patches of the interception only while it is on', () => {
  const uninstall = install({ await: false });
  const interceptionPatches = () => uninstall.report.patched.filter((path) => interceptionPaths.includes(path)).sort();
  assert.deepEqual(interceptionPatches(), []);
  install({ await: true });
  assert.deepEqual(interceptionPatches(), interceptionPaths);
  install({ await: false });
  assert.deepEqual(interceptionPatches(), []);
  uninstall();
});

test('a report that was read before interception is switched off does not change', () => {
  const uninstall = install({ await: true });
  const { report } = uninstall;
  const copy = structuredClone(report);
  install({ await: false });
  assert.deepEqual(report, copy);
  uninstall();
  assert.deepEqual(report, copy);
});

test('after uninstall() the report remains the last one, even during another installation', () => {
  const uninstallFirst = install({ await: true });
  const last = structuredClone(uninstallFirst.report);
  uninstallFirst();
  assert.deepEqual(uninstallFirst.report, last);
  const uninstall = install({ await: false });
  assert.deepEqual(uninstallFirst.report, last);
  assert.equal(uninstall.report.await, 'not followed');
  uninstall();
  assert.deepEqual(uninstallFirst.report, last);
});

test('the report names each missing class once', () => {
  const uninstall = install();
  const { missing } = uninstall.report;
  assert.deepEqual(missing, [...new Set(missing)]);
  assert.ok(missing.includes('Element'));
  uninstall();
});

test('patched functions have the name, length, properties and source text of the native ones', () => {
  const patched = [
    [Promise.prototype, 'then'],
    [Promise.prototype, 'finally'],
    [Promise, 'resolve'],
    [globalThis, 'setTimeout'],
    [globalThis, 'queueMicrotask'],
    [EventTarget.prototype, 'addEventListener'],
    [Function.prototype, 'toString'],
  ] as const;
  const snapshot = () =>
    patched.map(([owner, name]) => {
      const value: unknown = Reflect.get(owner, name);
      assert.equal(typeof value, 'function', name);
      const own = Object.getOwnPropertyDescriptors(value as object);
      return { own, keys: Reflect.ownKeys(own), source: Function.prototype.toString.call(value), text: `${value}` };
    });
  const before = snapshot();
  const uninstall = install();
  assert.deepEqual(snapshot(), before);
  uninstall();
});

test('a callback that has an update method is bound like any other', () => {
  const posted: (() => unknown)[] = [];
  class Scheduler {
    declare postTask: (callback: () => unknown) => void;
  }
  // An assignment makes the method enumerable, as those of the platform are.
  Scheduler.prototype.postTask = (callback) => {
    posted.push(callback);
  };
  Object.assign(globalThis, { Scheduler });
  const uninstall = install();
  const callback = Object.assign(() => current.frame, { update() {} });
  runInTestFrame(() => new Scheduler().postTask(callback));
  assert.equal(posted[0]?.(), frame);
  uninstall();
  Reflect.deleteProperty(globalThis, 'Scheduler');
});

test('the await option switches interception on and off', async () => {
  const frameAfterAwait = () => runInTestFrame(frameAfterTimer);
  const uninstall = install({ await: false });
  assert.equal(uninstall.report.await, 'not followed');
  assert.equal(await frameAfterAwait(), undefined);
  install({ await: true });
  assert.equal(uninstall.report.await, 'intercepted');
  assert.equal(await frameAfterAwait(), frame);
  install({ await: false });
  assert.equal(await frameAfterAwait(), undefined);
  uninstall();
});

const isConstructorObserved = () =>
  Object.getOwnPropertyDescriptor(Promise.prototype, 'constructor')?.get !== undefined;

/** Runs a test on a page on which no storage has held a value. */
async function withoutValue(fn: () => unknown): Promise<void> {
  current.onValue = undefined;
  try {
    await fn();
  } finally {
    current.onValue = null;
    install({ await: false })();
  }
}

test('native await is intercepted from the first value on', () =>
  withoutValue(async () => {
    const uninstall = install();
    assert.equal(isConstructorObserved(), false);
    let settle: (value?: unknown) => void = () => {};
    const promise = new Promise((resolve) => {
      settle = resolve;
    });
    const { then } = Promise.prototype;
    const suspended = (async () => {
      await promise;
      return current.frame;
    })();
    const reacted = promise.then(() => current.frame);
    noteValue();
    assert.equal(isConstructorObserved(), true);
    const inFlow = runInTestFrame(async () => {
      await promise;
      return current.frame;
    });
    const capturedThen = runInTestFrame(() => Reflect.apply(then, promise, [() => current.frame]));
    runInTestFrame(settle);
    assert.deepEqual(await Promise.all([suspended, reacted, inFlow, capturedThen]), [
      undefined,
      undefined,
      frame,
      frame,
    ]);
    assert.equal(uninstall.report.await, 'intercepted');
  }));

test('reading the report starts the interception, which is what shows whether it works', () =>
  withoutValue(() => {
    const uninstall = install();
    assert.equal(isConstructorObserved(), false);
    assert.equal(uninstall.report.await, 'intercepted');
    assert.equal(isConstructorObserved(), true);
  }));

test('interception that is switched off before the first value does not start with it', () =>
  withoutValue(() => {
    install();
    install({ await: false });
    noteValue();
    assert.equal(isConstructorObserved(), false);
  }));

test('the first value can be set in a constructor that a native function calls', () =>
  withoutValue(() => {
    const uninstall = install();
    class FirstPromise<T> extends Promise<T> {
      constructor(executor: ConstructorParameters<typeof Promise<T>>[0]) {
        noteValue();
        super(executor);
      }
    }
    void FirstPromise.resolve(1);
    assert.equal(isConstructorObserved(), true);
    assert.equal(uninstall.report.await, 'intercepted');
  }));

test('a promise that transformed code has awaited before the first value is intercepted later', () =>
  withoutValue(async () => {
    install({ await: true });
    const promise = Promise.resolve();
    current.exemptPromise = promise;
    await promise;
    noteValue();
    const inFlow = await runInTestFrame(async () => {
      await promise;
      return current.frame;
    });
    assert.equal(inFlow, frame);
  }));

test('user code that reads the constructor and then of a promise gets working functions', async () => {
  const uninstall = install();
  await runInTestFrame(async () => {
    const promise = Promise.resolve(7);
    const Constructor = promise.constructor as PromiseConstructor;
    assert.equal(Constructor.name, 'Promise');
    assert.equal(await Constructor.resolve(8), 8);
    assert.ok((await new Constructor((resolve) => resolve(null))) === null);
    assert.equal(Constructor.prototype, Promise.prototype);
    assert.ok(promise instanceof Constructor);
    // These two reads look like the start of an await.
    assert.equal(typeof promise.constructor, 'function');
    const { then } = promise;
    const chained = then.call(promise, (value) => [value, current.frame]);
    assert.ok(chained instanceof Promise);
    assert.deepEqual(await chained, [7, frame]);
    assert.equal(Promise.resolve(promise), promise);
    assert.ok(promise.finally(() => {}) instanceof Promise);
  });
  assert.equal(Promise.resolve().constructor, Promise);
  uninstall();
});

test('an await is intercepted on a page on which another tool observes the constructor of promises', async (context) => {
  const native = Object.getOwnPropertyDescriptor(Promise.prototype, 'constructor') as PropertyDescriptor;
  context.after(() => {
    Object.defineProperty(Promise.prototype, 'constructor', native);
  });
  const observed = { get: () => native.value, set: () => {}, enumerable: false, configurable: true };
  Object.defineProperty(Promise.prototype, 'constructor', observed);
  const uninstall = install();
  assert.equal(Promise.resolve().constructor, Promise);
  assert.equal(uninstall.report.await, 'intercepted');
  assert.equal(await runInTestFrame(frameAfterTimer), frame);
  uninstall();
  assert.deepEqual(Object.getOwnPropertyDescriptor(Promise.prototype, 'constructor'), observed);
});

test('subclasses, and assignments to then and constructor, work as without the accessors', async () => {
  const uninstall = install();
  await runInTestFrame(async () => {
    class Task<T> extends Promise<T> {}
    const task = Task.resolve(1);
    assert.ok(task instanceof Task);
    assert.ok(task.then(() => {}) instanceof Task);
    assert.equal(task.constructor, Task);
    assert.deepEqual(await Promise.all([task, task.then(() => current.frame)]), [1, frame]);

    const own = Promise.resolve('own') as Promise<unknown> & { constructor: unknown };
    own.constructor = Task;
    assert.deepEqual(Object.getOwnPropertyDescriptor(own, 'constructor'), {
      value: Task,
      writable: true,
      enumerable: true,
      configurable: true,
    });
    assert.ok(own.then(() => {}) instanceof Task);
    const frozen = Object.freeze(Promise.resolve('frozen')) as typeof own;
    assert.throws(() => {
      frozen.constructor = Task;
    }, TypeError);
    const lazy = Promise.resolve('lazy');
    // biome-ignore lint/suspicious/noThenProperty: some libraries assign it to their promises
    lazy.then = function lazyThen(this: Promise<string>, ...reactions: never[]) {
      return Reflect.apply(Promise.prototype.then, this, reactions);
    } as typeof lazy.then;
    assert.equal(lazy.then.name, 'lazyThen');
    assert.equal(await lazy, 'lazy');
    assert.equal(current.frame, undefined, 'the await of a promise with its own then is not intercepted');
  });
  uninstall();
});

test('reading the constructor of a promise that is returned leaves no frame for the code that awaits the result', async () => {
  const uninstall = install();
  for (const read of [
    (promise: object) => promise.constructor.name,
    (promise: object) => promise.constructor === Promise,
    (promise: object) => promise instanceof (promise.constructor as PromiseConstructor),
    (promise: object) => new (promise.constructor as PromiseConstructor)(() => {}),
  ]) {
    const result = runInTestFrame(async () => {
      const promise = Promise.resolve(1);
      read(promise);
      return promise;
    });
    const frameAfterAwait = (async () => {
      await result;
      return current.frame;
    })();
    assert.equal(await frameAfterAwait, undefined);
  }
  uninstall();
});

test('an await keeps its frame if another frame is entered after it in the same job', async () => {
  const uninstall = install();
  const frameAfterAwait = runInTestFrame(async () => {
    await Promise.resolve();
    return current.frame;
  });
  // These statements do what enterWith() does.
  current.frame = withValue(undefined, key, 'entered');
  current.hasEntered = true;
  queueMicrotask(() => {
    current.frame = undefined;
  });
  assert.equal(await frameAfterAwait, frame);
  current.hasEntered = false;
  current.frame = undefined;
  uninstall();
});

test('returning a promise that transformed code has awaited is not mistaken for another await', async () => {
  const uninstall = install({ await: true });
  let resolvePromise: (value: unknown) => void = () => {};
  const promise = new Promise((resolve) => {
    resolvePromise = resolve;
  });
  const result = runInTestFrame(async () => {
    assert.equal(promise.constructor === Promise, false);
    // These statements do what transformed code does before its own await.
    assert.equal(Reflect.get(promise, 'constructor') === Promise, false);
    current.exemptPromise = promise;
    Reflect.get(promise, 'constructor');
    return promise;
  });
  const frameAfterAwait = (async () => {
    await result;
    return current.frame;
  })();
  resolvePromise(1);
  assert.equal(await frameAfterAwait, undefined);
  uninstall();
});

test('the then of a thenable or subclass instance that a reaction or finally() returns runs in the frame of the reaction', async () => {
  const uninstall = install();
  const frames: unknown[] = [];
  class RecordingPromise<T> extends Promise<T> {
    // biome-ignore lint/suspicious/noThenProperty: the test is about it
    override then<A = T, B = never>(...reactions: Parameters<Promise<T>['then']>): Promise<A | B> {
      frames.push(current.frame);
      return Reflect.apply(super.then, this, reactions) as Promise<A | B>;
    }
  }
  await runInTestFrame(() => Promise.resolve().then(() => new RecordingPromise<void>((resolve) => resolve())));
  await runInTestFrame(() =>
    Promise.resolve().finally(() => ({
      // biome-ignore lint/suspicious/noThenProperty: the test is about it
      then(resolve: () => void) {
        frames.push(current.frame);
        resolve();
      },
    })),
  );
  assert.deepEqual(frames, [frame, frame]);
  uninstall();
});

test('a then method that a library assigns after install() is called, including by await', async () => {
  const uninstall = install();
  const { then } = Promise.prototype;
  let calls = 0;
  // biome-ignore lint/suspicious/noThenProperty: some libraries assign it
  Promise.prototype.then = function (this: Promise<unknown>, ...reactions: never[]) {
    calls++;
    return Reflect.apply(then, this, reactions);
  } as typeof then;
  const frameInReaction = await runInTestFrame(() => Promise.resolve().then(() => current.frame));
  assert.equal(frameInReaction, frame);
  assert.equal(calls > 0, true);
  assert.equal(await runInTestFrame(frameAfterTimer), frame);
  // biome-ignore lint/suspicious/noThenProperty: some libraries assign it
  Promise.prototype.then = then;
  uninstall();
  assert.match(`${Promise.prototype.then}`, /native code/);
});

test('a frozen function works as before, and the report names it', async () => {
  const { queueMicrotask: native } = globalThis;
  Object.defineProperty(globalThis, 'queueMicrotask', { value: native, writable: false, configurable: false });
  const uninstall = install();
  assert.deepEqual(uninstall.report.refused, ['queueMicrotask']);
  assert.equal(globalThis.queueMicrotask, native);
  const frameInCallback = await runInTestFrame(
    () => new Promise((resolve) => queueMicrotask(() => resolve(current.frame))),
  );
  assert.equal(frameInCallback, undefined);
  uninstall();
});

test('a warning recommends the transform if await cannot be intercepted', async (context) => {
  const { warn } = console;
  const warnings: unknown[][] = [];
  console.warn = (...args) => warnings.push(args);
  context.after(() => {
    console.warn = warn;
  });
  // With a frozen prototype, reads of the constructor are as invisible as in a JavaScript engine that does not read it.
  Object.freeze(Promise.prototype);
  const uninstall = install();
  assert.equal(uninstall.report.await, 'not followed');
  assert.equal(warnings.length, 1);
  assert.match(String(warnings[0]?.[0]), /@throughline\/transform/);
  install();
  assert.equal(warnings.length, 1);
  const { refused } = structuredClone(uninstall.report);
  assert.ok(refused.includes('Promise.prototype.constructor'));
  install({ await: true });
  assert.deepEqual(uninstall.report.refused, refused);
  assert.equal(await Promise.resolve(1).then((value) => value + 1), 2);
  assert.equal(await (async () => await 3)(), 3);
  uninstall();
});
