import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { getRequestScope, withRequestScope } from '../scope/request-scope.js';
import { logFields } from './log-fields.js';

test('logFields() returns the fields with primitive values, and nothing outside of a scope', () => {
  assert.deepEqual(logFields(), {});
  const fields = { id: 'r1', userId: 'ada', items: 3, isAdmin: false, secret: { token: 'x' }, none: undefined };
  withRequestScope(fields, () => {
    assert.deepEqual(logFields(), { requestId: 'r1', userId: 'ada', items: 3, isAdmin: false });
  });
  withRequestScope({ id: 'r2', method: 'GET', path: '/cart' }, () => {
    assert.deepEqual(logFields(), { requestId: 'r2', method: 'GET', path: '/cart' });
  });
});

test('a field of the application does not replace requestId, method or path', () => {
  withRequestScope({ id: 'r1', method: 'GET', path: '/cart' }, () => {
    Object.assign(getRequestScope(), { requestId: 'forged', userId: 'ada' });
    assert.deepEqual(logFields(), { requestId: 'r1', method: 'GET', path: '/cart', userId: 'ada' });
  });
});

test('pino: the lines of a logger and of its children have the fields of the scope, and keep their own fields', () => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ mixin: logFields }, { write: (line) => lines.push(JSON.parse(line)) });
  const child = log.child({ part: 'shop' });
  withRequestScope({ id: 'r1', path: '/cart' }, () => {
    log.info('one');
    child.info({ path: 'own' }, 'two');
  });
  child.info('three');
  assert.deepEqual(
    lines.map(({ msg, requestId, path, part }) => ({ msg, requestId, path, part })),
    [
      { msg: 'one', requestId: 'r1', path: '/cart', part: undefined },
      { msg: 'two', requestId: 'r1', path: 'own', part: 'shop' },
      { msg: 'three', requestId: undefined, path: undefined, part: 'shop' },
    ],
  );
});

test('functions that another package has registered add fields after those of the scope', () => {
  const sources = Symbol.for('@throughline/log-fields.1');
  const addTenant = (fields: Record<string, unknown>) => {
    fields.tenant = `acme of ${fields.requestId}`;
  };
  Reflect.set(globalThis, sources, [addTenant]);
  try {
    assert.deepEqual(logFields(), { tenant: 'acme of undefined' });
    withRequestScope({ id: 'r1' }, () => assert.deepEqual(logFields(), { requestId: 'r1', tenant: 'acme of r1' }));
  } finally {
    Reflect.deleteProperty(globalThis, sources);
  }
  assert.deepEqual(logFields(), {});
});
