/** The patches as such, in Node: what they look like, who may have been there before, and that they go away again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { current } from '../engine/current.js';
import { type Frame, Key, withValue } from '../frame.js';
import { install } from './install.js';

const key = new Key();
const frame = withValue(undefined, key, 'value');

function inFrame<R>(fn: () => R): R {
  const before: Frame | undefined = current.frame;
  current.frame = frame;
  try {
    return fn();
  } finally {
    current.frame = before;
  }
}

const afterTurn = async (): Promise<Frame | undefined> => {
  await new Promise((done) => setTimeout(done, 0));
  return current.frame;
};

// Node makes some of its globals when they are first asked for.
for (const name of Reflect.ownKeys(globalThis)) Reflect.get(globalThis, name);

test('install() and uninstall() are idempotent, and leave everything as it was', async () => {
  const looks = () =>
    [globalThis, Promise, Promise.prototype, Function.prototype].map((owner) =>
      Reflect.ownKeys(owner).map((name) => [name, Reflect.getOwnPropertyDescriptor(owner, name)] as const),
    );
  const before = looks();
  const uninstall = install();
  assert.equal(install(), uninstall);
  assert.notDeepEqual(looks(), before);
  uninstall();
  assert.deepEqual(looks(), before);
  uninstall();
  assert.deepEqual(looks(), before);

  const again = install();
  assert.notEqual(again, uninstall);
  uninstall();
  assert.equal(
    await inFrame(() => Promise.resolve().then(() => current.frame)),
    frame,
    'an old uninstall() does nothing',
  );
  again();
  assert.equal(await inFrame(() => Promise.resolve().then(() => current.frame)), undefined);
});

test('the report says what follows the flow and what is missing here', () => {
  const uninstall = install();
  const { report } = uninstall;
  assert.equal(report.await, 'intercepted');
  for (const name of ['Promise.prototype.then', 'Promise.resolve', 'setTimeout', 'queueMicrotask']) {
    assert.ok(report.patched.includes(name), name);
  }
  assert.ok(report.missing.includes('requestAnimationFrame'));
  assert.deepEqual(report.refused, []);
  uninstall();
});

const interceptionPaths = ['Promise', 'Promise.prototype.constructor', 'Promise.prototype.then for await'];

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
  const intersect = () => uninstall.report.patched.filter((path) => interceptionPaths.includes(path)).sort();
  assert.deepEqual(intersect(), []);
  install({ await: true });
  assert.deepEqual(intersect(), interceptionPaths);
  install({ await: false });
  assert.deepEqual(intersect(), []);
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

test('the report of an installation that is gone is the last one, whatever is installed after it', () => {
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

test('patched functions keep the name, length, properties and source text of the native ones', () => {
  const patched = [
    [Promise.prototype, 'then'],
    [Promise.prototype, 'finally'],
    [Promise, 'resolve'],
    [globalThis, 'setTimeout'],
    [globalThis, 'queueMicrotask'],
    [EventTarget.prototype, 'addEventListener'],
    [Function.prototype, 'toString'],
  ] as const;
  const looks = () =>
    patched.map(([owner, name]) => {
      const value: unknown = Reflect.get(owner, name);
      assert.equal(typeof value, 'function', name);
      const own = Object.getOwnPropertyDescriptors(value as object);
      return { own, keys: Reflect.ownKeys(own), text: Function.prototype.toString.call(value), shown: `${value}` };
    });
  const before = looks();
  const uninstall = install();
  assert.deepEqual(looks(), before);
  uninstall();
});

test('await is followed, or not, as wished', async () => {
  const seen = () => inFrame(afterTurn);
  const uninstall = install({ await: false });
  assert.equal(uninstall.report.await, 'not followed');
  assert.equal(await seen(), undefined);
  install({ await: true });
  assert.equal(uninstall.report.await, 'intercepted');
  assert.equal(await seen(), frame);
  install({ await: false });
  assert.equal(await seen(), undefined);
  uninstall();
});

test('who reads a promise’s constructor and then by hand gets what works', async () => {
  const uninstall = install();
  await inFrame(async () => {
    const promise = Promise.resolve(7);
    const Maker = promise.constructor as PromiseConstructor;
    assert.equal(Maker.name, 'Promise');
    assert.equal(await Maker.resolve(8), 8);
    assert.ok((await new Maker((done) => done(null))) === null);
    assert.equal(Maker.prototype, Promise.prototype);
    assert.ok(promise instanceof Maker);
    // A read by hand looks like the beginning of an await.
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

test('subclasses and assignments to then and constructor work as without the accessors', async () => {
  const uninstall = install();
  await inFrame(async () => {
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
    // biome-ignore lint/suspicious/noThenProperty: libraries do it to their promises
    lazy.then = function lazyThen(this: Promise<string>, ...reactions: never[]) {
      return Reflect.apply(Promise.prototype.then, this, reactions);
    } as typeof lazy.then;
    assert.equal(lazy.then.name, 'lazyThen');
    assert.equal(await lazy, 'lazy');
    assert.equal(current.frame, undefined, 'the await of a promise with a then of its own cannot be seen');
  });
  uninstall();
});

test('who looks at what a promise is made of and returns it leaves nothing for who awaits the result', async () => {
  const uninstall = install();
  for (const look of [
    (promise: object) => promise.constructor.name,
    (promise: object) => promise.constructor === Promise,
    (promise: object) => promise instanceof (promise.constructor as PromiseConstructor),
    (promise: object) => new (promise.constructor as PromiseConstructor)(() => {}),
  ]) {
    const result = inFrame(async () => {
      const promise = Promise.resolve(1);
      look(promise);
      return promise;
    });
    const seen = (async () => {
      await result;
      return current.frame;
    })();
    assert.equal(await seen, undefined);
  }
  uninstall();
});

test('an await keeps its frame where something is entered after it in the same job', async () => {
  const uninstall = install();
  const seen = inFrame(async () => {
    await Promise.resolve();
    return current.frame;
  });
  // What enterWith() does.
  current.frame = withValue(undefined, key, 'entered');
  current.entered = true;
  queueMicrotask(() => {
    current.frame = undefined;
  });
  assert.equal(await seen, frame);
  current.entered = false;
  current.frame = undefined;
  uninstall();
});

test('a promise that was awaited by code that does it itself is no await when it is returned afterwards', async () => {
  const uninstall = install({ await: true });
  let done: (value: unknown) => void = () => {};
  const promise = new Promise((resolve) => {
    done = resolve;
  });
  const result = inFrame(async () => {
    assert.equal(promise.constructor === Promise, false);
    // As transformed code does.
    assert.equal(Reflect.get(promise, 'constructor') === Promise, false);
    current.exempt = promise;
    Reflect.get(promise, 'constructor');
    return promise;
  });
  const seen = (async () => {
    await result;
    return current.frame;
  })();
  done(1);
  assert.equal(await seen, undefined);
  uninstall();
});

test('thenables that a reaction or finally() gives back are called in its frame, those of a subclass too', async () => {
  const uninstall = install();
  const seen: unknown[] = [];
  class Noting<T> extends Promise<T> {
    // biome-ignore lint/suspicious/noThenProperty: it is what is tried
    override then<A = T, B = never>(...reactions: Parameters<Promise<T>['then']>): Promise<A | B> {
      seen.push(current.frame);
      return Reflect.apply(super.then, this, reactions) as Promise<A | B>;
    }
  }
  await inFrame(() => Promise.resolve().then(() => new Noting<void>((resolve) => resolve())));
  await inFrame(() =>
    Promise.resolve().finally(() => ({
      // biome-ignore lint/suspicious/noThenProperty: it is what is tried
      then(resolve: () => void) {
        seen.push(current.frame);
        resolve();
      },
    })),
  );
  assert.deepEqual(seen, [frame, frame]);
  uninstall();
});

test('a then that somebody puts over ours is called, also by await', async () => {
  const uninstall = install();
  const { then } = Promise.prototype;
  let calls = 0;
  // biome-ignore lint/suspicious/noThenProperty: libraries do it
  Promise.prototype.then = function (this: Promise<unknown>, ...reactions: never[]) {
    calls++;
    return Reflect.apply(then, this, reactions);
  } as typeof then;
  const seen = await inFrame(() => Promise.resolve().then(() => current.frame));
  assert.equal(seen, frame);
  assert.equal(calls > 0, true);
  assert.equal(await inFrame(afterTurn), frame);
  // biome-ignore lint/suspicious/noThenProperty: and takes it away again
  Promise.prototype.then = then;
  uninstall();
  assert.match(`${Promise.prototype.then}`, /native code/);
});

test('what is frozen is left working and named in the report', async () => {
  const { queueMicrotask: native } = globalThis;
  Object.defineProperty(globalThis, 'queueMicrotask', { value: native, writable: false, configurable: false });
  const uninstall = install();
  assert.deepEqual(uninstall.report.refused, ['queueMicrotask']);
  assert.equal(globalThis.queueMicrotask, native);
  const seen = await inFrame(() => new Promise((done) => queueMicrotask(() => done(current.frame))));
  assert.equal(seen, undefined);
  uninstall();
});

test('where an engine does not ask for the constructor, the warning names the transform', async (context) => {
  const { warn } = console;
  const warnings: unknown[][] = [];
  console.warn = (...args) => warnings.push(args);
  context.after(() => {
    console.warn = warn;
  });
  // A frozen prototype cannot be told from an engine that does not ask.
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
