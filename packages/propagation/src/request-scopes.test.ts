import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getRequestScope, tryGetRequestScope, withRequestScope } from '@throughline/request';
import { extract } from './extract.js';

test('run() opens a scope of its own, with the fields of the transport', async () => {
  await withRequestScope({ id: 'of the worker' }, async () => {
    const ids = await Promise.all(
      ['j1', undefined, undefined].map((id) =>
        extract({}, { scope: { id, method: 'JOB', path: 'orders' } }).run(async () => {
          await null;
          const { method, path, id: own } = getRequestScope();
          assert.deepEqual([method, path], ['JOB', 'orders']);
          return own;
        }),
      ),
    );
    assert.equal(ids[0], 'j1');
    assert.equal(new Set(ids).size, 3);
    extract({}).run(() => assert.notEqual(getRequestScope().id, 'of the worker'));
  });
});

test('with scope: false, the scope of the caller stays', () => {
  extract({}, { scope: false }).run(() => assert.equal(tryGetRequestScope(), undefined));
  withRequestScope({ id: 'r1' }, () =>
    extract({}, { scope: false }).run(() => assert.equal(getRequestScope().id, 'r1')),
  );
});

test('the signal of the scope is that of the deadline and of the caller', () => {
  const caller = new AbortController();
  const received = extract({ 'throughline-timeout-ms': '60000' }, { trust: true, signal: caller.signal });
  received.run(() => {
    const { signal } = getRequestScope();
    assert.equal(signal, received.signal);
    assert.equal(signal.aborted, false);
    caller.abort();
    assert.equal(signal.aborted, true);
  });
  extract({ 'throughline-timeout-ms': '0' }, { trust: true }).run(() =>
    assert.equal(getRequestScope().signal.reason.name, 'TimeoutError'),
  );
  extract({}).run(() => assert.equal(getRequestScope().signal.aborted, false));
});

test('the scope has no enumerable fields beyond those of every scope', () => {
  extract({}, { deadline: 5000 }).run(() => assert.deepEqual(Object.keys(getRequestScope()), ['id', 'startTime']));
});
