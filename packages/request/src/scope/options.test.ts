import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkScopeOptions } from './options.js';

test('invalid options are rejected', () => {
  for (const deadline of [0, -1, Number.NaN, 2 ** 31, '5', null] as number[]) {
    assert.throws(() => checkScopeOptions({ deadline }), { code: 'ERR_INVALID_OPTION', message: /^deadline must be/ });
  }

  assert.throws(() => checkScopeOptions({ trustRequestId: 'yes' }), /trustRequestId must be true or false, not "yes"/);
});
