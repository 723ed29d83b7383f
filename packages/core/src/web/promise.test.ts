/** Tests in Node of classes and methods with which other code replaces those of the language. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { current, runInFrame } from '../engine/current.js';
import { install } from './install.js';

const NativePromise = Promise;

/** Runs a function while the patches are installed, and restores what it assigns. */
async function withPatches(options: Parameters<typeof install>[0], fn: () => unknown): Promise<void> {
  const uninstall = install(options);
  const { then } = NativePromise.prototype;
  try {
    await fn();
  } finally {
    globalThis.Promise = NativePromise;
    // biome-ignore lint/suspicious/noThenProperty: restores the method of the language
    NativePromise.prototype.then = then;
    uninstall();
  }
}

const frames = ['a', 'b', 'c'].map((name) => ({ tag: { name } }));

type Callback = (value: unknown) => unknown;

/** Promises of a library that calls the reactions of all flows from one timer. */
class QueuedPromise {
  static queue: (() => void)[] = [];
  reactions: Callback[] = [];
  state: { value: unknown } | undefined;

  constructor(executor: (resolve: Callback) => void) {
    executor((value) => {
      this.state = { value };
      for (const reaction of this.reactions.splice(0)) QueuedPromise.enqueue(() => reaction(value));
    });
  }

  static enqueue(job: () => void) {
    if (QueuedPromise.queue.push(job) > 1) return;
    setTimeout(() => {
      for (const queued of QueuedPromise.queue) queued();
      QueuedPromise.queue.length = 0;
    });
  }

  static resolve(value: unknown) {
    return new QueuedPromise((resolve) => resolve(value));
  }

  // biome-ignore lint/suspicious/noThenProperty: a class of promises
  then(onFulfilled: Callback) {
    return new QueuedPromise((resolve) => {
      const { state } = this;
      const reaction: Callback = (value) => resolve(onFulfilled(value));
      if (state === undefined) this.reactions.push(reaction);
      else QueuedPromise.enqueue(() => reaction(state.value));
    });
  }
}

/** The same, as it is written for engines without classes: the prototype has no `constructor`. */
function withoutConstructor(): unknown {
  function Replacement(executor: (resolve: Callback) => void) {
    return Reflect.construct(QueuedPromise, [executor], Replacement);
  }
  // biome-ignore lint/suspicious/noThenProperty: a class of promises
  Replacement.prototype = { then: QueuedPromise.prototype.then };
  Replacement.resolve = (value: unknown) => Reflect.construct(Replacement, [(resolve: Callback) => resolve(value)]);
  return Replacement;
}

for (const [title, create] of Object.entries({
  'whose prototype has no constructor': withoutConstructor,
  'that inherits its methods': () => class extends class extends QueuedPromise {} {},
})) {
  test(`the reactions of a class ${title} run in the frame of the call`, () =>
    withPatches({ await: false }, async () => {
      globalThis.Promise = create() as PromiseConstructor;
      const seen: unknown[] = [];
      for (const frame of frames) {
        runInFrame(frame, () => {
          // The patched timer notices the class.
          setTimeout(() => {});
          void Promise.resolve(1).then(() => seen.push(current.frame));
        });
      }
      globalThis.Promise = NativePromise;
      await new NativePromise((resolve) => setTimeout(resolve, 10));
      assert.deepEqual(seen, frames);
    }));
}

test('any value can be assigned to Promise.prototype.then', () =>
  withPatches({}, async () => {
    const { then } = NativePromise.prototype;
    const assign = (value: unknown) => Reflect.set(NativePromise.prototype, 'then', value);
    const fail = () => {
      throw new Error('a stub');
    };
    const readLater = function (this: Promise<unknown>, ...reactions: []) {
      calls.push(current.frame);
      return then.apply(this, reactions);
    };
    for (const value of [undefined, () => undefined, fail, readLater]) {
      assign(value);
      assert.equal(typeof NativePromise.prototype.then, typeof value);
    }
    const calls: unknown[] = [];
    const frame = await runInFrame(frames[0], () => NativePromise.resolve().then(() => current.frame));
    assert.equal(frame, frames[0]);
    assert.ok(calls.length > 0);
  }));

test('Promise.resolve() returns a promise of its class as it is, also if that has a then of its own', () =>
  withPatches({ await: false }, () => {
    const derived = new (class Derived extends Promise<unknown> {})(() => {});
    const { then } = derived;
    void Object.defineProperty(derived, 'then', { value: (...reactions: []) => then.apply(derived, reactions) });
    const { resolve } = derived.constructor as PromiseConstructor;
    runInFrame(frames[0], () => assert.equal(resolve.call(derived.constructor, derived), derived));
  }));

test('a reaction of a library passes on promises of its class as they are', () =>
  withPatches({ await: false }, async () => {
    globalThis.Promise = QueuedPromise as unknown as PromiseConstructor;
    const adopted: unknown[] = [];
    const inner = new QueuedPromise(() => {});
    runInFrame(frames[0], () => {
      setTimeout(() => {});
      new QueuedPromise((resolve) => resolve(1)).then(() => inner).then((value) => adopted.push(value));
    });
    globalThis.Promise = NativePromise;
    await new NativePromise((resolve) => setTimeout(resolve, 10));
    assert.equal(adopted[0], inner);
  }));

test('a warning says that awaits of a subclass that replaces Promise are not followed', (context) => {
  const { mock } = context.mock.method(console, 'warn', () => {});
  return withPatches({ await: true }, () => {
    globalThis.Promise = NativePromise;
    assert.equal(mock.callCount(), 0);
    globalThis.Promise = class extends NativePromise<unknown> {} as PromiseConstructor;
    assert.match(String(mock.calls[0]?.arguments[0]), /after native await of a replaced Promise.*transform/);
  });
});
