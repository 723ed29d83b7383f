import { equal, throws } from '../assert.js';
import type { Case, Chapter } from '../case.js';

/**
 * Returns the attributes of a property as letters: w(ritable), e(numerable), c(onfigurable); `none` without the
 * property.
 */
function attributes(object: object, property: PropertyKey): string {
  const found = Object.getOwnPropertyDescriptor(object, property);
  if (found === undefined) return 'none';
  return `${found.writable ? 'w' : ''}${found.enumerable ? 'e' : ''}${found.configurable ? 'c' : ''}`;
}

const needs = ['AsyncContext'] as const;

const cases: Omit<Case, 'needs'>[] = [
  {
    name: 'Variable.prototype.get() returns the value of the innermost run(), or else the default value',
    run({ AsyncContext }) {
      const variable = new AsyncContext.Variable<string>();
      equal(variable.get(), undefined);
      variable.run('outer', () => {
        equal(
          variable.run('inner', () => variable.get()),
          'inner',
        );
        equal(variable.get(), 'outer');
      });
      const withDefault = new AsyncContext.Variable<string | undefined>({ defaultValue: 'default' });
      equal(withDefault.get(), 'default');
      equal(
        withDefault.run(undefined, () => withDefault.get()),
        undefined,
      );
    },
  },
  {
    name: 'Variable.prototype.run() calls the function with this undefined, passes the arguments, returns the result and rethrows the error',
    run({ AsyncContext }) {
      const variable = new AsyncContext.Variable<number>();
      const result = variable.run(
        1,
        function (this: unknown, a: number, b: number) {
          return [this, a, b];
        },
        2,
        3,
      );
      equal(result, [undefined, 2, 3]);
      throws(
        () =>
          variable.run(1, () => {
            throw new RangeError('expected');
          }),
        { name: 'RangeError', message: 'expected' },
      );
      throws(() => variable.run(1, undefined as unknown as () => void), { name: 'TypeError' });
      equal(variable.get(), undefined);
    },
  },
  {
    name: 'A Variable keeps its value after await, in timers and in reactions',
    async run({ AsyncContext }) {
      const variable = new AsyncContext.Variable<string>();
      const flow = (value: string) =>
        variable.run(value, async () => {
          await new Promise<void>((done) => setTimeout(done, 1));
          equal(variable.get(), value);
          equal(await Promise.resolve().then(() => variable.get()), value);
        });
      await Promise.all([flow('a'), flow('b')]);
      equal(variable.get(), undefined);
    },
  },
  {
    name: 'The Variable constructor reads its options as specified',
    run({ AsyncContext }) {
      const { Variable } = AsyncContext;
      const Loose = Variable as unknown as new (options?: unknown) => { name: string; get(): unknown };
      equal(new Loose().name, '');
      equal(new Loose(null).name, '');
      equal(new Loose('text').name, '');
      equal(new Loose({ name: undefined }).name, 'undefined');
      equal(new Loose({ name: 5 }).name, '5');
      equal(new Loose(Object.create({ name: 'inherited', defaultValue: 1 })).name, 'inherited');
      equal(new Loose(Object.assign(() => {}, { defaultValue: 2 })).get(), 2);
      throws(() => new Loose({ name: Symbol('no') }), { name: 'TypeError' });
      const accesses: PropertyKey[] = [];
      const options = new Proxy(
        {},
        {
          has(_target, property) {
            accesses.push(`has ${String(property)}`);
            return true;
          },
          get(_target, property) {
            accesses.push(`get ${String(property)}`);
            return 'x';
          },
        },
      );
      new Loose(options);
      equal(accesses, ['has name', 'get name', 'get defaultValue']);
    },
  },
  {
    name: 'Variable.prototype.run() restores the whole frame, which undoes enterWith() of another storage',
    run({ AsyncContext, AsyncLocalStorage }) {
      const variable = new AsyncContext.Variable<number>();
      const storage = new AsyncLocalStorage<string>();
      storage.run('flow', () => {
        variable.run(1, () => {
          storage.enterWith('entered');
          equal(storage.getStore(), 'entered');
        });
        equal(storage.getStore(), 'flow');
      });
    },
  },
  {
    name: 'Snapshot.prototype.run() runs the function with the captured values and this undefined',
    run({ AsyncContext }) {
      const a = new AsyncContext.Variable<string>();
      const b = new AsyncContext.Variable<string>();
      const snapshot = a.run('a', () => b.run('b', () => new AsyncContext.Snapshot()));
      a.run('other', () => {
        const seen = snapshot.run(function (this: unknown, x: number) {
          return [this, a.get(), b.get(), x];
        }, 1);
        equal(seen, [undefined, 'a', 'b', 1]);
        throws(
          () =>
            snapshot.run(() => {
              throw new RangeError('expected');
            }),
          { name: 'RangeError' },
        );
        throws(() => snapshot.run(undefined as unknown as () => void), { name: 'TypeError' });
        equal([a.get(), b.get()], ['other', undefined]);
      });
    },
  },
  {
    name: 'A Snapshot created in the root runs functions in the root',
    run({ AsyncContext }) {
      const variable = new AsyncContext.Variable<string>();
      const snapshot = new AsyncContext.Snapshot();
      variable.run('flow', () => {
        equal(
          snapshot.run(() => variable.get()),
          undefined,
        );
        equal(variable.get(), 'flow');
      });
    },
  },
  {
    name: 'Snapshot.wrap() binds a function to the current values and keeps the this value of the caller',
    run({ AsyncContext }) {
      const variable = new AsyncContext.Variable<string>();
      const wrapped = variable.run('wrapped', () =>
        AsyncContext.Snapshot.wrap(function (this: unknown, x: number) {
          return [this, variable.get(), x];
        }),
      );
      const receiver = { wrapped };
      variable.run('caller', () => equal(receiver.wrapped(1), [receiver, 'wrapped', 1]));
      throws(() => AsyncContext.Snapshot.wrap(1 as unknown as () => void), { name: 'TypeError' });
    },
  },
  {
    name: 'Snapshot.wrap() copies name and length to a function that is not a constructor',
    run({ AsyncContext }) {
      const { wrap } = AsyncContext.Snapshot;
      function named(_a: unknown, _b: unknown) {}
      equal([wrap(named).name, wrap(named).length], ['wrapped named', 2]);
      equal(wrap(() => {}).name, 'wrapped ');
      const wrapWith = (length: unknown, name: unknown) =>
        wrap(Object.defineProperties(() => {}, { length: { value: length }, name: { value: name } }));
      equal(wrapWith(Number.POSITIVE_INFINITY, 5).length, Number.POSITIVE_INFINITY);
      equal(wrapWith(Number.NEGATIVE_INFINITY, 5).length, 0);
      equal(wrapWith(Number.NaN, 5).length, 0);
      equal(wrapWith(2.7, 5).length, 2);
      equal(wrapWith('3', 5).length, 0);
      equal(wrapWith(1, 5).name, 'wrapped ');
      equal(attributes(wrap(named), 'name'), 'c');
      equal(attributes(wrap(named), 'length'), 'c');
      equal('prototype' in wrap(named), false);
      throws(() => new (wrap(named) as unknown as new () => object)(), { name: 'TypeError' });
    },
  },
  {
    name: 'The Variable and Snapshot constructors throw a TypeError without new',
    run({ AsyncContext }) {
      throws(() => (AsyncContext.Variable as unknown as () => void)(), { name: 'TypeError' });
      throws(() => (AsyncContext.Snapshot as unknown as () => void)(), { name: 'TypeError' });
    },
  },
  {
    name: 'Methods throw a TypeError for an incompatible receiver',
    run({ AsyncContext }) {
      const { Variable, Snapshot } = AsyncContext;
      const getName = Object.getOwnPropertyDescriptor(Variable.prototype, 'name')?.get ?? (() => {});
      throws(() => Variable.prototype.get.call({} as never), { name: 'TypeError' });
      throws(() => Variable.prototype.run.call({} as never, 1, () => {}), { name: 'TypeError' });
      throws(() => getName.call({}), { name: 'TypeError' });
      throws(() => Snapshot.prototype.run.call({} as never, () => {}), { name: 'TypeError' });
      throws(() => Variable.prototype.get.call(new Snapshot() as never), { name: 'TypeError' });
    },
  },
  {
    name: 'Properties have the specified attributes',
    run({ AsyncContext }) {
      const { Variable, Snapshot } = AsyncContext;
      equal(attributes(AsyncContext, 'Variable'), 'wc');
      equal(attributes(AsyncContext, 'Snapshot'), 'wc');
      equal(attributes(AsyncContext, Symbol.toStringTag), 'c');
      equal(Object.getPrototypeOf(AsyncContext), Object.prototype);
      for (const Class of [Variable, Snapshot]) {
        equal(attributes(Class, 'prototype'), '');
        equal(attributes(Class.prototype, 'constructor'), 'wc');
        equal(attributes(Class.prototype, 'run'), 'wc');
        equal(attributes(Class.prototype, Symbol.toStringTag), 'c');
        equal(Object.getPrototypeOf(Class), Function.prototype);
        equal(Object.getPrototypeOf(Class.prototype), Object.prototype);
      }
      equal(attributes(Variable.prototype, 'get'), 'wc');
      equal(attributes(Snapshot, 'wrap'), 'wc');
      const name = Object.getOwnPropertyDescriptor(Variable.prototype, 'name');
      equal([name?.set, name?.enumerable, name?.configurable], [undefined, false, true]);
    },
  },
  {
    name: 'Names, lengths and @@toStringTag have the specified values',
    run({ AsyncContext }) {
      const { Variable, Snapshot } = AsyncContext;
      equal(String(AsyncContext), '[object AsyncContext]');
      equal(String(new Variable()), '[object AsyncContext.Variable]');
      equal(String(new Snapshot()), '[object AsyncContext.Snapshot]');
      equal([Variable.name, Variable.length], ['Variable', 1]);
      equal([Snapshot.name, Snapshot.length], ['Snapshot', 0]);
      equal([Variable.prototype.run.name, Variable.prototype.run.length], ['run', 2]);
      equal([Variable.prototype.get.name, Variable.prototype.get.length], ['get', 0]);
      equal([Snapshot.prototype.run.name, Snapshot.prototype.run.length], ['run', 1]);
      equal([Snapshot.wrap.name, Snapshot.wrap.length], ['wrap', 1]);
    },
  },
  {
    name: 'Instances have no own properties, and Variable can be subclassed',
    run({ AsyncContext }) {
      class Locale extends AsyncContext.Variable<string, undefined> {}
      const locale = new Locale({ name: 'locale' });
      equal(Reflect.ownKeys(locale).length, 0);
      equal(Reflect.ownKeys(new AsyncContext.Snapshot()).length, 0);
      equal(
        locale.run('fr', () => locale.get()),
        'fr',
      );
      equal(locale.name, 'locale');
    },
  },
  {
    name: 'AsyncContext, AsyncLocalStorage and AsyncResource share one current frame',
    async run({ AsyncContext, AsyncLocalStorage, AsyncResource }) {
      const variable = new AsyncContext.Variable<string>();
      const storage = new AsyncLocalStorage<string>();
      const read = () => [variable.get(), storage.getStore()];
      const captured = variable.run('v', () =>
        storage.run('s', () => ({
          snapshot: new AsyncContext.Snapshot(),
          nodeSnapshot: AsyncLocalStorage.snapshot(),
          resource: new AsyncResource('Test'),
        })),
      );
      equal(captured.snapshot.run(read), ['v', 's']);
      equal(captured.nodeSnapshot(read), ['v', 's']);
      equal(captured.resource.runInAsyncScope(read), ['v', 's']);
      equal(read(), [undefined, undefined]);
    },
  },
];

export const asyncContext: Chapter = { title: 'AsyncContext', cases: cases.map((item) => ({ ...item, needs })) };
