import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

const native = Object.getPrototypeOf(async function* () {}).prototype as Record<
  string,
  (...args: unknown[]) => unknown
>;
const looks = () =>
  ['next', 'return', 'throw'].map((key) => {
    const method = native[key];
    const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(native, key) ?? {};
    return [method?.name, method?.length, writable, enumerable, configurable];
  });
const looksBefore = looks();
const nativeNext = native.next;
const portable = await import('./entry.js');
const idle = await import('./entry-native.js');

describe('what generated code calls', () => {
  it('has the same names on every runtime', () => {
    assert.deepEqual(Object.keys(idle).sort(), Object.keys(portable).sort());
    for (const name of [
      'asyncCall',
      'guardedCall',
      'generatorCall',
      'moduleEvaluation',
      'creationFrameGenerator',
    ] as const) {
      const flow = portable[name]();
      for (let owner: object = flow; owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
        for (const key of Object.getOwnPropertyNames(owner)) {
          // What only the helpers call of each other.
          if (['constructor', 'frame', 'isResumed', 'resume', 'stay'].includes(key)) continue;
          assert.equal(typeof Reflect.get(idle[name](), key), 'function', `${name}().${key}`);
        }
      }
    }
  });

  it('hands on what cannot be a thenable, and ordinary promises, as they are', () => {
    for (const value of [1, 'a', null, undefined, Symbol.iterator, Promise.resolve(1)]) {
      assert.equal(portable.wrapOperand(value), value);
      assert.equal(portable.wrapReturn(value), value);
      assert.equal(portable.asyncCall().off(value), value);
    }
  });

  it('leaves the looks of the generators’ methods as they were', () => {
    assert.notEqual(native.next, nativeNext);
    assert.deepEqual(looks(), looksBefore);
  });

  it('leaves what they do as it was', async () => {
    const seen: unknown[] = [];
    async function* items(): AsyncGenerator<number, unknown, unknown> {
      try {
        seen.push(yield 1);
        yield 2;
        return undefined;
      } finally {
        seen.push('closed');
      }
    }
    const iterator = items();
    assert.deepEqual(await iterator.next(), { value: 1, done: false });
    assert.deepEqual(await iterator.next('sent'), { value: 2, done: false });
    assert.deepEqual(await iterator.return('end'), { value: 'end', done: true });
    assert.deepEqual(await items().return(Promise.resolve('not begun')), { value: 'not begun', done: true });
    await assert.rejects(items().throw(new Error('thrown')), /thrown/);
    await assert.rejects(async () => native.next?.call({}), TypeError);
    assert.deepEqual(seen, ['sent', 'closed']);
  });
});

describe('the resources of a block', () => {
  const resource = (seen: string[], name: string, fails = false) => ({
    [Symbol.dispose]() {
      seen.push(name);
      if (fails) throw new Error(name);
    },
  });

  it('are disposed of in reverse order, each that fails suppressing what failed before', () => {
    const seen: string[] = [];
    const resources = portable.disposal();
    for (const name of ['a', 'b', 'c']) resources.add(resource(seen, name, name !== 'b'), false);
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
    assert.deepEqual(seen, ['c', 'b', 'a']);
  });

  it('let the block await once for each, and once for all that is null', () => {
    const seen: string[] = [];
    const awaits = (...values: unknown[]) => {
      const resources = portable.disposal();
      for (const value of values) resources.add(value, true);
      let count = 0;
      while (resources.next()) count++;
      return count;
    };
    assert.equal(awaits(), 0);
    assert.equal(awaits(null, undefined), 1);
    assert.equal(awaits(resource(seen, 'a'), null, resource(seen, 'b')), 2);
  });

  it('must have a method to be disposed of by', () => {
    const resources = portable.disposal();
    assert.throws(() => resources.add(1, true), /1 is not an object/);
    assert.throws(() => resources.add({}, false), /a 'using' has no method \[Symbol\.dispose\]/);
    assert.throws(() => resources.add({ [Symbol.asyncDispose]: 1 }, true), /is not a function/);
  });
});
