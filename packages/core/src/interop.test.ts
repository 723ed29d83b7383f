import assert from 'node:assert/strict';
import * as node from 'node:async_hooks';
import { test } from 'node:test';
import { AsyncLocalStorage } from './index.js';

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Creates a storage of this package and one of Node's, and a function that returns the values of both. */
function createPair() {
  const own = new AsyncLocalStorage<string>();
  const native = new node.AsyncLocalStorage<string>();
  return { own, native, values: () => [own.getStore(), native.getStore()] };
}

test('a run() of this package preserves the values of Node’s storages, and vice versa', async () => {
  const { own, native, values } = createPair();
  await native.run('native', async () => {
    await own.run('own', async () => {
      assert.deepEqual(values(), ['own', 'native']);
      await nextTurn();
      assert.deepEqual(values(), ['own', 'native']);
      await native.run('inner', async () => {
        await nextTurn();
        own.run('again', () => assert.deepEqual(values(), ['again', 'inner']));
        assert.deepEqual(values(), ['own', 'inner']);
      });
      assert.deepEqual(values(), ['own', 'native']);
    });
    assert.deepEqual(values(), [undefined, 'native']);
  });
  assert.deepEqual(values(), [undefined, undefined]);
});

test('a value entered in one of Node’s storages outlives a run() of this package, as it outlives one of Node’s own', () => {
  const { own, native, values } = createPair();
  native.run('native', () => {
    own.run('own', () => native.enterWith('entered'));
    assert.deepEqual(values(), [undefined, 'entered']);
    own.enterWith('entered too');
    assert.deepEqual(values(), ['entered too', 'entered']);
  });
});

test('bind() and snapshot() of either class carry the values of both', async () => {
  const { own, native, values } = createPair();
  const captured = own.run('own', () =>
    native.run('native', () => [
      AsyncLocalStorage.bind(values),
      node.AsyncLocalStorage.bind(values),
      () => AsyncLocalStorage.snapshot()(values),
    ]),
  );
  await nextTurn();
  assert.deepEqual(captured[0]?.(), ['own', 'native']);
  assert.deepEqual(captured[1]?.(), ['own', 'native']);
  assert.deepEqual(captured[2]?.(), [undefined, undefined]);
});

test('concurrent flows with values of both classes are isolated from each other', async () => {
  const { own, native } = createPair();
  const flow = async (id: number) => {
    for (let step = 0; step < 20; step++) {
      await (step % 3 === 0 ? nextTurn() : null);
      assert.equal(own.getStore(), `own ${id}`);
      assert.equal(native.getStore(), id % 2 === 0 ? `native ${id}` : undefined);
    }
  };
  await Promise.all(
    Array.from({ length: 100 }, (_, id) =>
      own.run(`own ${id}`, () => (id % 2 === 0 ? native.run(`native ${id}`, () => flow(id)) : flow(id))),
    ),
  );
});
