import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getRequestScope, tryGetRequestScope, withRequestScope } from '@throughline/request';
import { requestScope } from '@throughline/request/web';
import { currentDeadline, withDeadline } from './deadline.js';
import { extract } from './extract.js';
import { inject } from './inject.js';

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

test('the deadline of a request travels, and holds in the flow unless an earlier one does', async () => {
  const handler = requestScope(
    () => {
      const { remaining = -1, signal } = currentDeadline() ?? {};
      assert.ok(remaining > 0 && remaining <= 60_000, `${remaining}`);
      assert.equal(signal, getRequestScope().signal);
      assert.ok(Number(inject(new Headers()).get('throughline-timeout-ms')) <= 60_000);
      withDeadline(600_000, () => assert.equal(currentDeadline()?.signal, signal));
      withDeadline(1000, () => assert.ok(Number(currentDeadline()?.remaining) <= 1000));
      extract({}).run(() => assert.equal(currentDeadline(), undefined));
      extract({}, { deadline: 1000, scope: false }).run(() => assert.ok(Number(currentDeadline()?.remaining) <= 1000));
      return new Response('done');
    },
    { deadline: 60_000 },
  );
  assert.equal(await (await handler(new Request('http://localhost/'))).text(), 'done');
});
