import assert from 'node:assert/strict';
import * as node from 'node:async_hooks';
import { test } from 'node:test';
import { AsyncLocalStorage } from './index.js';

const turn = () => new Promise<void>((done) => setImmediate(done));

/** A storage of ours and one of Node's, and what both hold. */
function pair() {
  const ours = new AsyncLocalStorage<string>();
  const theirs = new node.AsyncLocalStorage<string>();
  return { ours, theirs, both: () => [ours.getStore(), theirs.getStore()] };
}

test('storages of Node’s own class keep their values through ours, and ours through theirs', async () => {
  const { ours, theirs, both } = pair();
  await theirs.run('theirs', async () => {
    await ours.run('ours', async () => {
      assert.deepEqual(both(), ['ours', 'theirs']);
      await turn();
      assert.deepEqual(both(), ['ours', 'theirs']);
      await theirs.run('inner', async () => {
        await turn();
        ours.run('again', () => assert.deepEqual(both(), ['again', 'inner']));
        assert.deepEqual(both(), ['ours', 'inner']);
      });
      assert.deepEqual(both(), ['ours', 'theirs']);
    });
    assert.deepEqual(both(), [undefined, 'theirs']);
  });
  assert.deepEqual(both(), [undefined, undefined]);
});

test('what is entered in a storage of Node’s own class outlives our run(), as it outlives theirs', () => {
  const { ours, theirs, both } = pair();
  theirs.run('theirs', () => {
    ours.run('ours', () => theirs.enterWith('entered'));
    assert.deepEqual(both(), [undefined, 'entered']);
    ours.enterWith('entered too');
    assert.deepEqual(both(), ['entered too', 'entered']);
  });
});

test('bind() and snapshot() of either carry the values of both', async () => {
  const { ours, theirs, both } = pair();
  const captured = ours.run('ours', () =>
    theirs.run('theirs', () => [
      AsyncLocalStorage.bind(both),
      node.AsyncLocalStorage.bind(both),
      () => AsyncLocalStorage.snapshot()(both),
    ]),
  );
  await turn();
  assert.deepEqual(captured[0]?.(), ['ours', 'theirs']);
  assert.deepEqual(captured[1]?.(), ['ours', 'theirs']);
  assert.deepEqual(captured[2]?.(), [undefined, undefined]);
});

test('flows of both kinds at once keep to themselves', async () => {
  const { ours, theirs } = pair();
  const flow = async (id: number) => {
    for (let step = 0; step < 20; step++) {
      await (step % 3 === 0 ? turn() : null);
      assert.equal(ours.getStore(), `ours ${id}`);
      assert.equal(theirs.getStore(), id % 2 === 0 ? `theirs ${id}` : undefined);
    }
  };
  await Promise.all(
    Array.from({ length: 100 }, (_, id) =>
      ours.run(`ours ${id}`, () => (id % 2 === 0 ? theirs.run(`theirs ${id}`, () => flow(id)) : flow(id))),
    ),
  );
});
