/** Watched classes of storages behave as before, and scopes hold what the storages hold. */
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import { AsyncContext, AsyncLocalStorage as OurStorage } from 'throughline';
import { currentScope } from './current-scope.js';
import { install } from './install.js';
import { keyOf, settingIn } from './scope.js';
import { watchExports } from './watch-exports.js';

const before = Object.getOwnPropertyDescriptors(AsyncLocalStorage.prototype);
install();
watchExports({ AsyncContext, OurStorage });

const settingOf = (storage: object) => settingIn(currentScope(), keyOf(storage))?.value;

test('the methods keep their names, lengths and attributes', () => {
  const after = Object.getOwnPropertyDescriptors(AsyncLocalStorage.prototype);
  assert.deepEqual(Object.keys(after), Object.keys(before));
  for (const [name, { value, get, ...attributes }] of Object.entries(before)) {
    const { value: watched, get: getter, ...others } = after[name as keyof typeof after] as PropertyDescriptor;
    assert.deepEqual(others, attributes, name);
    if (typeof value !== 'function') continue;
    assert.deepEqual([watched.name, watched.length], [value.name, value.length]);
  }
});

for (const [title, Storage] of [
  ["Node's class", AsyncLocalStorage],
  ["Throughline's class", OurStorage as typeof AsyncLocalStorage],
] as const) {
  test(`run() of ${title} passes this, arguments, results and errors on`, () => {
    const storage = new Storage<number>();
    const call = function (this: unknown, ...args: unknown[]): unknown[] {
      return [this, ...args, storage.getStore(), settingOf(storage)];
    };
    assert.deepEqual(storage.run(1, call, 'a', 'b'), [null, 'a', 'b', 1, 1]);
    assert.throws(
      () =>
        storage.run(1, () => {
          throw new Error('own');
        }),
      /own/,
    );
    assert.throws(() => storage.run(1, undefined as never), TypeError);
    assert.equal(storage.getStore(), undefined);
    assert.equal(currentScope(), undefined);
  });

  test(`what is entered in exit() of ${title} remains as the storage holds it`, () => {
    const [a, b] = [new Storage<number>(), new Storage<number>()];
    a.run(1, () => {
      const outer = currentScope();
      a.exit(() => assert.equal(settingOf(a), undefined));
      assert.equal(currentScope(), outer);
      a.exit(() => {
        a.enterWith(2);
        b.enterWith(3);
      });
      // On Node 20 and 22, exit() does not undo what was entered in it.
      assert.deepEqual([settingOf(a), settingOf(b)], [a.getStore(), b.getStore()]);
    });
    b.disable();
    assert.equal(settingOf(a), undefined);
  });

  test(`withScope() of ${title} opens a scope until it is disposed of`, (test) => {
    if (!('withScope' in Storage.prototype)) return test.skip('This version of Node has no withScope().');
    const [a, b] = [new Storage<number>(), new Storage<number>()];
    a.run(1, () => {
      const outer = currentScope();
      const scope = a.withScope(2);
      b.enterWith(3);
      assert.deepEqual([settingOf(a), settingOf(b)], [2, 3]);
      scope.dispose();
      assert.deepEqual([a.getStore(), b.getStore(), settingOf(a), settingOf(b)], [1, 3, 1, 3]);
      const inner = a.withScope(4);
      inner[Symbol.dispose]();
      assert.equal(settingOf(a), 1);
      assert.notEqual(outer, undefined);
    });
  });

  test(`nested calls of ${title} restore what was set around them`, () => {
    const [a, b] = [new Storage<number>(), new Storage<number>()];
    const both = () => [a.getStore(), b.getStore()];
    const scopes = () => [settingOf(a), settingOf(b)];
    a.run(1, () => {
      b.run(2, () => {
        a.run(3, () => assert.deepEqual(scopes(), [3, 2]));
        assert.deepEqual(
          [both(), scopes()],
          [
            [1, 2],
            [1, 2],
          ],
        );
        a.exit(() =>
          assert.deepEqual(
            [both(), scopes()],
            [
              [undefined, 2],
              [undefined, 2],
            ],
          ),
        );
      });
      assert.deepEqual(
        [both(), scopes()],
        [
          [1, undefined],
          [1, undefined],
        ],
      );
    });
  });

  test(`a value of ${title} that was entered in run() of another storage remains afterwards`, () => {
    const [a, b] = [new Storage<number>(), new Storage<number>()];
    a.run(0, () => {
      a.run(1, () => {
        a.enterWith(2);
        b.enterWith(3);
        assert.deepEqual([settingOf(a), settingOf(b)], [2, 3]);
      });
      assert.deepEqual([a.getStore(), b.getStore()], [0, 3]);
      assert.deepEqual([settingOf(a), settingOf(b)], [0, 3]);
    });
    b.enterWith(undefined as never);
  });

  test(`a subclass of ${title} that overrides enterWith() and getStore() is called as before`, () => {
    const calls: unknown[] = [];
    class Sub extends Storage<number> {
      override enterWith(store: number): void {
        calls.push(`enter ${store}`);
        super.enterWith(store);
      }
      override getStore(): number | undefined {
        calls.push('get');
        return super.getStore();
      }
    }
    const storage = new Sub();
    const own = () => {
      calls.length = 0;
      storage.run(1, () => calls.push('run'));
      return [...calls];
    };
    assert.deepEqual(
      own().filter((call) => call === 'run'),
      ['run'],
    );
    storage.enterWith(5);
    assert.equal(storage.getStore(), 5);
    assert.equal(settingOf(storage), 5);
    storage.enterWith(undefined as never);
  });
}

test('variables and snapshots of AsyncContext are followed', () => {
  const variable = new AsyncContext.Variable<number>();
  const [snapshot, wrapped] = variable.run(
    1,
    () =>
      [
        new AsyncContext.Snapshot(),
        AsyncContext.Snapshot.wrap(function named(this: unknown, _a: number) {
          return [this, variable.get(), settingOf(variable)];
        }),
      ] as const,
  );
  assert.deepEqual([wrapped.name, wrapped.length], ['wrapped named', 1]);
  variable.run(2, () => {
    assert.deepEqual(
      snapshot.run(() => [variable.get(), settingOf(variable)]),
      [1, 1],
    );
    assert.deepEqual(Reflect.apply(wrapped, 'this', [0]), ['this', 1, 1]);
    assert.deepEqual([variable.get(), settingOf(variable)], [2, 2]);
  });
  assert.ok(snapshot instanceof AsyncContext.Snapshot);
  assert.equal(Object.prototype.toString.call(snapshot), '[object AsyncContext.Snapshot]');
});
