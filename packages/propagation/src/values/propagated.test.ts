import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { AsyncLocalStorage } from 'throughline';
import { z } from 'zod';
import { inject } from '../inject.js';
import { Propagated } from './propagated.js';

test('it is an AsyncLocalStorage: each member does what Node documents', async () => {
  const value = new Propagated<string>('storage');
  assert.ok(value instanceof AsyncLocalStorage);
  assert.equal(value.name, 'storage');
  assert.equal(value.get(), undefined);
  const result = await value.run(
    'a',
    async (x, y) => {
      await null;
      assert.equal(value.get(), 'a');
      assert.equal(value.getStore(), 'a');
      value.run('b', () => assert.equal(value.get(), 'b'));
      value.exit(() => assert.equal(value.get(), undefined));
      const runInFrame = AsyncLocalStorage.snapshot();
      value.enterWith('c');
      assert.equal(value.get(), 'c');
      assert.equal(
        runInFrame(() => value.get()),
        'a',
      );
      const scope = value.withScope('d');
      assert.equal(value.get(), 'd');
      scope[Symbol.dispose]();
      assert.equal(value.get(), 'c');
      value.disable();
      assert.equal(value.get(), undefined);
      return x + y;
    },
    1,
    2,
  );
  assert.equal(result, 3);
  assert.equal(value.get(), undefined);
});

test('the default value is read where none was set, and is not sent', () => {
  const value = new Propagated('with-default', { defaultValue: 'en' });
  assert.equal(value.get(), 'en');
  assert.deepEqual(inject({}), {});
  value.run('fr', () => assert.deepEqual(inject({}), { baggage: 'with-default=fr' }));
  value.run('en', () => assert.deepEqual(inject({}), { baggage: 'with-default=en' }));
  value.run(undefined as never, () => assert.equal(value.get(), undefined));
  const scope = value.withScope('de');
  scope[Symbol.dispose]();
  assert.deepEqual(inject({}), {});
});

test('two objects with one name and the same options share their values', () => {
  const declareShared = () => new Propagated('shared', { schema: z.string(), log: true, redact: () => 1 });
  const [one, two] = [declareShared(), declareShared()];
  one.run('a', () => assert.equal(two.get(), 'a'));
  two.run('b', () => assert.deepEqual(inject({}), { baggage: 'shared=b' }));
});

/** Declares a value as a module of another file does. */
const declareIn = (file: string, code: string): Propagated<unknown> =>
  new Function('Propagated', `return ${code}\n//# sourceURL=${file}`)(Propagated);

test('a name that is declared in two files with different options is an error that names both places', () => {
  declareIn('/app/one.js', `new Propagated('twice', { version: 2 })`);
  assert.throws(() => declareIn('/app/two.js', `new Propagated('twice', { version: 3 })`), {
    code: 'ERR_DUPLICATE_NAME',
    message: /"twice" is declared twice.*at \/app\/one\.js:\d+:\d+, and now at \/app\/two\.js:\d+:\d+/,
  });
  assert.throws(() => declareIn('/app/two.js', `new Propagated('twice', { version: 2, to: ['queue'] })`), {
    code: 'ERR_DUPLICATE_NAME',
  });
  assert.doesNotThrow(() => declareIn('/app/two.js', `new Propagated('twice', { version: 2 })`));
});

test('a subclass is declared where it is constructed', () => {
  const code = (version: number) => `new (class extends Propagated {})('of-subclass', { version: ${version} })`;
  declareIn('/app/three.js', code(1));
  assert.throws(() => declareIn('/app/four.js', code(2)), { message: /three\.js:\d+:\d+, and now at \/app\/four\.js/ });
});

test('a file that is loaded anew replaces its declaration, and shares the values', async () => {
  const warning = once(process, 'warning');
  const first = declareIn('/app/hot.js?t=1', `new Propagated('hot', { maxLength: 100 })`);
  const second = declareIn('/app/hot.js?t=2', `[\n\n new Propagated('hot', { maxLength: 2 })][0]`);
  first.run('abc', () => {
    assert.equal(second.get(), 'abc');
    assert.throws(() => inject({}), { code: 'ERR_OUT_OF_RANGE' });
  });
  const [{ message }] = await warning;
  assert.match(
    message,
    /"hot" was declared again with other options, at \/app\/hot\.js:\d+:\d+, and before at \/app\/hot/,
  );
});

test('a function that declares one name twice with different options is warned of, because the last options hold', async () => {
  const warning = once(process, 'warning');
  const declareWith = (trust: boolean) => new Propagated('helped', { trust });
  declareWith(false);
  declareWith(true);
  const [{ message }] = await warning;
  assert.match(message, /"helped" was declared again with other options, at .*propagated\.test\.js/);
});

test('the place is that of the file, also in the names that bundlers give to modules', () => {
  const files = ['webpack-internal:///(rsc)/./app/tenant.ts', 'http://localhost:5173/src/tenant.ts?t=1'];
  for (const [index, file] of files.entries()) {
    declareIn(file, `new Propagated('placed-${index}', { version: 2 })`);
    const place = file.replace('?t=1', '').replace(/[()/.]/g, '\\$&');
    assert.throws(() => declareIn('/app/other.js', `new Propagated('placed-${index}')`), {
      message: new RegExp(`options: at ${place}:\\d+:\\d+, and now at /app/other\\.js:`),
    });
  }
});

test('without a stack, different options are an error, and equal ones are not', () => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    new Propagated('no-stack', { version: 2 });
    new Propagated('no-stack', { version: 2 });
    assert.throws(() => new Propagated('no-stack', { version: 3 }), { message: /at an unknown place, and now at/ });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
});

test('an invalid option leaves no declaration', () => {
  assert.throws(() => new Propagated('invalid', { version: 0 }));
  assert.doesNotThrow(() => new Propagated('invalid', { version: 7 }));
});
