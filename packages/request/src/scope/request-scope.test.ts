import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { expectTypeOf } from 'expect-type';
import { getRequestScope, RequestError, type RequestScope, tryGetRequestScope, withRequestScope } from '../index.js';
import { Scope, scopeStorage } from './request-scope.js';

declare module '../index.js' {
  interface RequestScope {
    /** A field of the application, declared as its code would declare it. */
    tenant?: string;
  }
}

test('outside of a request there is no scope, and the error names the remedies', () => {
  assert.equal(tryGetRequestScope(), undefined);
  assert.throws(getRequestScope, (error) => {
    assert.ok(error instanceof RequestError);
    assert.equal(error.code, 'ERR_NO_REQUEST_SCOPE');
    assert.match(error.message, /requestScope\(\).*before any code that reads the scope/);
    assert.match(error.message, /withRequestScope/);
    return true;
  });
});

test('a scope that is opened by hand is current in its own flow, and in no other', async () => {
  const read = async (tenant: string) =>
    withRequestScope({ tenant }, async () => {
      const { id } = getRequestScope();
      for (let i = 0; i < 5; i++) {
        await setTimeout(Math.random() * 5);
        assert.equal(getRequestScope().tenant, tenant);
        assert.equal(getRequestScope().id, id);
      }
      return id;
    });
  const ids = await Promise.all(Array.from({ length: 50 }, (_, i) => read(`tenant ${i}`)));
  assert.equal(new Set(ids).size, 50);
  assert.equal(tryGetRequestScope(), undefined);
});

test('the default values of a scope that is opened by hand, and values that replace them', () => {
  const before = Date.now();
  withRequestScope({}, () => {
    const scope = getRequestScope();
    assert.match(scope.id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    assert.deepEqual([scope.method, scope.path, scope.signal.aborted], ['', '', false]);
    assert.ok(scope.startTime >= before && scope.startTime <= Date.now());
    assert.equal(scope.signal, scope.signal);
  });
  const signal = AbortSignal.abort('canceled');
  withRequestScope({ id: 'job 1', method: 'JOB', path: '/nightly', startTime: 5, signal, tenant: 'a' }, () => {
    const { id, method, path, startTime, tenant } = getRequestScope();
    assert.deepEqual([id, method, path, startTime, tenant], ['job 1', 'JOB', '/nightly', 5, 'a']);
    assert.equal(getRequestScope().signal, signal);
  });
});

test('a nested scope inherits nothing, and the outer one is current again afterwards', () => {
  withRequestScope({ tenant: 'outer' }, () => {
    const { id } = getRequestScope();
    withRequestScope({}, () => {
      assert.equal(getRequestScope().tenant, undefined);
      assert.notEqual(getRequestScope().id, id);
    });
    assert.equal(getRequestScope().id, id);
  });
});

test('withRequestScope() returns what its function returns, and throws what it throws', async () => {
  assert.equal(
    withRequestScope({}, () => 5),
    5,
  );
  assert.equal(await withRequestScope({}, async () => 'later'), 'later');
  assert.throws(
    () =>
      withRequestScope({}, () => {
        throw new RangeError('from the function');
      }),
    RangeError,
  );
  // @ts-expect-error a JavaScript program can do this
  assert.throws(() => withRequestScope(null, () => {}), /fields must be an object, not null/);
  // @ts-expect-error a JavaScript program can do this
  assert.throws(() => withRequestScope('x', () => {}), /fields must be an object, not string/);
});

test('a field named __proto__ does not change the prototype of the scope', () => {
  withRequestScope(JSON.parse('{"__proto__": {"isAdmin": true}, "tenant": "a"}'), () => {
    const scope: RequestScope & { isAdmin?: boolean } = getRequestScope();
    assert.equal(scope.isAdmin, undefined);
    assert.equal(scope.tenant, 'a');
    assert.match(scope.id, /-/);
  });
});

test('the types of the scope functions', () => {
  expectTypeOf(getRequestScope).returns.toEqualTypeOf<RequestScope>();
  expectTypeOf(tryGetRequestScope).returns.toEqualTypeOf<RequestScope | undefined>();
  expectTypeOf<RequestScope['tenant']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<RequestScope['signal']>().toEqualTypeOf<AbortSignal>();
  expectTypeOf(withRequestScope({}, async () => 1)).toEqualTypeOf<Promise<number>>();
  // @ts-expect-error the built-in fields are read-only
  withRequestScope({}, () => assert.throws(() => (getRequestScope().method = 'X'), TypeError));
});

test('another package opens a scope for received work, whose signal is created when it is read', () => {
  const open = Reflect.get(globalThis, Symbol.for('@throughline/request.open-scope.1'));
  const { signal } = new AbortController();
  let reads = 0;
  const readSignal = () => {
    reads++;
    return signal;
  };
  const result = open({ id: 'j1', method: 'JOB', path: 'orders' }, readSignal, () => {
    const scope = getRequestScope();
    assert.deepEqual([scope.id, scope.method, scope.path, reads], ['j1', 'JOB', 'orders', 0]);
    assert.equal(scope.signal, signal);
    return 'result';
  });
  assert.equal(result, 'result');
  for (const id of [undefined, 'forged\nline', 'x'.repeat(129)]) {
    open({ id }, undefined, () => {
      const scope = getRequestScope();
      assert.match(scope.id, /^[\da-f-]{36}$/);
      assert.equal(scope.signal.aborted, false);
    });
  }
  assert.equal(tryGetRequestScope(), undefined);
});

test('another package reads the deadline of the current request', () => {
  const readDeadline = Reflect.get(globalThis, Symbol.for('@throughline/request.read-deadline.1'));
  assert.equal(readDeadline(), undefined);
  withRequestScope({}, () => assert.equal(readDeadline(), undefined));
  const scope = new Scope('id', 'GET', '/', undefined, 60_000);
  scopeStorage.run(scope, () => {
    const { remaining, signal } = readDeadline();
    assert.ok(remaining <= 60_000 && remaining > 0);
    assert.equal(signal, scope.signal);
  });
  scopeStorage.run(new Scope('id', 'GET', '/', undefined, -1), () => assert.equal(readDeadline().remaining, 0));
});
