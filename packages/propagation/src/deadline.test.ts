import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentDeadline, withDeadline } from './deadline.js';
import { extract } from './extract.js';
import { inject } from './inject.js';
import { propagationReport } from './report.js';
import { TIMEOUT } from './wire/carrier.js';

const trusted = { trust: true } as const;
const remainingOf = (timeout: unknown) => extract({ [TIMEOUT]: timeout }, trusted).remaining;

test('a deadline holds in the call and what it starts, and an inner one can only be earlier', async () => {
  assert.equal(currentDeadline(), undefined);
  await withDeadline(60_000, async () => {
    await null;
    const outer = currentDeadline();
    assert.ok(outer !== undefined && outer.remaining <= 60_000 && outer.remaining > 30_000);
    withDeadline(600_000, () => assert.equal(currentDeadline(), outer));
    withDeadline(5000, () => assert.ok(Number(currentDeadline()?.remaining) <= 5000));
    assert.equal(currentDeadline(), outer);
  });
  assert.equal(
    withDeadline(5, (a, b) => a + b, 1, 2),
    3,
  );
});

test('the remaining milliseconds travel, and only shrink', async () => {
  await withDeadline(60_000, async () => {
    const first = Number(inject({} as Record<string, string>)[TIMEOUT]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = Number(inject({} as Record<string, string>)[TIMEOUT]);
    assert.ok(first <= 60_000 && second < first && Number.isInteger(second), `${first} ${second}`);
    extract({ [TIMEOUT]: String(second) }, trusted).run(() => {
      assert.ok(Number(currentDeadline()?.remaining) <= second);
      assert.ok(Number(inject({} as Record<string, string>)[TIMEOUT]) <= second);
    });
  });
});

test('a deadline that has passed travels as 0, and aborts at once', () => {
  withDeadline(0, () => {
    assert.equal(inject({} as Record<string, string>)[TIMEOUT], '0');
    assert.equal(currentDeadline()?.signal.aborted, true);
  });
  const received = extract({ [TIMEOUT]: '0' }, trusted);
  assert.equal(received.remaining, 0);
  assert.equal(received.signal?.reason.name, 'TimeoutError');
});

test('the time on the way and the limit of the receiver shorten the deadline', () => {
  assert.ok(Number(extract({ [TIMEOUT]: '5000' }, { ...trusted, elapsed: 4000 }).remaining) <= 1000);
  assert.equal(extract({ [TIMEOUT]: '5000' }, { ...trusted, elapsed: 6000 }).remaining, 0);
  assert.ok(Number(extract({ [TIMEOUT]: '5000' }, { ...trusted, deadline: 100 }).remaining) <= 100);
  assert.ok(Number(extract({ [TIMEOUT]: '50' }, { ...trusted, deadline: 100 }).remaining) <= 50);
  assert.ok(Number(extract({}, { deadline: 100 }).remaining) <= 100);
  assert.ok(Number(extract(undefined, { deadline: 100 }).remaining) <= 100);
});

test('a deadline is believed where it is trusted, and removed from headers that are sent on', () => {
  const carrier = { [TIMEOUT]: '5000' };
  assert.equal(extract(carrier).remaining, undefined);
  assert.equal(extract(carrier, { trust: ['tenant'] }).remaining, undefined);
  assert.ok(Number(extract(carrier, { trust: ['deadline'] }).remaining) > 0);
  assert.deepEqual(inject({ ...carrier }), {});
  assert.deepEqual([...inject(new Headers(carrier))], []);
});

test('run() does not have the deadline of the flow that calls it', () => {
  withDeadline(5000, () => extract({}, trusted).run(() => assert.equal(currentDeadline(), undefined)));
});

test('a value that is not an integer from 0 to 2147483647 is dropped and counted', () => {
  const hostile = [
    '-1',
    'NaN',
    '1e99',
    '1e3',
    '0x10',
    '2147483648',
    '99999999999',
    'Infinity',
    '5.5',
    ' 5',
    '5\r\n',
    '٣',
  ];
  const before = propagationReport().values.deadline ?? 0;
  for (const timeout of hostile) assert.equal(remainingOf(timeout), undefined, timeout);
  assert.equal(remainingOf(['5', '6']), undefined);
  assert.equal((propagationReport().values.deadline ?? 0) - before, hostile.length + 1);
  for (const absent of ['', 5, null, {}, []]) assert.equal(remainingOf(absent), undefined);
  assert.ok(Number(remainingOf('2147483647')) > 2e9);
  assert.ok(Number(remainingOf(['5000', '5000'])) > 0);
});

test('the signal aborts when the deadline passes, and when the caller cancels', async () => {
  const { signal } = extract({ [TIMEOUT]: '20' }, trusted);
  await new Promise((resolve) => {
    const keepAlive = setTimeout(resolve, 60_000);
    signal?.addEventListener('abort', () => {
      clearTimeout(keepAlive);
      resolve(undefined);
    });
  });
  assert.equal(signal?.reason.name, 'TimeoutError');

  const caller = new AbortController();
  const received = extract({ [TIMEOUT]: '60000' }, { ...trusted, signal: caller.signal });
  const inner = received.run(() => withDeadline(30_000, () => currentDeadline()?.signal));
  assert.equal(received.signal?.aborted, false);
  assert.equal(received.signal, received.signal);
  caller.abort(new Error('the caller has cancelled'));
  assert.equal(received.signal?.reason.message, 'the caller has cancelled');
  assert.equal(inner?.reason.message, 'the caller has cancelled');
  assert.equal(extract({}, { signal: caller.signal }).signal, caller.signal);
  assert.equal(extract({}).signal, undefined);
});

test('an invalid argument is an error', () => {
  for (const milliseconds of [-1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY, '5', undefined]) {
    assert.throws(() => withDeadline(milliseconds as never, () => 1), { code: 'ERR_INVALID_ARG_VALUE' });
  }
  assert.throws(() => withDeadline(5, undefined as never), { code: 'ERR_INVALID_ARG_TYPE' });
});
