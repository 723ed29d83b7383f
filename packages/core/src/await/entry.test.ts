import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EmittedImports } from './emitted-code.js';

const native = Object.getPrototypeOf(async function* () {}).prototype as Record<
  string,
  (...args: unknown[]) => unknown
>;
const appearance = () =>
  ['next', 'return', 'throw'].map((key) => {
    const method = native[key];
    const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(native, key) ?? {};
    return [method?.name, method?.length, writable, enumerable, configurable];
  });
const appearanceBefore = appearance();
const nativeNext = native.next;
const portable: EmittedImports = await import('./entry.js');
const noop: EmittedImports = await import('./entry-native.js');

/** Members that only the modules of this folder use. */
const INTERNAL = [
  'constructor',
  'frame',
  'isResumed',
  'isLoweredGenerator',
  'suspend',
  'resume',
  'resumeIfSuspended',
  'enterFrame',
  'cancelSuspend',
  'suspendToYield',
  'suspendToYieldAndSchedule',
  'suspendToYieldSync',
  'resumeFromYield',
];

const factories = ['asyncCall', 'guardedCall', 'generatorCall', 'moduleEvaluation', 'creationFrameGenerator'] as const;

/** Calls a function in the body of an async generator, in which `generatorCall` returns an object of another class. */
async function createInGenerator<T>(create: () => T): Promise<Awaited<T>> {
  async function* body() {
    yield create();
  }
  return (await body().next()).value as Awaited<T>;
}

describe('the functions that transformed code calls', () => {
  it('have the same names and methods on every runtime', async () => {
    assert.deepEqual(Object.keys(noop).sort(), Object.keys(portable).sort());
    for (const name of factories) {
      for (const call of [portable[name](), await createInGenerator(portable[name])]) {
        for (let owner: object = call; owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
          for (const key of Object.getOwnPropertyNames(owner)) {
            if (INTERNAL.includes(key)) continue;
            assert.equal(typeof Reflect.get(noop[name](), key), 'function', `${name}().${key}`);
          }
        }
      }
    }
  });

  it('do nothing for classic scripts on a runtime that follows flows itself', async () => {
    await import('./entry-script.js');
    const shared = Reflect.get(globalThis, Symbol.for('throughline.1')) as { await: EmittedImports };
    assert.equal(shared.await, noop);
  });

  it('have the short method names of emitted code, which call the methods of the class itself', async () => {
    const emitted: Record<(typeof factories)[number], Record<string, string>> = {
      asyncCall: { off: 'suspend', on: 'resume', end: 'end' },
      guardedCall: { off: 'suspend', on: 'resume', end: 'end', back: 'resumeIfSuspended' },
      moduleEvaluation: { off: 'suspend', on: 'resume', end: 'end', back: 'resumeIfSuspended' },
      generatorCall: {
        off: 'suspend',
        on: 'resume',
        end: 'end',
        back: 'resumeIfSuspended',
        give: 'suspendToYield',
        giveHeld: 'suspendToYieldAndSchedule',
        took: 'resumeFromYield',
      },
      creationFrameGenerator: {
        off: 'suspend',
        on: 'resume',
        end: 'end',
        back: 'resumeIfSuspended',
        give: 'suspendToYield',
        leave: 'suspendToYieldSync',
        took: 'resumeFromYield',
        rest: 'rest',
      },
    };
    for (const name of factories) {
      for (const call of [portable[name](), await createInGenerator(portable[name])]) {
        for (const [short, method] of Object.entries(emitted[name])) {
          assert.equal(typeof Reflect.get(call, short), 'function', `${name}().${short}`);
          assert.equal(Reflect.get(call, short), Reflect.get(call, method), `${name}().${short}`);
        }
      }
    }
  });

  it('return values that cannot be thenables, and ordinary promises, unchanged', () => {
    for (const value of [1, 'a', null, undefined, Symbol.iterator, Promise.resolve(1)]) {
      assert.equal(portable.wrapOperand(value), value);
      assert.equal(portable.wrapReturn(value), value);
      assert.equal(portable.asyncCall().off(value), value);
    }
  });

  it('preserve the appearance of the methods of async generators', () => {
    assert.notEqual(native.next, nativeNext);
    assert.deepEqual(appearance(), appearanceBefore);
  });

  it('preserve the behavior of the methods of async generators', async () => {
    const observed: unknown[] = [];
    async function* items(): AsyncGenerator<number, unknown, unknown> {
      try {
        observed.push(yield 1);
        yield 2;
        return undefined;
      } finally {
        observed.push('closed');
      }
    }
    const iterator = items();
    assert.deepEqual(await iterator.next(), { value: 1, done: false });
    assert.deepEqual(await iterator.next('sent'), { value: 2, done: false });
    assert.deepEqual(await iterator.return('end'), { value: 'end', done: true });
    assert.deepEqual(await items().return(Promise.resolve('not started')), { value: 'not started', done: true });
    await assert.rejects(items().throw(new Error('thrown')), /thrown/);
    await assert.rejects(async () => native.next?.call({}), TypeError);
    assert.deepEqual(observed, ['sent', 'closed']);
  });
});

describe('the resources of a block', () => {
  const createResource = (disposed: string[], name: string, fails = false) => ({
    [Symbol.dispose]() {
      disposed.push(name);
      if (fails) throw new Error(name);
    },
  });

  it('are disposed of in reverse order, and each error suppresses the previous one', () => {
    const disposed: string[] = [];
    const resources = portable.disposal();
    for (const name of ['a', 'b', 'c']) resources.add(createResource(disposed, name, name !== 'b'), false);
    resources.fail(new Error('block'));
    assert.throws(
      () => resources.next(),
      (error: { error: Error; suppressed: { error: Error; suppressed: Error } }) => {
        const { error: last, suppressed } = error;
        assert.deepEqual(
          [last, suppressed.error, suppressed.suppressed].map((e) => e.message),
          ['a', 'c', 'block'],
        );
        return true;
      },
    );
    assert.deepEqual(disposed, ['c', 'b', 'a']);
  });

  it('make the block await once for each async resource, and once for all null resources together', () => {
    const disposed: string[] = [];
    const countAwaits = (...values: unknown[]) => {
      const resources = portable.disposal();
      for (const value of values) resources.add(value, true);
      let count = 0;
      while (resources.next()) count++;
      return count;
    };
    assert.equal(countAwaits(), 0);
    assert.equal(countAwaits(null, undefined), 1);
    assert.equal(countAwaits(createResource(disposed, 'a'), null, createResource(disposed, 'b')), 2);
  });

  it('must have a disposal method', () => {
    const resources = portable.disposal();
    assert.throws(() => resources.add(1, true), /1 is not an object/);
    assert.throws(() => resources.add({}, false), /a 'using' has no method \[Symbol\.dispose\]/);
    assert.throws(() => resources.add({ [Symbol.asyncDispose]: 1 }, true), /is not a function/);
  });
});
