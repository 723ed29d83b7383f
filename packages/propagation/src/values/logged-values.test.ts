import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getRequestScope, logFields, withRequestScope } from '@throughline/request';
import pino from 'pino';
import { extract } from '../extract.js';
import { Propagated } from './propagated.js';

const tenant = new Propagated<string>('tenant', { log: true });
const card = new Propagated<string>('card', { log: 'cardEnd', redact: (number) => number.slice(-4) });
const profile = new Propagated<object>('profile', { log: true });
new Propagated<string>('secret');
const failing = new Propagated<string>('failing', {
  log: true,
  redact() {
    throw new Error('of redact()');
  },
});

test('logFields() has the values that ask for it, redacted, in a request and outside of one', () => {
  assert.deepEqual(logFields(), {});
  extract({ baggage: 'tenant=acme,card=1234-5678,secret=x' }, { trust: true, scope: false }).run(() => {
    assert.deepEqual(logFields(), { tenant: 'acme', cardEnd: '5678' });
    withRequestScope({ id: 'r1' }, () =>
      assert.deepEqual(logFields(), { requestId: 'r1', tenant: 'acme', cardEnd: '5678' }),
    );
  });
});

test('an object is not shown, and a redaction that fails shows nothing of the value', () => {
  profile.run({ name: 'ada' }, () => assert.deepEqual(logFields(), {}));
  failing.run('secret', () => assert.deepEqual(logFields(), { failing: '[redact() threw]' }));
});

test('a field of the scope with the same name is shown in place of the value', () => {
  tenant.run('acme', () => {
    withRequestScope({ id: 'r1' }, () => {
      Object.assign(getRequestScope(), { tenant: 'of the scope' });
      assert.deepEqual(logFields(), { requestId: 'r1', tenant: 'of the scope' });
    });
  });
});

test('a logger has the fields in each line of a worker', async () => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ mixin: logFields }, { write: (line) => lines.push(JSON.parse(line)) });
  const work = async (name: string) => {
    await null;
    log.info(name);
  };
  await Promise.all(
    ['acme', 'bolt'].map((name) =>
      extract({ baggage: `tenant=${name}` }, { trust: true, scope: { id: `job-${name}`, path: 'orders' } }).run(
        work,
        name,
      ),
    ),
  );
  card.run('12', () => log.info('outside'));
  assert.deepEqual(
    lines.map(({ msg, requestId, path, tenant, cardEnd }) => [msg, requestId, path, tenant, cardEnd]),
    [
      ['acme', 'job-acme', 'orders', 'acme', undefined],
      ['bolt', 'job-bolt', 'orders', 'bolt', undefined],
      ['outside', undefined, undefined, undefined, '12'],
    ],
  );
});
