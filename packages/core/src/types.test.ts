/** Types are held to what they should be when this file is compiled; running it shows that it was. */
import assert from 'node:assert/strict';
import type * as node from 'node:async_hooks';
import { test } from 'node:test';
import { expectTypeOf } from 'expect-type';
import { AsyncContext, AsyncLocalStorage, AsyncResource } from './index.js';

interface User {
  name: string;
}

test('getStore() is T | undefined, and T where a default value was given', () => {
  expectTypeOf(new AsyncLocalStorage<User>().getStore()).toEqualTypeOf<User | undefined>();
  expectTypeOf(new AsyncLocalStorage<User>({ name: 'user' }).getStore()).toEqualTypeOf<User | undefined>();
  expectTypeOf(new AsyncLocalStorage<User>({ defaultValue: { name: 'ada' } }).getStore()).toEqualTypeOf<User>();
  expectTypeOf(new AsyncLocalStorage({ defaultValue: 5 }).getStore()).toEqualTypeOf<number>();
  expectTypeOf(new AsyncLocalStorage().getStore()).toEqualTypeOf<unknown>();
  // @ts-expect-error the default value is no User
  new AsyncLocalStorage<User>({ defaultValue: 5 });
  // @ts-expect-error the name is no string
  new AsyncLocalStorage<User>({ name: 5 });
});

test('run() and exit() take the arguments of the function and give its result', () => {
  const storage = new AsyncLocalStorage<User>();
  const user = { name: 'ada' };
  expectTypeOf(storage.run(user, (a: number, b: string) => a + b, 1, 'b')).toEqualTypeOf<string>();
  expectTypeOf(storage.run(user, async () => 1)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(storage.exit((a: number) => a, 1)).toEqualTypeOf<number>();
  const wrong = () => {
    // @ts-expect-error the value is no User
    storage.run(5, () => {});
    // @ts-expect-error the argument is no number
    storage.run(user, (a: number) => a, 'a');
    // @ts-expect-error the argument is missing
    storage.run(user, (a: number) => a);
    // @ts-expect-error the value is no User
    storage.enterWith('ada');
    // @ts-expect-error the value is no User
    storage.withScope('ada');
  };
  assert.equal(typeof wrong, 'function');
});

test('bind() keeps the type of its function, snapshot() takes any', () => {
  const bound = AsyncLocalStorage.bind((a: number, b?: string) => `${a}${b}`);
  expectTypeOf(bound).toEqualTypeOf<(a: number, b?: string) => string>();
  const inFrame = AsyncLocalStorage.snapshot();
  expectTypeOf(inFrame((a: number) => a > 0, 1)).toEqualTypeOf<boolean>();
  expectTypeOf(inFrame(() => 'a')).toEqualTypeOf<string>();
});

test('withScope() gives a Disposable', () => {
  expectTypeOf(new AsyncLocalStorage<User>().withScope).returns.toExtend<Disposable>();
});

test('an AsyncLocalStorage goes where Node’s is asked for', () => {
  expectTypeOf<AsyncLocalStorage<User>>().toExtend<node.AsyncLocalStorage<User>>();
  expectTypeOf<AsyncLocalStorage<User, User>>().toExtend<node.AsyncLocalStorage<User>>();
  expectTypeOf<AsyncLocalStorage<User, User>>().toExtend<AsyncLocalStorage<User>>();
  expectTypeOf<AsyncResource>().toEqualTypeOf<node.AsyncResource>();
  expectTypeOf(AsyncResource).toEqualTypeOf<typeof node.AsyncResource>();
});

test('a subclass names both type arguments', () => {
  class Users extends AsyncLocalStorage<User, undefined> {
    get nameOfUser(): string | undefined {
      return this.getStore()?.name;
    }
  }
  const users = new Users();
  expectTypeOf(users.getStore()).toEqualTypeOf<User | undefined>();
  assert.equal(
    users.run({ name: 'ada' }, () => users.nameOfUser),
    'ada',
  );
});

test('Variable: get() is T | undefined, and T where a default value was given', () => {
  expectTypeOf(new AsyncContext.Variable<User>().get()).toEqualTypeOf<User | undefined>();
  expectTypeOf(new AsyncContext.Variable({ defaultValue: 'en' }).get()).toEqualTypeOf<string>();
  expectTypeOf(new AsyncContext.Variable<User>({ defaultValue: { name: 'ada' } }).get()).toEqualTypeOf<User>();
  expectTypeOf(new AsyncContext.Variable<User>().name).toEqualTypeOf<string>();
  expectTypeOf(new AsyncContext.Variable<number>().run(1, (a: string) => a, 'a')).toEqualTypeOf<string>();
  const variable: AsyncContext.Variable<User> = new AsyncContext.Variable<User>();
  const wrong = () => {
    // @ts-expect-error the value is no User
    variable.run(5, () => {});
  };
  assert.equal(typeof wrong, 'function');
});

test('Snapshot: run() gives the result, wrap() keeps this, arguments and result', () => {
  const snapshot: AsyncContext.Snapshot = new AsyncContext.Snapshot();
  expectTypeOf(snapshot.run((a: number) => a, 1)).toEqualTypeOf<number>();
  const wrapped = AsyncContext.Snapshot.wrap(function (this: User, a: number) {
    return this.name + a;
  });
  expectTypeOf(wrapped).toEqualTypeOf<(this: User, a: number) => string>();
});
