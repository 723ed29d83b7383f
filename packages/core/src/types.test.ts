/** The compiler checks the types when it compiles this file. Running the file shows that it was compiled. */
import assert from 'node:assert/strict';
import * as node from 'node:async_hooks';
import { test } from 'node:test';
import { expectTypeOf } from 'expect-type';
import { AsyncContext, AsyncLocalStorage } from './index.js';

interface User {
  name: string;
}

test('getStore() returns T | undefined, and T if a default value was given', () => {
  expectTypeOf(new AsyncLocalStorage<User>().getStore()).toEqualTypeOf<User | undefined>();
  expectTypeOf(new AsyncLocalStorage<User>({ name: 'user' }).getStore()).toEqualTypeOf<User | undefined>();
  expectTypeOf(new AsyncLocalStorage<User, User>({ defaultValue: { name: 'ada' } }).getStore()).toEqualTypeOf<User>();
  expectTypeOf(new AsyncLocalStorage({ defaultValue: 5 })).toEqualTypeOf<AsyncLocalStorage<number, number>>();
  expectTypeOf(new AsyncLocalStorage({ defaultValue: 5 }).getStore()).toEqualTypeOf<number>();
  expectTypeOf(
    new AsyncLocalStorage<User | null, null>({ defaultValue: null }).getStore(),
  ).toEqualTypeOf<User | null>();
  expectTypeOf(new AsyncLocalStorage().getStore()).toEqualTypeOf<unknown>();
  // @ts-expect-error the default value is not a User
  new AsyncLocalStorage<User>({ defaultValue: 5 });
  // @ts-expect-error the name is not a string
  new AsyncLocalStorage<User>({ name: 5 });
});

test('run() and exit() accept the arguments of the function and return its result', () => {
  const storage = new AsyncLocalStorage<User>();
  const user = { name: 'ada' };
  expectTypeOf(storage.run(user, (a: number, b: string) => a + b, 1, 'b')).toEqualTypeOf<string>();
  expectTypeOf(storage.run(user, async () => 1)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(storage.exit((a: number) => a, 1)).toEqualTypeOf<number>();
  const wrong = () => {
    // @ts-expect-error the value is not a User
    storage.run(5, () => {});
    // @ts-expect-error the argument is not a number
    storage.run(user, (a: number) => a, 'a');
    // @ts-expect-error the argument is missing
    storage.run(user, (a: number) => a);
    // @ts-expect-error the value is not a User
    storage.enterWith('ada');
    // @ts-expect-error the value is not a User
    storage.withScope('ada');
  };
  assert.equal(typeof wrong, 'function');
});

test('bind() preserves the type of its function, and snapshot() accepts any function', () => {
  const bound = AsyncLocalStorage.bind((a: number, b?: string) => `${a}${b}`);
  expectTypeOf(bound).toEqualTypeOf<(a: number, b?: string) => string>();
  const runInFrame = AsyncLocalStorage.snapshot();
  expectTypeOf(runInFrame((a: number) => a > 0, 1)).toEqualTypeOf<boolean>();
  expectTypeOf(runInFrame(() => 'a')).toEqualTypeOf<string>();
});

test('withScope() returns a Disposable', () => {
  expectTypeOf(new AsyncLocalStorage<User>().withScope).returns.toExtend<Disposable>();
});

test('with one type argument, getStore() returns T | undefined, as in the types of Node', () => {
  const options = { defaultValue: { name: 'ada' } };
  expectTypeOf(new AsyncLocalStorage<User>(options).getStore()).toEqualTypeOf<User | undefined>();
  expectTypeOf(new AsyncLocalStorage<User>(options).getStore()).toEqualTypeOf(
    new node.AsyncLocalStorage<User>(options).getStore(),
  );
});

test('a storage with a default value is assignable to the type of one without', () => {
  expectTypeOf<AsyncLocalStorage<User, User>>().toExtend<AsyncLocalStorage<User>>();
});

test('a subclass needs one type argument, and a second one if it has a default value', () => {
  class Users extends AsyncLocalStorage<User> {
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
  class UsersOrGuest extends AsyncLocalStorage<User, User> {
    constructor() {
      super({ defaultValue: { name: 'guest' } });
    }
  }
  expectTypeOf(new UsersOrGuest().getStore()).toEqualTypeOf<User>();
  const wrong = () => {
    // @ts-expect-error the default value is missing
    new AsyncLocalStorage<User, User>();
    // @ts-expect-error the default value is not a User
    new AsyncLocalStorage<User, User>({ defaultValue: undefined });
  };
  assert.equal(typeof wrong, 'function');
});

test('get() of a Variable returns T | undefined, and T if a default value was given', () => {
  expectTypeOf(new AsyncContext.Variable<User>().get()).toEqualTypeOf<User | undefined>();
  expectTypeOf(new AsyncContext.Variable({ defaultValue: 'en' }).get()).toEqualTypeOf<string>();
  expectTypeOf(new AsyncContext.Variable<User>({ defaultValue: { name: 'ada' } }).get()).toEqualTypeOf<User>();
  expectTypeOf(new AsyncContext.Variable<User>().name).toEqualTypeOf<string>();
  expectTypeOf(new AsyncContext.Variable<number>().run(1, (a: string) => a, 'a')).toEqualTypeOf<string>();
  const variable: AsyncContext.Variable<User> = new AsyncContext.Variable<User>();
  const wrong = () => {
    // @ts-expect-error the value is not a User
    variable.run(5, () => {});
  };
  assert.equal(typeof wrong, 'function');
});

test('run() of a Snapshot returns the result, and wrap() preserves this, the arguments and the result', () => {
  const snapshot: AsyncContext.Snapshot = new AsyncContext.Snapshot();
  expectTypeOf(snapshot.run((a: number) => a, 1)).toEqualTypeOf<number>();
  const wrapped = AsyncContext.Snapshot.wrap(function (this: User, a: number) {
    return this.name + a;
  });
  expectTypeOf(wrapped).toEqualTypeOf<(this: User, a: number) => string>();
});
